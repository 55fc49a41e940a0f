using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Server.Tests.Running;
using Npgsql;

namespace AnalyticsGraph.Server.Tests.Starting;

/// <summary>verify, repair and gc as commands, beside a server on the same stores. They tell the truth of whole stores, so these are the only ones here that write to them.</summary>
public sealed class MaintenanceCommandTests : IClassFixture<EmptyServer>
{
    private readonly EmptyServer _empty;

    public MaintenanceCommandTests(EmptyServer empty) => _empty = empty;

    [Fact]
    public async Task Commands_Should_FindRepairAndRemove_When_TheyRunBesideAServer()
    {
        var run = await _empty.CreateRunAsync();
        await _empty.LogAsync(run, "loss", 1, "NaN", 3);
        Assert.Equal((0, "No difference."), await RunAsync("verify"));

        await _empty.ExecuteAsync($"UPDATE run_metric SET max_value = 4 WHERE run_id = {EmptyServer.KeyOf(run)}");
        var (code, told) = await RunAsync("verify");
        Assert.Equal(1, code);
        Assert.Contains($"summary: run {EmptyServer.KeyOf(run)} RUN 'loss': max is 4 at", told, StringComparison.Ordinal);
        Assert.EndsWith("Differences: 1 summary.", told.Replace("1 order, ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("Built anew: 1 summaries, 0 counters,", (await RunAsync("repair")).Output, StringComparison.Ordinal);
        Assert.Equal((0, "No difference."), await RunAsync("verify"));

        await _empty.ExecuteAsync($"UPDATE run SET lifecycle_stage = 'DELETED' WHERE id = {EmptyServer.KeyOf(run)}");
        Assert.Equal((0, "Nothing to remove."), await RunAsync("gc", "--older-than", "30d"));
        Assert.Contains("metric_point: 3 rows", (await RunAsync("gc", "--older-than", "0s", "--dry-run")).Output, StringComparison.Ordinal);
        Assert.Equal("3", (await _empty.Server.RunAsync("query ($r: ID!) { run(id: $r) { points { totalCount } } }", new { r = run })).At("run.points.totalCount").GetRawText());
        Assert.Contains("metric_point: 3 rows", (await RunAsync("gc", "--older-than", "PT0S")).Output, StringComparison.Ordinal);
        Assert.Equal("null", (await _empty.Server.RunAsync("query ($r: ID!) { run(id: $r) { id } }", new { r = run })).GetProperty("run").GetRawText());
        Assert.Equal((0, "No difference."), await RunAsync("verify"));
    }

    [Fact]
    public async Task Repair_Should_BuildTheRollupsThatItRemoved_When_TheirRunIsOver()
    {
        string[] repair = ["repair", "--Rollups:LeastPoints=500", "--Rollups:LeastNewPoints=1"];
        var id = await _empty.CreateRunAsync();
        var run = EmptyServer.KeyOf(id);
        await _empty.LogAsync(id, "long", [.. Enumerable.Range(0, 600).Select(value => (object)value)]);
        await RunAsync(repair);
        Assert.Equal(1, await CountRollupsAsync());
        await using (var clickHouse = new ClickHouseClient(ClickHouseOptions.Parse(_empty.ClickHouse)))
        {
            await clickHouse.ExecuteAsync(new ClickHouseQuery("INSERT INTO metric_rollup SELECT * REPLACE (high_value + 1 AS high_value) FROM metric_rollup FINAL WHERE run_id = {r:Int64}").With("r", "Int64", run));
        }

        Assert.Contains(", 1 rollups,", (await RunAsync(repair)).Output, StringComparison.Ordinal);

        Assert.Equal(1, await CountRollupsAsync());
        Assert.Equal((0, "No difference."), await RunAsync("verify"));

        async Task<long> CountRollupsAsync()
        {
            await using var source = NpgsqlDataSource.Create(_empty.Postgres);
            await using var command = source.CreateCommand($"SELECT count(*) FROM run_metric_rollup WHERE run_id = {run}");
            return (long)(await command.ExecuteScalarAsync())!;
        }
    }

    private async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        var (code, output, errors) = await ServerProcess.RunAsync([.. arguments, $"--ConnectionStrings:Postgres={_empty.Postgres}", $"--ConnectionStrings:ClickHouse={_empty.ClickHouse}"]);
        Assert.Equal("", errors.Trim());
        return (code, output.Trim());
    }
}
