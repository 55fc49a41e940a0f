using System.Text.Json;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Server.Tests.Running;

namespace AnalyticsGraph.Server.Tests.Reading;

/// <summary>What resource planners ask of jobs, on data whose answers are computed by hand.</summary>
[Collection("empty")]
public sealed class PlannerTests(EmptyServer empty) : IAsyncLifetime
{
    private readonly string _scenario = $"s-{Guid.NewGuid():n}";

    public async Task InitializeAsync()
    {
        // Two epochs over 4,000 samples in steps of 10 are 800 steps, fewer than the 1,000 it may take.
        await AddJobAsync("a", "2026-01-10 00:00:00Z", "Completed");
        await empty.ExecuteAsync($$$$$"""
            INSERT INTO job_profile (job_id, hyper_params_feature, dataset_feature, resource)
            SELECT id, '{"batch_size":10,"epoch":2,"max_steps":1000}', '{"dataset_size":4000,"dataset_name":"d"}',
                '{"node_group_resources":{"ps":{"count":1,"node_resource":{"cpu":8,"memory":8192}},"worker":{"count":3,"node_resource":{"cpu":4,"memory":16384}}}}'
            FROM job WHERE uid = '{{{{{Uid("a")}}}}}';
            INSERT INTO job_node (source, uid, job_id, type, status, resource)
            SELECT 'local', '{{{{{Uid("a")}}}}}-' || n, id, CASE WHEN n > 2 THEN 'ps' ELSE 'worker' END, CASE n WHEN 2 THEN '{"IsOOM":true,"Status":"Failed"}' ELSE '{"IsOOM":false,"Status":"Running"}' END,
                '{"CPUCore":3,"Memory":110}'
            FROM job, generate_series(0, 3) AS n WHERE uid = '{{{{{Uid("a")}}}}}'
            """);
        await AddRecordsAsync(
            "a",
            "0, 100, 10, map('0', 1, '1', 1), map('0', 4294967296, '1', 4294967296), map('0', 8), map('0', 8100)",
            "15, 250, 12, map('0', 2, '1', 3), map('0', 4294967296, '1', 4294967296), map('0', 6.5), map('0', 8000)",
            "30, 400, 20, map('0', 2, '1', 3, '10', 0.4), map('0', 4294967296, '1', 4294967296, '10', 1073741824), map('0', 7.5), map('0', 8000)",
            "45, 600, 22, map('0', 2, '1', 3, '10', 0.4), map('0', 4294967296, '1', 4294967296, '10', 1073741824), map('0', 7), map('0', 7000)");

        await AddJobAsync("b", "2026-01-13 00:00:00Z", "Completed");
        await AddRecordsAsync("b", "0, 1, NULL, map('0', 5), map(), map('0', 2, '1', 4), map('0', 5000, '1', 4000)");
        await AddJobAsync("c", "2026-01-18 00:00:00Z", "Completed");
        await AddJobAsync("d", "2026-01-09 00:00:00Z", "WorkerOOM");
        await AddRecordsAsync("d", "0, 1, 1, map('0', 64), map('0', 1099511627776), map(), map()");
        await AddJobAsync("deleted", "2026-01-10 01:00:00Z", "Completed");
        await empty.ExecuteAsync($"UPDATE job SET lifecycle_stage = 'DELETED' WHERE uid = '{Uid("deleted")}'");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Runtime_Should_HaveTheLastRecords_When_SoManyAreAskedFor()
    {
        var runtime = await AskAsync("runtime(last: 2) { nodes { time globalStep speed workerCpu psMemory } }");

        Assert.Equal(
            """[{"time":"2026-01-10T00:00:30.000Z","globalStep":400,"speed":20,"workerCpu":{"0":2,"1":3,"10":0.4},"psMemory":{"0":8000}},{"time":"2026-01-10T00:00:45.000Z","globalStep":600,"speed":22,"workerCpu":{"0":2,"1":3,"10":0.4},"psMemory":{"0":7000}}]""",
            runtime.At("runtime.nodes").GetRawText());
    }

    [Fact]
    public async Task NodeUsage_Should_HaveARowForEachNode_When_ARecordHasSeveral()
    {
        var usage = await AskAsync("nodeUsage(where: {globalStep: {eq: 400}, role: {eq: \"worker\"}}) { totalCount nodes { node cpu memory speed: globalStep } }");

        Assert.Equal("""{"totalCount":3,"nodes":[{"node":"0","cpu":2,"memory":4294967296,"speed":400},{"node":"1","cpu":3,"memory":4294967296,"speed":400},{"node":"10","cpu":0.4,"memory":1073741824,"speed":400}]}""", usage.At("nodeUsage").GetRawText());
    }

    [Fact]
    public async Task Utilization_Should_FindHotAndColdNodes_When_ComparedWithWhatWasAskedFor()
    {
        var nodes = (await AskAsync("utilization { role node records averageCpu maxCpu maxMemory requestedCpu requestedMemory cpuRatio memoryRatio isHot isCold }")).At("utilization");

        Assert.Equal(["worker 0", "worker 1", "worker 10", "ps 0"], nodes.EnumerateArray().Select(node => $"{node.At("role").GetString()} {node.At("node").GetString()}"));
        Assert.Equal("""{"role":"worker","node":"0","records":3,"averageCpu":2,"maxCpu":2,"maxMemory":4294967296,"requestedCpu":4,"requestedMemory":16384,"cpuRatio":0.5,"memoryRatio":0.25,"isHot":false,"isCold":false}""", nodes[0].GetRawText());
        Assert.Equal("""{"role":"worker","node":"10","records":2,"averageCpu":0.4,"maxCpu":0.4,"maxMemory":1073741824,"requestedCpu":4,"requestedMemory":16384,"cpuRatio":0.1,"memoryRatio":0.0625,"isHot":false,"isCold":true}""", nodes[2].GetRawText());

        // 7 of 8 cores on average; the memory is above nine tenths in two of three records only.
        Assert.Equal("7 7.5 0.875 True", $"{nodes[3].At("averageCpu")} {nodes[3].At("maxCpu")} {nodes[3].At("cpuRatio")} {nodes[3].At("isHot")}");
        Assert.Equal(23000 / 3.0 / 8192, nodes[3].At("memoryRatio").GetDouble(), 1e-12);
    }

    [Theory]
    [InlineData("records: 2, hotCpu: 0.95", false)]
    [InlineData("records: 2, hotCpu: 0.95, hotMemory: 0.85", true)]
    [InlineData("records: 3, hotCpu: 0.95, hotMemory: 0.9", false)]
    public async Task Utilization_Should_CallMemoryHot_When_EveryRecordIsAboveTheBound(string arguments, bool isHot) =>
        Assert.Equal(isHot, (await AskAsync($"utilization({arguments}) {{ isHot }}")).At("utilization.3.isHot").GetBoolean());

    [Fact]
    public async Task Nodes_Should_BeThoseOutOfMemory_When_FilteredByTheirStatus() =>
        Assert.Equal($$"""[{"uid":"{{Uid("a")}}-2","state":"Failed"}]""", (await AskAsync("nodes(where: {isOom: {eq: true}}) { nodes { uid state } }")).At("nodes.nodes").GetRawText());

    [Fact]
    public async Task WorkerChanges_Should_CompareSpeeds_When_WorkersWereAdded() =>
        Assert.Equal(
            """[{"time":"2026-01-10T00:00:30.000Z","globalStep":400,"workersBefore":2,"workersAfter":3,"speedBefore":11,"speedAfter":21}]""",
            (await AskAsync("workerChanges { time globalStep workersBefore workersAfter speedBefore speedAfter }")).At("workerChanges").GetRawText());

    [Fact]
    public async Task RemainingTime_Should_DivideStepsBySpeed_When_BothAreKnown()
    {
        // 800 - 600 steps at (12 + 20 + 22) / 3 a second; nothing says how far b will go.
        Assert.Equal("PT11.1111111S", (await AskAsync("remainingTime")).At("remainingTime").GetString());
        Assert.Equal(JsonValueKind.Null, (await AskAsync("remainingTime", "b")).At("remainingTime").ValueKind);
    }

    [Fact]
    public async Task SimilarJobs_Should_BeTheNearestOfTheScenario_When_CreatedWithinSevenDays()
    {
        var similar = (await AskAsync("similarJobs { apart job { uid exitReason } } near: similarJobs(within: \"P1DT1H\") { job { uid } } one: similarJobs(first: 1) { job { uid } }")).GetRawText();

        Assert.Equal(
            $$$"""{"similarJobs":[{"apart":"-P1D","job":{"uid":"{{{Uid("d")}}}","exitReason":"WorkerOOM"}},{"apart":"P3D","job":{"uid":"{{{Uid("b")}}}","exitReason":"Completed"}}],"near":[{"job":{"uid":"{{{Uid("d")}}}"}}],"one":[{"job":{"uid":"{{{Uid("d")}}}"}}]}""",
            similar);
    }

    [Fact]
    public async Task JobMaxima_Should_BeOverCompletedJobs_When_FilteredByTheirExitReason()
    {
        var maxima = await empty.Server.RunAsync(
            "query ($s: String!) { jobMaxima(where: {scenario: {eq: $s}, exitReason: {eq: \"Completed\"}}) { jobs workerCpu workerMemory psCpu psMemory } none: jobMaxima(where: {uid: {eq: \"none\"}}) { jobs workerCpu } }",
            new { s = _scenario });

        Assert.Equal("""{"jobMaxima":{"jobs":4,"workerCpu":5,"workerMemory":4294967296,"psCpu":8,"psMemory":9000},"none":{"jobs":0,"workerCpu":null}}""", maxima.GetRawText());
    }

    [Theory]
    [InlineData("utilization(records: 0) { node }", "records")]
    [InlineData("workerChanges(records: 1001) { time }", "records")]
    [InlineData("similarJobs(first: 0) { apart }", "first")]
    [InlineData("similarJobs(within: \"PT0S\") { apart }", "within")]
    public async Task Question_Should_BeRefused_When_AnArgumentIsOutOfItsRange(string field, string argument)
    {
        var answer = await empty.Server.AskAsync($"{{ job(uid: \"{Uid("a")}\") {{ {field} }} }}");

        Assert.Equal(["BAD_USER_INPUT"], answer.Codes);
        Assert.Equal(argument, answer.Json.At("errors.0.extensions.argument").GetString());
    }

    [Fact]
    public async Task Questions_Should_CostOneQueryEach_When_AskedOfManyJobs()
    {
        var (_, counters) = await empty.Server.CountAsync(
            $"{{ jobs(where: {{scenario: {{eq: \"{_scenario}\"}}}}) {{ nodes {{ utilization {{ isHot }} remainingTime workerChanges {{ time }} similarJobs {{ apart }} }} }} }}");

        Assert.Equal((2, 3), (counters.PostgresRoundTrips, counters.ClickHouseQueries));
    }

    private string Uid(string job) => $"{job}-{_scenario}";

    private async Task<JsonElement> AskAsync(string fields, string job = "a") => (await empty.Server.RunAsync($"{{ job(uid: \"{Uid(job)}\") {{ {fields} }} }}")).At("job");

    private Task AddJobAsync(string job, string created, string exitReason) => empty.ExecuteAsync(
        $"INSERT INTO job (source, uid, scenario, creation_time, exit_reason) VALUES ('local', '{Uid(job)}', '{_scenario}', '{created}', '{exitReason}')");

    /// <summary>Adds records: seconds, step, speed, worker_cpu, worker_memory, ps_cpu, ps_memory.</summary>
    private async Task AddRecordsAsync(string job, params string[] records)
    {
        var id = EmptyServer.KeyOf((await AskAsync("id", job)).At("id").GetString()!);
        await using var client = new ClickHouseClient(ClickHouseOptions.Parse(empty.ClickHouse));
        foreach (var record in records)
        {
            var parts = record.Split(", ", 2);
            await client.ExecuteAsync(new ClickHouseQuery(
                $"INSERT INTO job_runtime (job_id, time, global_step, speed, worker_cpu, worker_memory, ps_cpu, ps_memory) SELECT {id}, toDateTime64('2026-01-10 00:00:00', 3, 'UTC') + {parts[0]}, {parts[1]}"));
        }
    }
}
