using System.Globalization;
using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace AnalyticsGraph.Tracking.Entities;

/// <summary>A statement that is put together of SQL and bound values. Names come from the schema alone and are quoted.</summary>
internal sealed class Statement
{
    private readonly StringBuilder _text = new();
    private readonly List<NpgsqlParameter> _parameters = [];

    public Statement(string sql = "") => _text.Append(sql);

    public Statement Add(string sql)
    {
        _text.Append(sql);
        return this;
    }

    public Statement Name(string name)
    {
        _text.Append('"').Append(name.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
        return this;
    }

    /// <summary>A parameter.</summary>
    public Statement Bind(object? value, NpgsqlDbType type)
    {
        _parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value, NpgsqlDbType = type });
        _text.Append(CultureInfo.InvariantCulture, $"${_parameters.Count}");
        return this;
    }

    public Statement Bind(long value) => Bind(value, NpgsqlDbType.Bigint);

    public Statement Bind(long[] values) => Bind(values, NpgsqlDbType.Array | NpgsqlDbType.Bigint);

    public Statement Bind(string? value) => Bind(value, NpgsqlDbType.Text);

    public Statement Bind(string[] values) => Bind(values, NpgsqlDbType.Array | NpgsqlDbType.Text);

    public Statement Add(ColumnValue value) => value.AppendTo(this);

    public NpgsqlBatchCommand ToCommand()
    {
        var command = new NpgsqlBatchCommand(_text.ToString());
        foreach (var parameter in _parameters)
            command.Parameters.Add(parameter);
        return command;
    }
}

/// <summary>What a column is set to: a value, or an expression around one.</summary>
/// <param name="Value">The value, or null.</param>
/// <param name="Type">Its type in PostgreSQL.</param>
internal sealed record ColumnValue(object? Value, NpgsqlDbType Type)
{
    private readonly string _before = "";
    private readonly string? _after;

    private ColumnValue(string before, object? value, NpgsqlDbType type, string? after)
        : this(value, type) => (_before, _after) = (before, after);

    /// <summary>The moment of the change.</summary>
    public static ColumnValue Now { get; } = new("now()", null, NpgsqlDbType.Unknown, null);

    /// <summary>Nothing.</summary>
    public static ColumnValue Null { get; } = new("NULL", null, NpgsqlDbType.Unknown, null);

    public static ColumnValue Of(string? text) => new(text, NpgsqlDbType.Text);

    public static ColumnValue Of(long number) => new(number, NpgsqlDbType.Bigint);

    /// <summary>A column of another row, found by its key.</summary>
    public static ColumnValue From(string table, string column, string keyColumn, long key) =>
        new($"(SELECT \"{column}\" FROM \"{table}\" WHERE \"{keyColumn}\" = ", key, NpgsqlDbType.Bigint, ")");

    public Statement AppendTo(Statement statement)
    {
        statement.Add(_before);
        if (Type != NpgsqlDbType.Unknown)
            statement.Bind(Value, Type);
        return statement.Add(_after ?? "");
    }
}
