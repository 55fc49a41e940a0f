using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.TestEngines;

namespace AnalyticsGraph.Analytics.Tests.Series;

/// <summary>A point as it is stored.</summary>
public sealed record StoredPoint(long Experiment, long Run, string Key, string Scope, long Epoch, long Step, long Time, double Value);

/// <summary>The table of points as the migrations make it.</summary>
internal static class PointTable
{
    public static async Task<ClickHouseClient> CreateAsync(EngineFixture engines)
    {
        var client = new ClickHouseClient(ClickHouseOptions.Parse(engines.ClickHouseConnectionString));
        var folder = Path.Combine(AppContext.BaseDirectory, "migrations");
        foreach (var statement in Directory.GetFiles(folder, "*.sql").Order().SelectMany(f => File.ReadAllText(f).Split(";\n", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)))
        {
            await client.ExecuteAsync(new ClickHouseQuery(statement.TrimEnd(';')));
        }

        return client;
    }

    public static async Task InsertAsync(ClickHouseClient client, StoredPoint[] points)
    {
        // In no order, as points arrive.
        var shuffled = points.OrderBy(p => HashCode.Combine(p.Step, p.Value)).ToArray();
        if (shuffled.Length == 0)
        {
            return;
        }

        await client.InsertAsync(new ClickHouseInsert("metric_point", ["experiment_id", "key", "label", "run_id", "scope", "rank", "epoch", "step", "time", "value", "seq"]), new Block(
        [
            Column("experiment_id", "Int64", p => p.Experiment),
            Column("key", "String", p => p.Key),
            Column("label", "String", _ => ""),
            Column("run_id", "Int64", p => p.Run),
            Column("scope", "String", p => p.Scope),
            Column("rank", "Int32", _ => 0),
            Column("epoch", "Int64", p => p.Epoch),
            Column("step", "Int64", p => p.Step),
            ClickHouseColumn.FromObjects("time", ClickHouseType.Parse("DateTime64(3, 'UTC')"), [.. shuffled.Select(p => (object?)DateTimeOffset.FromUnixTimeMilliseconds(p.Time).UtcDateTime)]),
            Column("value", "Float64", p => p.Value),
            ClickHouseColumn.Create("seq", ClickHouseType.Parse("Int64"), Enumerable.Range(1, shuffled.Length).Select(i => (long)i).ToArray()),
        ]));

        ClickHouseColumn Column<T>(string name, string type, Func<StoredPoint, T> value) => ClickHouseColumn.Create(name, ClickHouseType.Parse(type), shuffled.Select(value).ToArray());
    }
}
