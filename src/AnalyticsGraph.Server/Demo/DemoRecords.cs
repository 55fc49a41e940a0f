using AnalyticsGraph.Server.Hosting;

namespace AnalyticsGraph.Server.Demo;

/// <summary>What <c>--demo</c> adds through the graph beside the bundled MLflow history: trainings on the bundled tables, and a fleet of training jobs.</summary>
internal static class DemoRecords
{
    /// <summary>Adds what is not there yet. What was cut short is taken up again, however much later.</summary>
    /// <param name="graph">The graph of this server.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task AddOnceAsync(GraphComposition graph, CancellationToken cancellation)
    {
        var demo = new DemoGraph(graph, cancellation);
        foreach (var data in TabularData.Bundled())
        {
            // The last run's end is the last thing that is logged.
            var found = await demo.RunAsync(
                "query ($name: String!) { experiments(where: {name: {eq: $name}}) { nodes { runs(where: {status: {eq: FINISHED}}) { totalCount } } } }",
                new { name = DemoTraining.ExperimentName(data) });
            if (!found.GetProperty("experiments").GetProperty("nodes").EnumerateArray().Any(e => e.GetProperty("runs").GetProperty("totalCount").GetInt32() >= DemoTraining.Runs))
            {
                await new DemoTraining(demo, data).RunAsync();
            }
        }

        var last = await demo.RunAsync("query ($uid: String!) { job(uid: $uid, source: \"local\") { runtime(first: 1) { nodes { globalStep } } } }", new { uid = DemoFleet.LastJob });
        if (last.GetProperty("job") is { ValueKind: System.Text.Json.JsonValueKind.Null } || last.GetProperty("job").GetProperty("runtime").GetProperty("nodes").GetArrayLength() == 0)
        {
            await new DemoFleet(demo).RunAsync();
        }
    }
}
