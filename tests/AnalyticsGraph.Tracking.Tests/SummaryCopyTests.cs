using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Tracking.Maintenance;
using AnalyticsGraph.Tracking.Writing;

namespace AnalyticsGraph.Tracking.Tests;

/// <summary>ClickHouse's copy of the summaries of series.</summary>
public sealed class SummaryCopyTests(TrackingEngines engines) : IClassFixture<TrackingEngines>
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Copy_Should_HaveWhatWasAcknowledged_When_NoFlushHasBroughtItYet()
    {
        await using var copier = engines.Copier();
        var run = await engines.CreateRunAsync();
        await LogAsync(run, "loss", 1, double.NaN, 3);
        await LogAsync(run, "none", double.NaN);
        await copier.CopySummariesAsync();
        Assert.Equal(["loss 3 1 4 2 1 3 1 3", "none 1 1 0 0 NaN NaN 0 0"], await CopiesAsync(run));

        // What a flush takes out of the log is marked, and nothing is left to do when it is copied.
        await LogAsync(run, "loss", 1, double.NaN, 3, -1);
        await engines.Flusher.FlushAsync();
        Assert.NotEqual(0L, await MarksAsync());
        await copier.CopySummariesAsync();
        Assert.Equal(["loss 4 1 3 8 1 -1 -1 3", "none 1 1 0 0 NaN NaN 0 0"], await CopiesAsync(run));
        Assert.Equal(0L, await MarksAsync());
        Assert.Empty(await engines.VerifyAsync());
    }

    [Fact]
    public async Task Copy_Should_HaveEveryPointOfThoseBefore_When_ManyLogAndReadAtOnce()
    {
        await using var copier = engines.Copier();
        var runs = new List<long>();
        for (var i = 0; i < 4; i++)
            runs.Add(await engines.CreateRunAsync());

        await Task.WhenAll(runs.Select(async run =>
        {
            for (var step = 0; step < 15; step++)
            {
                await engines.LogAsync(run, new MetricInput { Key = "loss", Step = step, Time = Start, Value = step });
                await copier.CopySummariesAsync();
                Assert.StartsWith($"loss {step + 1} 0 ", Assert.Single(await CopiesAsync(run)), StringComparison.Ordinal);
            }
        }));

        Assert.Empty(await engines.VerifyAsync());
    }

    [Fact]
    public async Task Verify_Should_TellCopiesThatDiffer_AndRepairMendThem()
    {
        await using var copier = engines.Copier();
        var run = await engines.CreateRunAsync();
        foreach (var key in new[] { "changed", "lost", "same" })
            await LogAsync(run, key, 1, 2);
        await engines.Flusher.FlushAsync();
        await copier.CopySummariesAsync();
        await engines.ClickHouse.ExecuteAsync(new ClickHouseQuery(
            """
            INSERT INTO run_metric SELECT * REPLACE (if(key = 'changed', max_value + 1, max_value) AS max_value, if(key = 'lost', 1, 0) AS deleted, if(key = 'same', 'more', key) AS key)
            FROM run_metric FINAL WHERE run_id = {r:Int64}
            """).With("r", "Int64", run));

        var found = await engines.VerifyAsync();

        Assert.Equal(
            [
                ("copy", $"run {run} RUN 'changed'", "the copy's max_value is 3 instead of 2"), ("copy", $"run {run} RUN 'lost'", "ClickHouse has no copy of its summary"),
                ("copy", $"run {run} RUN 'more'", "ClickHouse has a copy of a summary that PostgreSQL has not"),
            ],
            found.Select(difference => (difference.Kind, difference.Subject, difference.Message)).Order());
        Assert.Equal(3, (await new StoreRepair(engines.Postgres, engines.ClickHouse, engines.Flusher, copier).RunAsync()).Copies);
        Assert.Empty(await engines.VerifyAsync());
        Assert.Equal(["changed 2 0 3 0.5 1 2 1 2", "lost 2 0 3 0.5 1 2 1 2", "same 2 0 3 0.5 1 2 1 2"], await CopiesAsync(run));
    }

    [Fact]
    public async Task Repair_Should_BringCopies_When_PostgresHasForgottenVersionsThatClickHouseKnows()
    {
        await using var copier = engines.Copier();
        var run = await engines.CreateRunAsync();
        await LogAsync(run, "loss", 1, 2);
        await engines.Flusher.FlushAsync();
        await copier.CopySummariesAsync();
        await copier.CopyAsync();
        await engines.ExecuteAsync("SELECT setval('dimension_version', 1)");
        await LogAsync(run, "loss", 3);
        await engines.Flusher.FlushAsync();
        await engines.ExecuteAsync("UPDATE run SET name = 'renamed' WHERE id = $1", run);

        Assert.Equal(["copy"], (await engines.VerifyAsync()).Select(difference => difference.Kind).Distinct());
        Assert.Equal(["loss 2 0 3 0.5 1 2 1 2"], await CopiesAsync(run));

        await new StoreRepair(engines.Postgres, engines.ClickHouse, engines.Flusher, copier).RunAsync();
        Assert.Equal(["loss 3 0 6 2 1 2 1 3"], await CopiesAsync(run));
        Assert.Empty(await engines.VerifyAsync());
    }

    private Task LogAsync(long run, string key, params double[] values) =>
        engines.LogAsync(run, [.. values.Select((value, step) => new MetricInput { Key = key, Step = step, Time = Start, Value = value })]);

    private Task<long> MarksAsync() => engines.ScalarAsync<long>("SELECT count(*) FROM run_metric_change");

    private async Task<string[]> CopiesAsync(long run)
    {
        await using var result = await engines.ClickHouse.QueryAsync(new ClickHouseQuery(
            "SELECT arrayStringConcat([toString(key), toString(count), toString(nan_count), toString(sum), toString(m2), replaceOne(toString(first_value), 'nan', 'NaN'), replaceOne(toString(last_value), 'nan', 'NaN'), toString(min_value), toString(max_value)], ' ') AS row FROM run_metric FINAL WHERE run_id = {r:Int64} ORDER BY row")
            .With("r", "Int64", run));
        return [.. await result.ReadColumnAsync<string>("row")];
    }
}
