using System.Text.Json;
using AnalyticsGraph.Tracking.Live;
using AnalyticsGraph.Tracking.Writing;

namespace AnalyticsGraph.Tracking.Tests;

/// <summary>The mutations from outside.</summary>
[Collection("tracking")]
public sealed class MutationTests(TrackingEngines engines)
{
    [Fact]
    public async Task Schema_Should_HaveAnIndexForEveryRelation_When_ItIsCheckedAgainstTheTables() =>
        Assert.Empty((await TrackingGraph.BuildAsync(engines)).Warnings);

    [Fact]
    public async Task Mutations_Should_ChangeWhatTheyAnswer_When_ARunIsLoggedFromStartToEnd()
    {
        var graph = await TrackingGraph.BuildAsync(engines);
        var created = await graph.RunAsync(
            """mutation ($name: String!) { createExperiment(input: {name: $name, tags: [{key: "team", value: "a"}]}) { experiment { id name lifecycleStage tags { key value } } errors { __typename } } }""",
            new { name = $"from outside {Guid.NewGuid():n}" });
        var experiment = created.GetProperty("createExperiment").GetProperty("experiment");
        Assert.Equal("""[{"key":"team","value":"a"}]""", experiment.GetProperty("tags").GetRawText());
        var begun = await graph.RunAsync(
            """mutation ($e: ID!) { createRun(input: {experimentId: $e, name: "r", params: [{key: "lr", value: "1e-3"}]}) { run { id status params { key number } experiment { name } } errors { __typename } } }""",
            new { e = experiment.GetProperty("id").GetString() });
        var run = begun.GetProperty("createRun").GetProperty("run");
        Assert.Equal("""[{"key":"lr","number":0.001}]""", run.GetProperty("params").GetRawText());
        var id = run.GetProperty("id").GetString();
        var logged = await graph.RunAsync(
            """
            mutation ($r: ID!) {
              logBatch(input: {runId: $r, metrics: [{key: "loss", value: "NaN", step: 1}, {key: "loss", value: 0.5, step: 2, time: "2026-01-01T00:00:00.250Z"}], tags: [{key: "t", value: "v"}]}) {
                newPoints errors { __typename } run { metrics { key count nanCount latest { step time value } } tags(where: {key: {eq: "t"}}) { value } }
              }
              updateRun(input: {id: $r, status: FINISHED, name: "done"}) { errors { __typename } run { name status endTime } }
            }
            """,
            new { r = id });
        Assert.Equal(
            """{"newPoints":2,"errors":[],"run":{"metrics":[{"key":"loss","count":2,"nanCount":1,"latest":{"step":2,"time":"2026-01-01T00:00:00.25Z","value":0.5}}],"tags":[{"value":"v"}]}}""".Replace(".25Z", ".250Z", StringComparison.Ordinal),
            logged.GetProperty("logBatch").GetRawText());
        Assert.Equal("done", logged.GetProperty("updateRun").GetProperty("run").GetProperty("name").GetString());
        Assert.NotEqual(JsonValueKind.Null, logged.GetProperty("updateRun").GetProperty("run").GetProperty("endTime").ValueKind);
    }

    [Fact]
    public async Task Points_Should_BeReadAtOnce_When_TheirLoggingWasAcknowledged()
    {
        var graph = await TrackingGraph.BuildAsync(engines);
        var experiment = (await graph.RunAsync(
            """mutation ($name: String!) { createExperiment(input: {name: $name}) { experiment { id } } }""",
            new { name = $"fresh {Guid.NewGuid():n}" })).GetProperty("createExperiment").GetProperty("experiment").GetProperty("id").GetString();
        var run = (await graph.RunAsync("""mutation ($e: ID!) { createRun(input: {experimentId: $e}) { run { id } } }""", new { e = experiment }))
            .GetProperty("createRun").GetProperty("run").GetProperty("id").GetString();
        for (var step = 0; step < 20; step++)
        {
            var logged = await graph.RunAsync(
                """mutation ($r: ID!, $s: Long!) { logBatch(input: {runId: $r, metrics: [{key: "loss", value: 1, step: $s}]}) { run { points(last: 1) { totalCount nodes { step } } } } }""",
                new { r = run, s = step });
            Assert.Equal(
                $$"""{"totalCount":{{step + 1}},"nodes":[{"step":{{step}}}]}""",
                logged.GetProperty("logBatch").GetProperty("run").GetProperty("points").GetRawText());
        }
    }

    [Fact]
    public async Task Mutations_Should_TellTypedErrors_When_TheCallerCanMendThem()
    {
        var graph = await TrackingGraph.BuildAsync(engines);
        await graph.RunAsync("""mutation { createExperiment(input: {name: "taken"}) { errors { __typename } } }""");
        var data = await graph.RunAsync(
            """
            mutation {
              createExperiment(input: {name: "taken", tags: [{key: "", value: "x"}]}) { experiment { name } errors { ... on UserError { __typename message path } ... on NameTakenError { existing { name } } } }
              createRun(input: {experimentId: "bm9wZQ==", parentId: "UnVuOi03", status: UNKNOWN}) { run { id } errors { ... on UserError { __typename path } } }
              logBatch(input: {runId: "UnVuOi03", metrics: [{key: "a//b", value: 1}]}) { run { id } newPoints errors { ... on UserError { __typename path } } }
            }
            """);
        var taken = data.GetProperty("createExperiment");
        Assert.Equal(JsonValueKind.Null, taken.GetProperty("experiment").ValueKind);
        Assert.Equal(["InvalidInputError", "NameTakenError"], taken.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("__typename").GetString()).Order());
        Assert.Equal("taken", taken.GetProperty("errors").EnumerateArray().Single(error => error.TryGetProperty("existing", out _)).GetProperty("existing").GetProperty("name").GetString());
        Assert.Equal(
            """[{"__typename":"InvalidInputError","path":["input","status"]},{"__typename":"NotFoundError","path":["input","experimentId"]},{"__typename":"NotFoundError","path":["input","parentId"]}]""",
            data.GetProperty("createRun").GetProperty("errors").GetRawText());
        Assert.Equal(
            """[{"__typename":"InvalidInputError","path":["input","metrics","0","key"]},{"__typename":"NotFoundError","path":["input","runId"]}]""",
            data.GetProperty("logBatch").GetProperty("errors").GetRawText());
    }

    [Fact]
    public async Task Mutations_Should_KeepWhoChangedWhat_When_TheRequestHasACaller()
    {
        var graph = await TrackingGraph.BuildAsync(engines);
        var run = await engines.CreateRunAsync();
        var id = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"Run:{run}"));
        await graph.RunAsync("mutation ($r: ID!) { updateRun(input: {id: $r, name: \"by ada\"}) { errors { __typename } } }", new { r = id }, new Caller("ada"));
        await graph.RunAsync("mutation ($r: ID!) { updateRun(input: {id: $r, name: \"by bob\"}) { errors { __typename } } }", new { r = id }, new Caller("bob"));
        Assert.Equal("bob", await engines.ScalarAsync<string>("SELECT changed_by FROM run WHERE id = $1", run));
        Assert.Equal("ada", await engines.ScalarAsync<string>("SELECT changed_by FROM run_history WHERE id = $1 AND name = 'by ada'", run));
        Assert.Equal("bob", await engines.ScalarAsync<string>("SELECT ended_by FROM run_history WHERE id = $1 AND name = 'by ada'", run));
    }

    [Fact]
    public async Task DeleteExperiment_Should_TellAllOfItsRuns_When_TheyAreMoreThanEventsMayWait()
    {
        const int Runs = 300;
        var graph = await TrackingGraph.BuildAsync(engines);
        var experiment = await engines.CreateExperimentAsync();
        await engines.ExecuteAsync(
            $"INSERT INTO run (source, experiment_id, uuid, status_text) SELECT 'local', $1, replace(gen_random_uuid()::text, '-', ''), 'FINISHED' FROM generate_series(1, {Runs})", experiment);
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var changes = JoinedChanges.JoinAsync(await engines.Topics.SubscribeAsync([LiveTopics.RunsOf(experiment)], stop.Token), stop.Token).GetAsyncEnumerator(stop.Token);

        var id = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"Experiment:{experiment}"));
        var deleted = await graph.RunAsync("mutation ($e: ID!) { deleteExperiment(input: {id: $e}) { errors { __typename } } }", new { e = id });

        Assert.Equal("[]", deleted.GetProperty("deleteExperiment").GetProperty("errors").GetRawText());
        var told = new HashSet<long>();
        while (told.Count < Runs)
        {
            Assert.True(await changes.MoveNextAsync());
            Assert.True(told.Add(changes.Current.RunId));
        }

        Assert.Equal((long)Runs, await engines.ScalarAsync<long>("SELECT count(*) FROM run WHERE experiment_id = $1 AND id = ANY ($2)", experiment, told.ToArray()));
        await stop.CancelAsync();
    }
}
