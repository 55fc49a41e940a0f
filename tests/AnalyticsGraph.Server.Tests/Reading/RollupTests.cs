using System.Globalization;
using System.Text.Json;
using AnalyticsGraph.Analytics.Series;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Server.Hosting;
using AnalyticsGraph.Server.Tests.Running;
using AnalyticsGraph.Tracking.Points;
using AnalyticsGraph.Tracking.Rollups;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace AnalyticsGraph.Server.Tests.Reading;

/// <summary>Long series from rollups, held against the same from points: two servers over the same stores, of which one takes every series for a long one.</summary>
[Collection("empty")]
public sealed class RollupTests(EmptyServer empty)
{
    private const int PerBatch = 1000;
    private static readonly string[] Windows = ["", ", from: 3001, to: 17777", ", to: 8191", ", from: 5, to: 131"];
    private static readonly string[] Samples = ["{bucket: {points: 6}}", "{bucket: {width: 1024}}", "{minMax: {points: 12}}", "{bucket: {width: 100}}", "{minMax: {points: 2}}"];

    [Fact]
    public async Task Rollups_Should_AnswerAsThePoints_When_PointsComeLateAndWhileTheyAreBuilt()
    {
        await using var rolled = await InProcessServer.StartAsync(empty.Postgres, empty.ClickHouse, new ServerLimits { Series = new SeriesLimits { MaxThinnedPoints = 100 } });
        await using var stores = new Writer(empty);
        var runs = new[] { await empty.CreateRunAsync(), await empty.CreateRunAsync() };
        foreach (var run in runs)
        {
            await LogAsync(run, Enumerable.Range(0, 12_000).Where(step => step % 7 != 3));
        }

        // All is built; then more comes at the end and in the middle, is still missing, and is built, too.
        Assert.InRange(await stores.BuildAsync(), 2, int.MaxValue);
        await CompareAsync(rolled, runs, expectRollups: true);
        await LogAsync(runs[0], Enumerable.Range(12_000, 8_000).Where(step => step % 5 != 0));
        await LogAsync(runs[1], Enumerable.Range(0, 6_000).Where(step => step % 7 == 3).Append(-5_000));
        await CompareAsync(rolled, runs, expectRollups: true);

        // A build that was killed before it told how far it came: its buckets are not taken for those that PostgreSQL speaks of.
        var before = await stores.ReadStateAsync();
        Assert.Equal(2, await stores.BuildAsync());
        await CompareAsync(rolled, runs, expectRollups: true);
        await stores.WriteStateAsync(before);
        await CompareAsync(rolled, runs, expectRollups: null);
        Assert.Equal(2, await stores.BuildAsync());
        Assert.Equal(0, await stores.BuildAsync());
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1_767_225_600_000_000_000, 1_000_003)]
    public async Task Lttb_Should_ChooseRealPointsAndSayThatItIsNotExact_When_RollupsAreRead(long first, long distance)
    {
        await using var rolled = await InProcessServer.StartAsync(empty.Postgres, empty.ClickHouse, new ServerLimits { Series = new SeriesLimits { MaxThinnedPoints = 100 } });
        await using var stores = new Writer(empty);
        var run = await empty.CreateRunAsync();
        await LogAsync(run, Enumerable.Range(0, 12_000), step => first + (step * distance));
        await stores.BuildAsync();
        await LogAsync(run, Enumerable.Range(12_000, 100), step => first + (step * distance));

        var query = $"{{ run(id: \"{run}\") {{ thin: series(key: \"loss\", sample: {{lttb: {{points: 40}}}}) {{ exact count steps times values }} all: series(key: \"loss\") {{ exact steps times values }} }} }}";
        var (thin, all) = ((await rolled.RunAsync(query)).At("run.thin"), (await rolled.RunAsync(query)).At("run.all"));

        Assert.False(thin.GetProperty("exact").GetBoolean());
        Assert.True(all.GetProperty("exact").GetBoolean());
        Assert.Equal((40, 12_100), (thin.GetProperty("steps").GetArrayLength(), thin.GetProperty("count").GetInt32()));
        var kept = Rows(thin);
        Assert.Subset(Rows(all).ToHashSet(), kept.ToHashSet());
        Assert.Equal(kept.OrderBy(row => row.Step), kept);
        var ofPoints = (await empty.Server.RunAsync(query)).At("run.thin");
        Assert.True(ofPoints.GetProperty("exact").GetBoolean());
        Assert.Equal(40, Rows(ofPoints).Count);
        Assert.Subset(Rows(all).ToHashSet(), Rows(ofPoints).ToHashSet());

        static List<(long Step, string Others)> Rows(JsonElement series) => [.. Enumerable.Range(0, series.GetProperty("steps").GetArrayLength())
            .Select(i => (series.GetProperty("steps")[i].GetInt64(), $"{series.GetProperty("times")[i]} {series.GetProperty("values")[i]}"))];
    }

    private async Task CompareAsync(InProcessServer rolled, string[] runs, bool? expectRollups)
    {
        var (used, turn) = (0, 0);
        foreach (var window in Windows)
        {
            foreach (var sample in Samples)
            {
                var run = runs[turn++ % runs.Length];
                used += await CompareAsync(rolled, $"run(id: \"{run}\") {{ series(key: \"loss\", sample: {sample}{window}) {{ exact count steps times values buckets {{ lastSteps counts nanCounts min max mean }} nonFinite {{ count steps values }} }} }}");
            }

            // Nothing but buckets: where no point came late, rollups alone answer.
            foreach (var sample in new[] { Samples[0], Samples[1] })
            {
                await CompareAsync(rolled, $"run(id: \"{runs[1]}\") {{ series(key: \"loss\", sample: {sample}{window}) {{ exact steps times values buckets {{ lastSteps counts nanCounts min max mean }} }} }}");
            }

            foreach (var sample in new[] { "MEAN", "MIN", "MAX", "FIRST", "LAST" })
            {
                used += await CompareAsync(rolled, $"compareRuns(runIds: [\"{runs[0]}\", \"{runs[1]}\"], keys: [\"loss\", \"few\"], points: 6, sample: {sample}{window}) {{ positions series {{ key count counts values }} groups {{ mean min max standardDeviation runCounts }} }}");
            }
        }

        Assert.Equal(expectRollups ?? used > Windows.Length * 2, used > Windows.Length * 2);
    }

    // Whether rollups answered: the statement that was sent last names their table.
    private async Task<int> CompareAsync(InProcessServer rolled, string field)
    {
        var expected = await empty.Server.RunAsync($"{{ {field} }}");
        var (actual, counters) = await rolled.CountAsync($"{{ {field} }}");
        AssertEqual(expected, actual, field);
        var series = counters.Statements.Where(statement => statement.Contains("metric_point", StringComparison.Ordinal)).ToArray();
        return series is [.., var last] && last.Contains("metric_rollup", StringComparison.Ordinal) ? 1 : 0;
    }

    // Sums depend on the order of addition.
    private static void AssertEqual(JsonElement expected, JsonElement actual, string where)
    {
        Assert.Equal(expected.ValueKind, actual.ValueKind);
        switch (expected.ValueKind)
        {
            case JsonValueKind.Number:
                var (left, right) = (expected.GetDouble(), actual.GetDouble());
                Assert.True(Math.Abs(left - right) <= 1e-9 * Math.Max(1, Math.Abs(left)), $"{left} is not {right} in {where}");
                break;
            case JsonValueKind.Array:
                Assert.True(expected.GetArrayLength() == actual.GetArrayLength(), $"{expected} is not {actual} in {where}");
                foreach (var (one, other) in expected.EnumerateArray().Zip(actual.EnumerateArray()))
                {
                    AssertEqual(one, other, where);
                }

                break;
            case JsonValueKind.Object:
                foreach (var property in expected.EnumerateObject())
                {
                    AssertEqual(property.Value, actual.GetProperty(property.Name), $"{property.Name} of {where}");
                }

                break;
            default:
                Assert.Equal(expected.ToString(), actual.ToString());
                break;
        }
    }

    // Values with repeats, some not finite; times that go back now and then; a short series beside the long one.
    private async Task LogAsync(string run, IEnumerable<int> steps, Func<int, long>? place = null)
    {
        var random = new Random(EmptyServer.KeyOf(run).GetHashCode());
        foreach (var batch in steps.Chunk(PerBatch - 1))
        {
            var metrics = batch.Select(step => Metric("loss", step, random.Next(60) switch { 0 => "NaN", 1 => "Infinity", 2 => "-Infinity", _ => Math.Round(random.NextDouble() * 50, 2) }, random.Next(-3000, 3000)))
                .Append(Metric("few", batch[0], batch[0], 0));
            await empty.Server.RunAsync("mutation ($i: LogBatchInput!) { logBatch(input: $i) { errors { __typename } } }", new { i = new { runId = run, metrics } });
        }

        object Metric(string key, int step, object value, int jitter) => new
        {
            key,
            step = place?.Invoke(step) ?? step,
            value,
            time = DateTimeOffset.UnixEpoch.AddSeconds(1_700_000_000).AddMilliseconds((step * 1000L) + jitter).ToString("o", CultureInfo.InvariantCulture),
        };
    }

    /// <summary>Builds rollups of series that are not long at all, and looks at how far they are.</summary>
    private sealed class Writer : IAsyncDisposable
    {
        private readonly NpgsqlDataSource _postgres;
        private readonly ClickHouseClient _clickHouse;
        private readonly PointFlusher _flusher;
        private readonly RollupBuilder _builder;

        public Writer(EmptyServer server)
        {
            _postgres = NpgsqlDataSource.Create(server.Postgres);
            _clickHouse = new ClickHouseClient(ClickHouseOptions.Parse(server.ClickHouse));
            _flusher = new PointFlusher(_postgres, _clickHouse, new PointLogOptions(), NullLogger<PointFlusher>.Instance);
            var options = new RollupOptions { LeastPoints = 1000, LeastNewPoints = 1, PointsPerBucket = 16 };
            _builder = new RollupBuilder(_postgres, _clickHouse, _flusher, options, NullLogger<RollupBuilder>.Instance);
        }

        public Task<int> BuildAsync() => _builder.BuildAsync();

        public async Task<List<object[]>> ReadStateAsync()
        {
            await using var command = _postgres.CreateCommand("SELECT run_id, key, seq, points FROM run_metric_rollup");
            await using var reader = await command.ExecuteReaderAsync();
            var rows = new List<object[]>();
            while (await reader.ReadAsync())
            {
                var row = new object[4];
                reader.GetValues(row);
                rows.Add(row);
            }

            return rows;
        }

        public async Task WriteStateAsync(List<object[]> rows)
        {
            foreach (var row in rows)
            {
                await using var command = _postgres.CreateCommand("UPDATE run_metric_rollup SET seq = $3, points = $4 WHERE run_id = $1 AND key = $2");
                command.Parameters.AddRange(row.Select(value => new NpgsqlParameter { Value = value }).ToArray());
                await command.ExecuteNonQueryAsync();
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _builder.DisposeAsync();
            await _flusher.DisposeAsync();
            await _clickHouse.DisposeAsync();
            await _postgres.DisposeAsync();
        }
    }
}
