using System.Globalization;
using AnalyticsGraph.ClickHouse;

namespace AnalyticsGraph.Mapping;

/// <summary>
/// Rows that a query of ClickHouse gets along, to look up or to join: few as arrays in its parameters, many as a table that exists for it alone (external data). Either way the first
/// column is what stands behind <c>IN</c>, and all of them can be joined.
/// </summary>
public sealed class SentRows
{
    private readonly IReadOnlyList<ClickHouseColumn> _columns;
    private readonly string _name;

    /// <summary>Takes the rows.</summary>
    /// <param name="name">The name of the table; distinct within the query, an identifier.</param>
    /// <param name="limits">Up to how many rows are parameters (<see cref="MappingLimits.MaxArrayKeys"/>).</param>
    /// <param name="columns">The columns, the keys first; their names are identifiers.</param>
    public SentRows(string name, MappingLimits limits, IReadOnlyList<ClickHouseColumn> columns)
    {
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(columns);
        (_name, _columns) = (name, columns);
        IsTable = columns[0].Count > limits.MaxArrayKeys;
    }

    /// <summary>Keys alone, under the name <c>id</c>.</summary>
    /// <param name="name">The name of the table.</param>
    /// <param name="limits">Up to how many keys are parameters.</param>
    /// <param name="keys">The keys.</param>
    public static SentRows OfKeys(string name, MappingLimits limits, long[] keys) => new(name, limits, [ClickHouseColumn.Create("id", "Int64", keys)]);

    /// <summary>Whether they are a table: there are many.</summary>
    public bool IsTable { get; }

    /// <summary>What stands behind <c>IN</c>: the values of the first column.</summary>
    public string Keys => IsTable ? $"(SELECT {_columns[0].Name} FROM {_name})" : Placeholder(_columns[0]);

    /// <summary>What stands behind <c>FROM</c> or <c>JOIN</c>: a table with all columns. It needs an alias.</summary>
    public string Table => IsTable
        ? _name
        : $"(SELECT {string.Join(", ", _columns.Select(column => column.Name))} FROM system.one ARRAY JOIN {string.Join(", ", _columns.Select(column => $"{Placeholder(column)} AS {column.Name}"))})";

    /// <summary>The query with the rows.</summary>
    /// <param name="query">A query whose text has <see cref="Keys"/> or <see cref="Table"/>.</param>
    public ClickHouseQuery AddTo(ClickHouseQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (IsTable)
        {
            return query with { ExternalTables = [.. query.ExternalTables, new ClickHouseExternalTable(_name, new Block(_columns))] };
        }

        var parameters = new Dictionary<string, ClickHouseParameter>(query.Parameters);
        foreach (var column in _columns.Where(column => query.Sql.Contains(Placeholder(column), StringComparison.Ordinal)))
        {
            parameters.Add($"{_name}_{column.Name}", new ClickHouseParameter($"Array({column.Type})", Enumerable.Range(0, column.Count).Select(column.GetValue).ToArray()));
        }

        return query with { Parameters = parameters };
    }

    private string Placeholder(ClickHouseColumn column) => string.Create(CultureInfo.InvariantCulture, $"{{{_name}_{column.Name}:Array({column.Type})}}");
}
