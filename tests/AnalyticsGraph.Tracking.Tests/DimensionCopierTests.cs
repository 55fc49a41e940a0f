using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Tracking.Dimensions;
using AnalyticsGraph.Tracking.Writing;
using Microsoft.Extensions.Logging.Abstractions;

namespace AnalyticsGraph.Tracking.Tests;

[Collection("tracking")]
public sealed class DimensionCopierTests(TrackingEngines engines)
{
    [Fact]
    public async Task Copy_Should_FollowTheRun_When_ItChangesAndGoes()
    {
        await using var copier = NewCopier();
        var run = await engines.CreateRunAsync();
        await engines.Log.LogBatchAsync(new LogBatchRequest { RunId = run, Params = [new("lr", "0.1")], Tags = [new("team", "ü")] }, Caller.Anonymous);
        await copier.CopyAsync();
        Assert.Equal(("RUNNING", "0.1", "ü", (byte)0), await ReadAsync(run));
        await engines.Store.UpdateRunAsync(new UpdateRunRequest { RunId = run, Status = "FINISHED" }, Caller.Anonymous);
        await copier.CopyAsync();
        Assert.Equal(("FINISHED", "0.1", "ü", (byte)0), await ReadAsync(run));
        await engines.ScalarAsync<long>("DELETE FROM run WHERE id = $1 RETURNING id", run);
        await copier.CopyAsync();
        Assert.Equal(("", "", "", (byte)1), await ReadAsync(run));
        Assert.Equal(0, await copier.CopyAsync());
    }

    [Fact]
    public async Task Copy_Should_EndWithThePresentState_When_SeveralCopiersRunWhileEntitiesChange()
    {
        var runs = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => engines.CreateRunAsync()));
        await Task.WhenAll(
            Task.WhenAll(runs.SelectMany(run => Enumerable.Range(0, 6).Select(i => engines.Store.UpdateRunAsync(new UpdateRunRequest { RunId = run, Status = i % 2 == 0 ? "RUNNING" : "FAILED" }, Caller.Anonymous)))),
            Task.WhenAll(Enumerable.Range(0, 3).Select(async _ =>
            {
                await using var copier = NewCopier();
                for (var i = 0; i < 4; i++)
                    await copier.CopyAsync();
            })));
        await using var last = NewCopier();
        await last.CopyAsync();
        foreach (var run in runs)
            Assert.Equal(await engines.ScalarAsync<string>("SELECT status FROM run WHERE id = $1", run), (await ReadAsync(run)).Status);
    }

    [Fact]
    public async Task Copy_Should_LeaveTheEndOpen_When_TheRunHasNotEnded()
    {
        await using var copier = NewCopier();
        var run = await engines.CreateRunAsync();
        await copier.CopyAsync();
        await using var result = await engines.ClickHouse.QueryAsync(new ClickHouseQuery("SELECT count() AS n FROM run_dimension FINAL WHERE id = {run:Int64} AND end_time IS NULL AND start_time > now() - INTERVAL 1 DAY").With("run", "Int64", run));
        Assert.Equal(1ul, (await result.ReadColumnAsync<ulong>("n"))[0]);
    }

    [Fact]
    public async Task Start_Should_CopyWithinASecond_When_SomethingChanges()
    {
        await using var copier = new DimensionCopier(engines.Postgres, engines.ClickHouse, TimeSpan.FromMilliseconds(50), NullLogger<DimensionCopier>.Instance);
        copier.Start();
        var run = await engines.CreateRunAsync();
        var end = Environment.TickCount64 + 10_000;
        while (await CountAsync(run) == 0 && Environment.TickCount64 < end)
            await Task.Delay(20);
        Assert.Equal("RUNNING", (await ReadAsync(run)).Status);
    }

    private DimensionCopier NewCopier() => new(engines.Postgres, engines.ClickHouse, TimeSpan.FromSeconds(1), NullLogger<DimensionCopier>.Instance);

    private async Task<ulong> CountAsync(long run)
    {
        await using var result = await engines.ClickHouse.QueryAsync(new ClickHouseQuery("SELECT count() AS n FROM run_dimension FINAL WHERE id = {run:Int64}").With("run", "Int64", run));
        return (await result.ReadColumnAsync<ulong>("n"))[0];
    }

    private async Task<(string Status, string LearningRate, string Team, byte Deleted)> ReadAsync(long run)
    {
        await using var result = await engines.ClickHouse.QueryAsync(new ClickHouseQuery(
            "SELECT toString(status) AS status, params['lr'] AS lr, tags['team'] AS team, deleted FROM run_dimension FINAL WHERE id = {run:Int64}").With("run", "Int64", run));
        await foreach (var block in result.ReadBlocksAsync())
        {
            if (block.RowCount == 1)
                return (block.Column<string>("status")[0], block.Column<string>("lr")[0], block.Column<string>("team")[0], block.Column<byte>("deleted")[0]);
        }

        throw new InvalidOperationException($"Run {run} has no copy.");
    }
}
