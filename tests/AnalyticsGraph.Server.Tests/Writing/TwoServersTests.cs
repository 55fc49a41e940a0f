using System.Globalization;
using System.Text.Json;
using AnalyticsGraph.Server.Tests.Crash;
using AnalyticsGraph.Server.Tests.Running;

namespace AnalyticsGraph.Server.Tests.Writing;

/// <summary>Two servers on the same stores: whoever has the flusher's lease, each reads what either has acknowledged.</summary>
[Collection("empty")]
public sealed class TwoServersTests(EmptyServer empty)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task EachServer_Should_ReadWhatTheOtherAcknowledged_When_BothWriteAndOneIsKilled()
    {
        var run = await empty.CreateRunAsync();
        var port = ServerProcess.FreePort();
        await using var other = ServerProcess.Start(
            "--urls", $"http://127.0.0.1:{port}", $"--ConnectionStrings:Postgres={empty.Postgres}", $"--ConnectionStrings:ClickHouse={empty.ClickHouse}");
        await other.ReadyAsync();
        using var stop = new CancellationTokenSource(Patience);
        using var here = new GraphCaller(empty.Server.Url.Port);
        using var there = new GraphCaller(port);
        var (mine, theirs) = (new Writer(here, run, "here"), new Writer(there, run, "there"));
        var writing = Task.WhenAll(mine.RunAsync(theirs, stop.Token), theirs.RunAsync(mine, stop.Token));
        await WaitAsync(() => mine.Acknowledged >= 20 && theirs.Acknowledged >= 20, stop.Token);
        other.Kill();
        await other.ExitAsync(Patience);
        var then = mine.Acknowledged;
        await WaitAsync(() => mine.Acknowledged >= then + 20, stop.Token);
        await stop.CancelAsync();
        await writing;

        Assert.Empty(mine.Faults);
        Assert.Empty(theirs.Faults);
        foreach (var writer in new[] { mine, theirs })
        {
            // What was under way when its server was killed may be there; nothing is there twice.
            var steps = await Writer.StepsAsync(here, run, writer.Key);
            Assert.Equal(Enumerable.Range(0, steps!.Count).Select(step => (long)step), steps.Order());
            Assert.InRange(steps.Count, writer.Acknowledged, writer.Acknowledged + 1);
        }

        var epochs = (await empty.Server.RunAsync("query ($r: ID!) { run(id: $r) { epochs { nodes { index metrics { total } } } } }", new { r = run })).At("run.epochs.nodes");
        Assert.Equal(0, Assert.Single(epochs.EnumerateArray()).GetProperty("index").GetInt64());
    }

    private static async Task WaitAsync(Func<bool> condition, CancellationToken ct)
    {
        while (!condition())
        {
            await Task.Delay(5, ct);
        }
    }

    /// <summary>Logs point after point by one server, corrects the same epoch as the other, and looks whether it reads what the other has had acknowledged.</summary>
    private sealed class Writer(GraphCaller graph, string run, string key)
    {
        private volatile int _acknowledged;

        public string Key => key;

        public int Acknowledged => _acknowledged;

        public List<string> Faults { get; } = [];

        public async Task RunAsync(Writer other, CancellationToken stop)
        {
            while (!stop.IsCancellationRequested)
            {
                var answer = await graph.CallAsync(
                    """
                    mutation ($r: ID!, $k: String!, $s: Long!, $v: Double!) {
                      logBatch(input: {runId: $r, metrics: [{key: $k, value: $v, step: $s}]}) { errors { __typename } }
                      logEpochs(input: {runId: $r, epochs: [{index: 0, metrics: [{key: "shared", total: $v}]}]}) { errors { __typename } }
                    }
                    """, new { r = run, k = key, s = _acknowledged, v = (double)_acknowledged });
                if (answer.Data is null)
                {
                    // Killed, as it shall be.
                    Faults.AddRange(answer.Codes);
                    return;
                }

                _acknowledged++;
                var before = other.Acknowledged;
                if (await StepsAsync(graph, run, other.Key) is { } seen && seen.Count < before)
                {
                    Faults.Add($"{key} read {seen.Count} of {before} points that {other.Key} had acknowledged.");
                }
            }
        }

        public static async Task<List<long>?> StepsAsync(GraphCaller graph, string run, string key)
        {
            var answer = await graph.CallAsync("query ($r: ID!, $k: String!) { run(id: $r) { series(key: $k) { steps } } }", new { r = run, k = key });
            return answer.Data?.At("run.series.steps").EnumerateArray()
                .Select(step => step.ValueKind == JsonValueKind.String ? long.Parse(step.GetString()!, CultureInfo.InvariantCulture) : step.GetInt64()).ToList();
        }
    }
}
