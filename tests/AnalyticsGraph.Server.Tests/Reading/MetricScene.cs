using System.Globalization;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Server.Tests.Running;
using Npgsql;
using NpgsqlTypes;

namespace AnalyticsGraph.Server.Tests.Reading;

/// <summary>Runs with points at random: NaN, infinities, ties, repeated steps, params and tags that are missing or no numbers, runs of several jobs, of none, without points. The same for all tests of a server.</summary>
internal sealed class MetricScene
{
    private static readonly Dictionary<EmptyServer, Task<MetricScene>> Scenes = [];
    private static readonly double[] Odd = [double.NaN, double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0, 1, 1, 2];

    private MetricScene()
    {
    }

    public string Name { get; } = $"bi-{Guid.NewGuid():n}";

    public List<SceneRun> Runs { get; } = [];

    public List<ScenePoint> Points { get; } = [];

    public long[] Models { get; private set; } = [];

    public long[] Datasets { get; private set; } = [];

    /// <summary>The filter of its runs.</summary>
    public string Where => $"{{experiment: {{name: {{startsWith: \"{Name}\"}} }} }}";

    /// <summary>The points of a run's series of scope RUN, of the first worker, without a label.</summary>
    public List<ScenePoint> Series(SceneRun run, string key) => [.. Points.Where(point => point.Run == run && point.Key == key && point is { Label: "", Scope: "RUN", Rank: 0 })];

    /// <summary>The point of a series at the best step of another, or the nearest before; null for none.</summary>
    public static ScenePoint? AtBest(List<ScenePoint> best, string stat, List<ScenePoint> series)
    {
        var numbers = best.Where(point => !double.IsNaN(point.Value)).OrderBy(MetricOracle.Place).ToList();
        var found = stat switch { "MIN" => numbers.MinBy(point => point.Value), "MAX" => numbers.MaxBy(point => point.Value), _ => best.MaxBy(MetricOracle.Place) };
        return found is null ? null : series.Where(point => (point.Epoch, point.Step).CompareTo((found.Epoch, found.Step)) <= 0).MaxBy(MetricOracle.Place);
    }

    public static Task<MetricScene> OfAsync(EmptyServer server)
    {
        lock (Scenes)
        {
            return Scenes.TryGetValue(server, out var scene) ? scene : Scenes[server] = new MetricScene().WriteAsync(server);
        }
    }

    private async Task<MetricScene> WriteAsync(EmptyServer server)
    {
        await using var source = NpgsqlDataSource.Create(server.Postgres);
        var experiments = new[] { await IdAsync($"INSERT INTO experiment (source, name) VALUES ('local', '{Name}-a') RETURNING id"), await IdAsync($"INSERT INTO experiment (source, name) VALUES ('local', '{Name}-b') RETURNING id") };
        await IdAsync($"INSERT INTO experiment (source, name) VALUES ('local', '{Name}-empty') RETURNING id");
        var trials = new List<long?> { null, await IdAsync($"INSERT INTO trial (source, experiment_id) VALUES ('local', {experiments[0]}) RETURNING id") };
        var jobs = new List<long>();
        for (var i = 0; i < 2; i++)
        {
            jobs.Add(await IdAsync($"INSERT INTO job (source, uid) VALUES ('local', '{Name}-{i}') RETURNING id"));
        }

        Models = [0, await IdAsync($"INSERT INTO logged_model (source, model_id, experiment_id, name) VALUES ('local', '{Name}', {experiments[0]}, 'm') RETURNING id")];
        Datasets = [0, await IdAsync($"INSERT INTO dataset (source, experiment_id, name) VALUES ('local', {experiments[0]}, 'd') RETURNING id")];
        var random = new Random(11);
        string?[] rates = [null, "0.1", "0.01", "1e-2", "auto", "10", "9", "-3", "nan", "inf", "it's \"\\ odd"];
        for (var i = 0; i < 24; i++)
        {
            var run = new SceneRun(
                0, experiments[i % 2], i % 2 == 0 ? trials[random.Next(2)] : null, Pick("RUNNING", "FINISHED", "KILLED"), Pick<string?>(null, "ada", "bob"), Pick(rates), Pick<string?>(null, "x", "y'; DROP TABLE run --"), [.. jobs.Where(_ => random.Next(2) == 0)]);
            run = run with
            {
                Id = await IdAsync($"INSERT INTO run (source, experiment_id, trial_id, uuid, user_name, status_text) VALUES ('local', {run.Experiment}, {run.Trial?.ToString(CultureInfo.InvariantCulture) ?? "NULL"}, '{Guid.NewGuid():n}', {Quoted(run.User)}, '{run.Status}') RETURNING id"),
            };
            _ = run.Rate is null ? 0 : await IdAsync($"INSERT INTO run_param (run_id, key, value) VALUES ({run.Id}, 'lr', {Quoted(run.Rate)}) RETURNING run_id");
            _ = run.Tag is null ? 0 : await IdAsync($"INSERT INTO run_tag (run_id, key, value) VALUES ({run.Id}, 'team', {Quoted(run.Tag)}) RETURNING run_id");
            foreach (var job in run.Jobs)
            {
                await IdAsync($"INSERT INTO job_run (job_id, run_id) VALUES ({job}, {run.Id}) RETURNING run_id");
            }

            Runs.Add(run);
            if (i > 1)
            {
                AddPoints(run, random);
            }
        }

        await WriteSummariesAsync(source);
        await using var client = new ClickHouseClient(ClickHouseOptions.Parse(server.ClickHouse));
        await client.InsertAsync(new ClickHouseInsert("metric_point"), new Block(
        [
            Column("experiment_id", "Int64", point => point.Run.Experiment), Column("key", "String", point => point.Key), Column("label", "String", point => point.Label), Column("run_id", "Int64", point => point.Run.Id),
            Column("scope", "String", point => point.Scope), Column("rank", "Int32", point => point.Rank), Column("epoch", "Int64", point => point.Epoch), Column("step", "Int64", point => point.Step),
            Column("time", "DateTime64(3, 'UTC')", point => point.Time), Column("value", "Float64", point => point.Value), Column("model_id", "Int64", point => point.Model), Column("dataset_id", "Int64", point => point.Dataset),
            Column("seq", "Int64", point => 0L), Column("group_id", "UInt64", point => 0UL),
        ]));
        return this;

        T Pick<T>(params T[] values) => values[random.Next(values.Length)];
        ClickHouseColumn Column<T>(string name, string type, Func<ScenePoint, T> value) => ClickHouseColumn.Create(name, type, Points.Select(value).ToArray());
        static string Quoted(string? text) => text is null ? "NULL" : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
        async Task<long> IdAsync(string sql)
        {
            await using var command = source.CreateCommand(sql);
            return (long)(await command.ExecuteScalarAsync())!;
        }
    }

    private async Task WriteSummariesAsync(NpgsqlDataSource source)
    {
        foreach (var series in Points.GroupBy(point => (point.Run, point.Scope, point.Key, point.Label, point.Rank)))
        {
            List<ScenePoint> points = [.. series.OrderBy(MetricOracle.Place)];
            var numbers = points.Count(point => !double.IsNaN(point.Value));
            await using var command = source.CreateCommand("""
                INSERT INTO run_metric (run_id, scope, key, label, rank, count, nan_count, sum, m2, mean, first_epoch, first_step, first_time, first_value, last_epoch, last_step, last_time, last_value, min_value, max_value)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0, now(), $11, 0, 0, now(), $12, $13, $14);
                """);
            foreach (var value in new object?[]
            {
                series.Key.Run.Id, series.Key.Scope, series.Key.Key, series.Key.Label, series.Key.Rank, (long)points.Count, (long)(points.Count - numbers), MetricOracle.Of("SUM", points) ?? 0,
                (MetricOracle.Of("VARIANCE", points) ?? 0) * (numbers - 1),
                MetricOracle.Of("AVG", points), points[0].Value, points[^1].Value, MetricOracle.Of("MIN", points), MetricOracle.Of("MAX", points),
            })
            {
                command.Parameters.Add(value is null ? new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = NpgsqlDbType.Double } : new NpgsqlParameter { Value = value });
            }

            await command.ExecuteNonQueryAsync();
        }

        await using var order = source.CreateCommand(
            """
            WITH changed AS (INSERT INTO run_metric_change (run_ids) VALUES ($1))
            INSERT INTO run_metric_order SELECT run_id, scope, key, label, rank, last_value, min_value, max_value FROM run_metric WHERE run_id = ANY ($1)
            """);
        order.Parameters.Add(new NpgsqlParameter { Value = Runs.Select(run => run.Id).ToArray() });
        await order.ExecuteNonQueryAsync();
    }

    private void AddPoints(SceneRun run, Random random)
    {
        foreach (var (key, label, scope, count) in new[] { ("loss", "", "RUN", 14), ("acc", "", "RUN", 9), ("acc", "it's", "RUN", 3), ("it's \\ \"odd\"", "", "RUN", 3), ("acc", "", "EPOCH", 4) })
        {
            for (var i = 0; i < count; i++)
            {
                // Some metrics of a run are missing altogether, some are nothing but NaN.
                if ((run.Id + key.Length) % 7 != 0)
                {
                    Points.Add(new ScenePoint(
                        run, key, label, scope, random.Next(4) == 0 ? 1 : 0, random.Next(2), random.Next(-3, 25), new DateTime(2026, 3, 27, 0, 0, 0, DateTimeKind.Utc).AddMilliseconds(random.NextInt64(5L * 86_400_000)),
                        (run.Id + key.Length) % 5 == 0 ? double.NaN : random.Next(6) == 0 && key != "loss" ? Odd[random.Next(Odd.Length)] : random.Next(3) == 0 ? random.Next(4) : (random.NextDouble() * 200) - 100,
                        Models[random.Next(2)], Datasets[random.Next(2)]));
                }
            }
        }
    }
}

internal sealed record SceneRun(long Id, long Experiment, long? Trial, string Status, string? User, string? Rate, string? Tag, long[] Jobs);

internal sealed record ScenePoint(SceneRun Run, string Key, string Label, string Scope, int Rank, long Epoch, long Step, DateTime Time, double Value, long Model, long Dataset);
