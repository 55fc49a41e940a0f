using System.Globalization;
using System.Text;
using System.Text.Json;
using AnalyticsGraph.ClickHouse;

namespace AnalyticsGraph.Server.Export;

/// <summary>Rows that come from the graph and go to ClickHouse, which writes them in the caller's format.</summary>
/// <param name="columns">The columns' names and ClickHouse's types.</param>
internal sealed class ExportRows(params (string Name, string Type)[] columns)
{
    private const string Table = "exported";

    // What ClickHouse parses without being told: room for the clauses that go along, and for the table of the rows, which no query is much shorter than.
    private const int UsualQuerySize = 256 * 1024;

    // .NET's own NaN has a sign, which ClickHouse would write.
    private static readonly double NaN = BitConverter.UInt64BitsToDouble(0x7FF8_0000_0000_0000);

    private readonly List<object?>[] _values = [.. columns.Select(_ => new List<object?>())];

    /// <summary>Adds a row.</summary>
    /// <param name="values">A value for each column.</param>
    public void Add(params ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < _values.Length; i++)
        {
            _values[i].Add(values[i]);
        }
    }

    /// <summary>The rows so far; they are forgotten here.</summary>
    public Block Take()
    {
        // Their names may be anything; ClickHouse gets them where it names the result.
        var block = new Block([.. columns.Select((column, i) => ClickHouseColumn.FromObjects(Name(i), column.Type, _values[i].ToArray()))]);
        foreach (var values in _values)
        {
            values.Clear();
        }

        return block;
    }

    /// <summary>The query whose result the rows are.</summary>
    /// <param name="more">Rows that follow, while they come; null for none.</param>
    public ClickHouseQuery ToQuery(IAsyncEnumerable<Block>? more = null)
    {
        // Names with the table's, for the result's may be the same.
        var sql = $"SELECT {string.Join(", ", columns.Select((column, i) => $"{Table}.{Name(i)} AS {Quoted(column.Name)}"))} FROM {Table}";
        return new ClickHouseQuery(sql)
        {
            ExternalTables = [new ClickHouseExternalTable(Table, Take()) { More = more }],
            Settings = new Dictionary<string, string>
            {
                // Several threads would mix the rows' order.
                ["max_threads"] = "1",

                // Thousands of columns are named here.
                ["max_query_size"] = (Encoding.UTF8.GetByteCount(sql) + UsualQuerySize).ToString(CultureInfo.InvariantCulture),
            },
        };
    }

    /// <summary>A number of the graph: null, a number, or the name of one that JSON does not have.</summary>
    public static object? Double(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.Number => json.GetDouble(),
        _ when json.ValueEquals("NaN") => NaN,
        _ => double.Parse(json.GetString()!, CultureInfo.InvariantCulture),
    };

    /// <summary>A moment of the graph.</summary>
    public static object? Time(JsonElement json) => json.ValueKind == JsonValueKind.Null ? null : json.GetDateTimeOffset().UtcDateTime;

    /// <summary>An integer of the graph: a number, or its text.</summary>
    public static long Long(JsonElement json) => json.ValueKind == JsonValueKind.String ? long.Parse(json.GetString()!, CultureInfo.InvariantCulture) : json.GetInt64();

    private static string Name(int column) => string.Create(CultureInfo.InvariantCulture, $"c{column}");

    private static string Quoted(string name) => $"`{name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("`", "\\`", StringComparison.Ordinal)}`";
}
