using AnalyticsGraph.Mapping.Sessions;
using AnalyticsGraph.Tracking.Import;

namespace AnalyticsGraph.Tracking.Tests;

/// <summary>The schema files over the real tables and the real history, in databases of this class's own.</summary>
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
            """{"name":"renamed-run","status":"FAILED","statusText":"FAILED","experiment":{"name":"conformance-renamed"},"childRuns":{"totalCount":7},"params":[{"value":"0.001","number":0.001}],"metrics":[{"key":"m_inf","count":1,"nanCount":0,"mean":"Infinity","latest":{"step":1,"value":"Infinity"},"min":{"value":"Infinity"}},{"key":"m_nan","count":1,"nanCount":1,"mean":null,"latest":{"step":1,"value":"NaN"},"min":null}],"points":{"nodes":[{"key":"m_inf","step":1,"value":"Infinity"}]},"inputs":[{"dataset":{"name":"wine"},"tags":[{"name":"mlflow.data.context","value":"training"}]}],"outputs":[{"loggedModel":{"name":"mymodel","metrics":{"nodes":[{"key":"val_acc","value":0.8}]}},"step":3}]}""",
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
}
