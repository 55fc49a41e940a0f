using System.Globalization;
using System.Text.RegularExpressions;
using AnalyticsGraph.Analytics.Aggregates;
using AnalyticsGraph.Analytics.Series;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.TestEngines;

namespace AnalyticsGraph.Analytics.Tests.Series;

/// <summary>Which indexes of ClickHouse the questions use that the tables were made for.</summary>
public sealed partial class ExplainTests(EngineFixture engines) : IClassFixture<EngineFixture>, IAsyncLifetime
{
    private const int PointsPerSeries = 100_000;
    private ClickHouseClient _client = null!;

    // Ten runs with two keys, logged in turn; 100 points of one series came late. The rollups are those of one run.
    public async Task InitializeAsync()
    {
        _client = await PointTable.CreateAsync(engines);
        await using (var written = await _client.QueryAsync(new ClickHouseQuery("SELECT count() AS n FROM metric_point")))
        {
            if ((await written.ReadColumnAsync<ulong>("n"))[0] > 0)
            {
                return;
            }
        }

        await _client.ExecuteAsync(new ClickHouseQuery(
            $"""
            INSERT INTO metric_point (experiment_id, key, run_id, scope, step, time, value, seq)
            SELECT 1, ['loss', 'acc'][number % 2 + 1], intDiv(number, {2 * PointsPerSeries}), 'RUN', intDiv(number, 2) % {PointsPerSeries} AS step, 1700000000 + step, rand(), number % {2 * PointsPerSeries} + 1
            FROM numbers({20 * PointsPerSeries})
            """));
        await _client.ExecuteAsync(new ClickHouseQuery(
            $"INSERT INTO metric_point (experiment_id, key, run_id, scope, step, time, value, seq) SELECT 1, 'loss', 3, 'RUN', 500 + number, 1700000000, rand(), {2 * PointsPerSeries} + 1 + number FROM numbers(100)"));
        await _client.ExecuteAsync(new ClickHouseQuery(
            $"""
            INSERT INTO metric_rollup (experiment_id, key, run_id, scope, width, bucket, seq, points, finite, total)
            SELECT 1, 'loss', run, 'RUN', width, number * width, {2 * PointsPerSeries}, width, width, 1 FROM numbers(780) ARRAY JOIN [128, 512] AS width ARRAY JOIN range(10) AS run
            """));
        await _client.ExecuteAsync(new ClickHouseQuery(
            "INSERT INTO run_metric (key, scope, experiment_id, run_id, count, version) SELECT concat('m', toString(number % 20)), 'RUN', 1 + number % 7, intDiv(number, 20), 1, 1 FROM numbers(400000)"));
        await _client.ExecuteAsync(new ClickHouseQuery("OPTIMIZE TABLE run_metric FINAL"));
        await _client.ExecuteAsync(new ClickHouseQuery("OPTIMIZE TABLE metric_point FINAL"));
        await _client.ExecuteAsync(new ClickHouseQuery("OPTIMIZE TABLE metric_rollup FINAL"));
    }

    public async Task DisposeAsync() => await _client.DisposeAsync();

    [Fact]
    public async Task Series_Should_ReadItsOwnGranulesAlone()
    {
        var reads = await ExplainAsync(new SeriesRequest("loss", "", "RUN", 0, 20_000, 30_000, default, default, null), new SeriesRun(3, 1, PointsPerSeries, 20_000, 30_000));

        // 10,001 points of 2,000,000, in granules of 8,192.
        var read = Assert.Single(reads);
        Assert.Contains("PrimaryKey", read.Plan, StringComparison.Ordinal);
        Assert.InRange(read.Granules, 1, 5);
    }

    [Fact]
    public async Task ThinnedSeries_Should_ReadItsRollups_AndOfThePointsOnlyThoseThatCameLater()
    {
        var run = new SeriesRun(3, 1, PointsPerSeries + 100, 0, PointsPerSeries - 1) { IsFinite = true, Rollup = new Rollup(2 * PointsPerSeries, 128, 512) };
        var request = new SeriesRequest("loss", "", "RUN", 0, null, null, default, new Sampling(SamplingKind.MinMax, 100), null);
        run = run with { RollupWidth = new SeriesQuestion(request, SeriesFields.Points, [run]).RollupWidthFor(run) };

        var reads = await ExplainAsync(request, run);

        Assert.Equal(512, run.RollupWidth);
        var rollups = Assert.Single(reads, read => read.Table.EndsWith("metric_rollup", StringComparison.Ordinal));
        Assert.Contains("PrimaryKey", rollups.Plan, StringComparison.Ordinal);
        Assert.InRange(rollups.Granules, 1, 2);
        var late = Assert.Single(reads, read => read.Table.EndsWith("metric_point", StringComparison.Ordinal));
        Assert.Contains("seq_range", late.Plan, StringComparison.Ordinal);
        Assert.InRange(late.Granules, 1, 2);
    }

    [Fact]
    public async Task Summaries_Should_ReadTheirMetricAlone()
    {
        var reads = await ExplainAsync(new ClickHouseQuery($"SELECT {new SummaryValue("MAX", null).StoredSql} FROM {SummaryValue.Stored} WHERE p.key = 'm7' AND p.label = '' AND p.scope = 'RUN' AND p.rank = 0"));

        // 20,000 series of 400,000, in granules of 8,192.
        var read = Assert.Single(reads);
        Assert.Contains("PrimaryKey", read.Plan, StringComparison.Ordinal);
        Assert.InRange(read.Granules, 3, 5);
    }

    [Fact]
    public async Task Replay_Should_FindAGroupByItsIndex()
    {
        var reads = await ExplainAsync(new ClickHouseQuery("SELECT 1 FROM metric_point WHERE group_id IN (12345) LIMIT 1"));

        Assert.Contains("group_id_range", Assert.Single(reads).Plan, StringComparison.Ordinal);
        Assert.Equal(0, reads[0].Granules);
    }

    private async Task<List<(string Table, string Plan, int Granules)>> ExplainAsync(SeriesRequest request, SeriesRun run) =>
        await ExplainAsync(SeriesSql.Compose([new SeriesQuestion(request, SeriesFields.Points, [run])])!);

    // Each reading of a table with the granules that are left after its last index.
    private async Task<List<(string Table, string Plan, int Granules)>> ExplainAsync(ClickHouseQuery query)
    {
        await using var result = await _client.QueryAsync(query with { Sql = $"EXPLAIN indexes = 1 {query.Sql}" });
        var lines = await result.ReadColumnAsync<string>("explain");
        var reads = new List<(string Table, string Plan, int Granules)>();
        foreach (var line in lines)
        {
            if (ReadOf().Match(line) is { Success: true } table)
            {
                reads.Add((table.Groups[1].Value, "", -1));
            }
            else if (reads.Count > 0)
            {
                var granules = Granules().Match(line) is { Success: true } left ? int.Parse(left.Groups[1].Value, CultureInfo.InvariantCulture) : reads[^1].Granules;
                reads[^1] = (reads[^1].Table, reads[^1].Plan + line + "\n", granules);
            }
        }

        return reads;
    }

    [GeneratedRegex(@"ReadFromMergeTree \(([^)]+)\)")]
    private static partial Regex ReadOf();

    [GeneratedRegex(@"Granules: (\d+)/")]
    private static partial Regex Granules();
}
