using System.Globalization;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Rows;

namespace AnalyticsGraph.Mapping.Sql;

/// <summary>
/// Composes one statement. Fragments append themselves; names are quoted, and a value never enters the text: it becomes a parameter of a stated type.
/// </summary>
public sealed class SqlBuilder
{
    private readonly List<SqlParameter> _parameters = [];
    private List<ClickHouseExternalTable>? _tables;
    private char[] _text = new char[1024];
    private int _length;
    private int _aliases;

    /// <summary>Begins a statement.</summary>
    /// <param name="store">The store it is for.</param>
    public SqlBuilder(Store store) => Store = store;

    /// <summary>The store the statement is for.</summary>
    public Store Store { get; }

    internal bool IsPostgres => Store == Store.Postgres;

    /// <summary>Appends SQL text: a constant of the program, never anything that came from outside.</summary>
    /// <param name="sql">The text.</param>
    public SqlBuilder Append(string sql)
    {
        Reserve(sql.Length);
        sql.CopyTo(_text.AsSpan(_length));
        _length += sql.Length;
        return this;
    }

    /// <summary>Appends a character of SQL text.</summary>
    /// <param name="sql">The character.</param>
    public SqlBuilder Append(char sql)
    {
        Reserve(1);
        _text[_length++] = sql;
        return this;
    }

    /// <summary>Appends a quoted name of a column, a table, or a table with its schema (<c>a.b</c>).</summary>
    /// <param name="name">The name as the catalogue has it.</param>
    public SqlBuilder AppendName(string name)
    {
        Append('"');
        foreach (var c in name)
        {
            if (c == '.')
            {
                Append("\".\"");
            }
            else
            {
                Append(c);
                if (c == '"' || (c == '\\' && !IsPostgres))
                {
                    Append(c);
                }
            }
        }

        return Append('"');
    }

    /// <summary>Appends <c>alias."column"</c>.</summary>
    /// <param name="alias">An alias of this statement.</param>
    /// <param name="column">The column.</param>
    public SqlBuilder AppendColumn(string alias, string column) => Append(alias).Append('.').AppendName(column);

    /// <summary>Binds a value and appends its placeholder.</summary>
    /// <param name="value">The value, of the CLR type that <paramref name="type"/> states, or an array of it.</param>
    /// <param name="type">Its type, or its items'.</param>
    /// <param name="isArray">Whether it is an array.</param>
    public SqlBuilder AppendParameter(object value, SqlType type, bool isArray = false)
    {
        _parameters.Add(new SqlParameter(value, type, isArray));
        if (IsPostgres)
        {
            return Append('$').AppendNumber(_parameters.Count);
        }

        Append("{p").AppendNumber(_parameters.Count).Append(':');
        return (isArray ? Append("Array(").Append(ClickHouseName(type)).Append(')') : Append(ClickHouseName(type))).Append('}');
    }

    /// <summary>A table alias that this statement has not used yet.</summary>
    public string NextAlias() => _aliases < Aliases.Length ? Aliases[_aliases++] : "t" + (_aliases++).ToString(CultureInfo.InvariantCulture);

    /// <summary>Appends a number of the program's own: a place, a count.</summary>
    /// <param name="value">The number.</param>
    public SqlBuilder AppendNumber(int value)
    {
        Reserve(12);
        value.TryFormat(_text.AsSpan(_length), out var written, provider: CultureInfo.InvariantCulture);
        _length += written;
        return this;
    }

    /// <summary>The statement as a query of ClickHouse.</summary>
    /// <exception cref="InvalidOperationException">It is one for PostgreSQL.</exception>
    public ClickHouseQuery ToClickHouseQuery() => IsPostgres ? throw new InvalidOperationException("The statement is for PostgreSQL.") : Build().ToClickHouseQuery();

    /// <summary>Sends keys along as a table that exists for this statement alone, in ClickHouse.</summary>
    /// <returns>The table's name; its columns are those of the keys.</returns>
    internal string AddTable(KeySet keys)
    {
        _tables ??= [];
        var name = "sent_keys_" + _tables.Count.ToString(CultureInfo.InvariantCulture);
        _tables.Add(new ClickHouseExternalTable(name, new Block([.. keys.Columns.Select((values, i) => ColumnOf($"k{i}", keys.Types[i], values))])));
        return name;
    }

    /// <summary>Ends the statement. Equal texts of a plan are the same string, so that nothing is hashed or allocated twice.</summary>
    /// <param name="cache">The texts that the asking step has composed before.</param>
    internal SqlStatement Build(SqlTextCache cache) => new(cache.Intern(_text.AsSpan(0, _length)), [.. _parameters], _tables?.ToArray() ?? []);

    /// <summary>Ends a statement whose text is composed once per request at most.</summary>
    internal SqlStatement Build() => new(ToString(), [.. _parameters], _tables?.ToArray() ?? []);

    /// <inheritdoc />
    public override string ToString() => new(_text, 0, _length);

    private static readonly string[] Aliases = ["t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7"];

    internal static string ClickHouseName(SqlType type) => type switch
    {
        SqlType.Boolean => "Bool",
        SqlType.Int64 or SqlType.Interval => "Int64",
        SqlType.Double => "Float64",
        SqlType.Uuid => "UUID",
        SqlType.Timestamp => "DateTime64(6, 'UTC')",
        _ => "String",
    };

    private static ClickHouseColumn ColumnOf(string name, SqlType type, Array values) => values switch
    {
        long[] integers => ClickHouseColumn.Create(name, ClickHouseName(type), integers),
        double[] doubles => ClickHouseColumn.Create(name, ClickHouseName(type), doubles),
        bool[] booleans => ClickHouseColumn.Create(name, ClickHouseName(type), booleans),
        Guid[] uuids => ClickHouseColumn.Create(name, ClickHouseName(type), uuids),
        DateTime[] times => ClickHouseColumn.Create(name, ClickHouseName(type), times),
        TimeSpan[] spans => ClickHouseColumn.Create(name, ClickHouseName(type), Array.ConvertAll(spans, span => span.Ticks)),
        _ => ClickHouseColumn.Create(name, ClickHouseName(type), (string[])values),
    };

    private void Reserve(int count)
    {
        if (_length + count > _text.Length)
        {
            Array.Resize(ref _text, Math.Max(_text.Length * 2, _length + count));
        }
    }
}

/// <summary>A bound value.</summary>
/// <param name="Value">The value or array.</param>
/// <param name="Type">Its type, or its items'.</param>
/// <param name="IsArray">Whether it is an array.</param>
internal readonly record struct SqlParameter(object Value, SqlType Type, bool IsArray);

/// <summary>A statement ready to be sent.</summary>
/// <param name="Text">The SQL.</param>
/// <param name="Parameters">Its parameters in order.</param>
/// <param name="Tables">Tables that are sent along, to ClickHouse alone.</param>
internal sealed record SqlStatement(string Text, SqlParameter[] Parameters, ClickHouseExternalTable[] Tables)
{
    /// <summary>The statement as a query of ClickHouse.</summary>
    public ClickHouseQuery ToClickHouseQuery()
    {
        var parameters = new Dictionary<string, ClickHouseParameter>(Parameters.Length);
        for (var i = 0; i < Parameters.Length; i++)
        {
            var parameter = Parameters[i];
            var type = SqlBuilder.ClickHouseName(parameter.Type);
            var value = parameter.Value is TimeSpan span ? span.Ticks : parameter.Value;
            parameters.Add($"p{i + 1}", new ClickHouseParameter(parameter.IsArray ? $"Array({type})" : type, value));
        }

        return new ClickHouseQuery(Text) { Parameters = parameters, ExternalTables = Tables };
    }
}
