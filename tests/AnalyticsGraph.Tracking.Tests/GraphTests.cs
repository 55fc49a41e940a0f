using System.Text.Json;
using AnalyticsGraph.Mapping.Sessions;
using AnalyticsGraph.Tracking.Import;
using AnalyticsGraph.Tracking.Writing;

namespace AnalyticsGraph.Tracking.Tests;

/// <summary>The schema files over the real tables and the real history, and the mutations from outside.</summary>
public sealed class GraphTests(TrackingEngines engines) : IClassFixture<TrackingEngines>
{
    [Fact]
    public async Task Schema_Should_AnswerTheImportedFacts_When_TheyAreAskedThroughTheGraph()
    {
        await new MlflowImport(engines.Postgres, engines.Flusher).RunAsync(SampleDump.Path, new ImportOptions());
        var graph = await TrackingGraph.BuildAsync(engines);
        var data = await graph.RunAsync(
            """
            {
              experiments(where: {lifecycleStage: {eq: ACTIVE}}) { totalCount }
              runs { totalCount }
              runMetrics { totalCount }
              metricPoints(first: 1) { totalCount }
              datasets { totalCount } runInputs { totalCount }
              registeredModels { totalCount } modelVersions { totalCount } modelAliases { totalCount }
              traces { totalCount } spans { totalCount } loggedModels { totalCount }
              source(name: "mlflow") { schemaVersion }
              best: runs(first: 2, where: {metrics: {some: {key: {eq: "val_acc"}, latest: {value: {gt: 0.5}}}}}, order: [{metric: {key: "val_acc", stat: MAX, direction: DESC}}]) { nodes { name } }
              staged: runs(where: {modelVersions: {some: {stage: {eq: PRODUCTION}}}}) { nodes { uuid modelVersions { name version stage aliases { alias } } } }
              wine: runs(where: {datasets: {some: {name: {eq: "wine"}, digest: {eq: "w1ne0001"}}}}) { totalCount }
              run(uuid: "8ee47f524a684731905e7f6a04334415") {
                name status statusText experiment { name }
                childRuns { totalCount }
                params(where: {key: {eq: "lr"}}) { value number }
                metrics(where: {key: {in: ["m_nan", "m_inf"]}}) { key count nanCount mean latest { step value } min { value } }
                points(first: 3, where: {key: {eq: "m_inf"}}) { nodes { key step value } }
                inputs { dataset { name } tags { name value } }
                outputs { loggedModel { name metrics { nodes { key value } } } step }
              }
              modelVersion(name: "wine-sgd", version: 1) { run { uuid } registeredModel { versions { totalCount } } }
              trace(requestId: "tr-2caa5ab57e4ce7d6aec8e2b18cb68bbf") { spans(where: {parentSpanId: {eq: null}}) { nodes { name durationNano children { name parent { name } } } } }
              otherRows(where: {tableName: {eq: "evaluation_datasets"}}) { nodes { data } }
            }
            """);

        long Total(string field) => data.GetProperty(field).GetProperty("totalCount").GetInt64();
        Assert.Equal(
            (8L, 227L, 533L, 84_420L, 6L, 26L, 4L, 6L, 4L, 22L, 63L, 7L),
            (Total("experiments"), Total("runs"), Total("runMetrics"), Total("metricPoints"), Total("datasets"), Total("runInputs"), Total("registeredModels"), Total("modelVersions"),
                Total("modelAliases"), Total("traces"), Total("spans"), Total("loggedModels")));
        Assert.Equal("7d34483879f0", data.GetProperty("source").GetProperty("schemaVersion").GetString());
        Assert.Equal(10, Total("wine"));
        var run = data.GetProperty("run");
        Assert.Equal(
            """{"name":"renamed-run","status":"FAILED","statusText":"FAILED","experiment":{"name":"conformance-renamed"},"childRuns":{"totalCount":12},"params":[{"value":"0.001","number":0.001}],"metrics":[{"key":"m_inf","count":1,"nanCount":0,"mean":"Infinity","latest":{"step":1,"value":"Infinity"},"min":{"value":"Infinity"}},{"key":"m_nan","count":1,"nanCount":1,"mean":null,"latest":{"step":1,"value":"NaN"},"min":null}],"points":{"nodes":[{"key":"m_inf","step":1,"value":"Infinity"}]},"inputs":[{"dataset":{"name":"wine"},"tags":[{"name":"mlflow.data.context","value":"training"}]}],"outputs":[{"loggedModel":{"name":"mymodel","metrics":{"nodes":[{"key":"val_acc","value":0.8}]}},"step":3}]}""",
            run.GetRawText());
        Assert.Equal("champion", data.GetProperty("staged").GetProperty("nodes")[0].GetProperty("modelVersions").EnumerateArray().Single(v => v.GetProperty("stage").GetString() == "PRODUCTION").GetProperty("aliases")[0].GetProperty("alias").GetString());
        Assert.Equal("child", data.GetProperty("trace").GetProperty("spans").GetProperty("nodes")[0].GetProperty("children")[0].GetProperty("name").GetString());
        Assert.Equal(1, data.GetProperty("otherRows").GetProperty("nodes").GetArrayLength());
    }

    [Fact]
    public async Task Query_Should_AskPostgresOncePerLevel_When_ItIsThreeLevelsDeep()
    {
        var graph = await TrackingGraph.BuildAsync(engines);
        var counters = new SessionCounters { RecordsStatements = true };
        await graph.RunAsync("{ experiments { nodes { name runs { nodes { name params { key value } tags { key value } metrics { key latest { value } } } } } } }", counters: counters);
        Assert.InRange(counters.PostgresRoundTrips, 1, 3);
    }

    [Fact]
    public async Task Mutations_Should_ChangeWhatTheyAnswer_When_ARunIsLoggedFromStartToEnd()
    {
        var graph = await TrackingGraph.BuildAsync(engines);
        var created = await graph.RunAsync(
            """mutation ($name: String!) { createExperiment(input: {name: $name, tags: [{key: "team", value: "a"}]}) { experiment { id name lifecycleStage tags { key value } } errors { __typename } } }""",
            new { name = "from outside" });
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
}
