using System.Text;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Rows;

namespace AnalyticsGraph.Mapping;

/// <summary>The rows behind a batch of mapped objects, for C# resolvers: the columns that the field's <c>@resolver(needs:)</c> names.</summary>
public readonly struct MappedRows
{
    private readonly RowSet _rows;

    private MappedRows(RowSet rows) => _rows = rows;

    /// <summary>The number of rows: that of the batch.</summary>
    public int Count => _rows.Count;

    /// <summary>The rows of a batch.</summary>
    /// <param name="batch">A batch of a mapped type.</param>
    /// <exception cref="ArgumentException">The batch's objects are no mapped rows.</exception>
    public static MappedRows From(ObjectBatch batch) =>
        batch?.Source is RowSet rows ? new MappedRows(rows) : throw new ArgumentException("The objects were not read by the mapping.", nameof(batch));

    /// <summary>Integers; moments as microseconds since 1970; lengths of time as ticks. A null row reads 0.</summary>
    /// <param name="column">A column named by <c>needs</c>.</param>
    public ReadOnlySpan<long> Int64(string column) => Of<Int64Values>(column).Values.AsSpan(0, Count);

    /// <summary>Doubles. A null row reads 0.</summary>
    /// <param name="column">A column named by <c>needs</c>.</param>
    public ReadOnlySpan<double> Double(string column) => Of<DoubleValues>(column).Values.AsSpan(0, Count);

    /// <summary>Booleans. A null row reads false.</summary>
    /// <param name="column">A column named by <c>needs</c>.</param>
    public ReadOnlySpan<bool> Boolean(string column) => Of<BooleanValues>(column).Values.AsSpan(0, Count);

    /// <summary>Text or JSON in UTF-8. A null row reads empty.</summary>
    /// <param name="column">A column named by <c>needs</c>.</param>
    /// <param name="row">From 0.</param>
    public ReadOnlySpan<byte> Utf8(string column, int row) => Of<TextValues>(column)[row];

    /// <summary>Text, or null.</summary>
    /// <param name="column">A column named by <c>needs</c>.</param>
    /// <param name="row">From 0.</param>
    public string? Text(string column, int row) => IsNull(column, row) ? null : Encoding.UTF8.GetString(Utf8(column, row));

    /// <summary>Whether a row's value is null.</summary>
    /// <param name="column">A column named by <c>needs</c>.</param>
    /// <param name="row">From 0.</param>
    public bool IsNull(string column, int row) => Of<RowValues>(column).IsNull(row);

    private T Of<T>(string column)
        where T : RowValues
    {
        var ordinal = _rows.Layout.Find(column);
        if (ordinal < 0)
        {
            throw new ArgumentException($"The column {column} of {_rows.Layout.Table} was not read; name it in @resolver(needs:).", nameof(column));
        }

        return _rows.Values[ordinal] as T ?? throw new ArgumentException($"The column {column} of {_rows.Layout.Table} is read as {_rows.Values[ordinal].GetType().Name}.", nameof(column));
    }
}
