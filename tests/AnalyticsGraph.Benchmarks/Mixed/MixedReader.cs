using System.Diagnostics;

namespace AnalyticsGraph.Benchmarks.Mixed;

/// <summary>A client that looks at what is being written: lists, charts, comparisons, aggregates, exports, one after the other with a pause between them.</summary>
internal sealed class MixedReader(HttpClient http, MixedRuns runs, Random random)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Asks until the token ends it.</summary>
    /// <param name="latencies">Take the milliseconds of each answer, by its kind.</param>
    /// <param name="end">Ends it.</param>
    public async Task RunAsync(Dictionary<string, List<double>> latencies, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            await Task.WhenAny(Task.Delay(Pause, end));
            if (runs.Active is not { Length: > 0 } active)
                continue;
            var run = active[random.Next(active.Length)];
            var start = Stopwatch.GetTimestamp();
            var kind = await AskAsync(run);
            if (!latencies.TryGetValue(kind, out var known))
                latencies.Add(kind, known = []);
            known.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
    }

    private async Task<string> AskAsync(string run)
    {
        var ofExperiment = $$"""where: {experiment: {name: {eq: "{{runs.Experiment}}"} } }""";
        switch (random.Next(20))
        {
            case 0:
                using (var answer = await http.GetAsync(new Uri($"export/series?format=csv&key=metric_1&runIds={Uri.EscapeDataString(run)}", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead))
                {
                    await using var stream = await answer.EnsureSuccessStatusCode().Content.ReadAsStreamAsync();
                    await stream.CopyToAsync(Stream.Null);
                }

                return "export of a series";
            case 1:
                await runs.AskAsync($$$"""{ run(id: "{{{run}}}") { series(key: "metric_2") { steps values } } }""");
                return "a series, unthinned";
            case < 8:
                await runs.AskAsync($$$"""{ runs({{{ofExperiment}}}, order: [{metric: {key: "metric_1", stat: MIN}}], first: 50) { totalCount nodes { id status params { key value } metrics { key count latest { value } } } } }""");
                return "50 runs by a metric";
            case < 14:
                await runs.AskAsync($$$"""{ run(id: "{{{run}}}") { series(key: "metric_3", sample: {minMax: {points: 1000}}) { exact steps values } } }""");
                return "a series, thinned";
            case < 18:
                await runs.AskAsync($$$"""{ compareRuns({{{ofExperiment}}}, order: [{startTime: DESC}], first: 20, keys: ["metric_1"], points: 200) { positions series { values } } }""");
                return "20 runs compared";
            default:
                await runs.AskAsync($$$"""{ metricAggregates({{{ofExperiment}}}, of: SUMMARIES, keys: ["metric_1"], groupBy: [{param: {key: "lr"}}], measures: [{function: AVG}, {function: MAX}]) { columns { name numbers } } }""");
                return "a metric by a param";
        }
    }
}
