using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace AnalyticsGraph.Benchmarks.Mixed;

/// <summary>The runs of a mixed load, all in one experiment.</summary>
internal sealed class MixedRuns(HttpClient http)
{
    private readonly ConcurrentQueue<MixedRun> _all = [];
    private readonly ConcurrentDictionary<string, bool> _active = [];
    private string? _experiment;

    /// <summary>The name of the experiment.</summary>
    public string Experiment { get; } = $"mixed {Guid.NewGuid():n}";

    /// <summary>Runs that are written to.</summary>
    public string[] Active => [.. _active.Keys];

    /// <summary>How many runs there are.</summary>
    public int Count => _all.Count;

    /// <summary>Creates the experiment.</summary>
    public async Task CreateAsync() => _experiment = await CreateAsync("createExperiment", "experiment", $$$"""name: "{{{Experiment}}}" """);

    public async Task<MixedRun> BeginAsync()
    {
        var run = new MixedRun(await CreateAsync("createRun", "run", string.Create(CultureInfo.InvariantCulture, $$$"""experimentId: "{{{_experiment}}}", params: [{key: "lr", value: "0.{{{_all.Count % 7}}}"}]""")));
        _all.Enqueue(run);
        _active.TryAdd(run.Id, true);
        return run;
    }

    public async Task FinishAsync(MixedRun run)
    {
        _active.TryRemove(run.Id, out _);
        await AskAsync($$$"""mutation { updateRun(input: {id: "{{{run.Id}}}", status: FINISHED}) { errors { __typename } } }""");
    }

    /// <summary>The runs that have not as many points as were acknowledged.</summary>
    public async Task<IReadOnlyList<string>> FindWrongAsync()
    {
        var wrong = new List<string>();
        foreach (var run in _all)
        {
            var data = await AskAsync($$$"""{ run(id: "{{{run.Id}}}") { metrics { key count } } metricAggregates(where: {id: {eq: "{{{run.Id}}}"}}, measures: [{function: COUNT}]) { columns { numbers } } }""");
            var summed = data.GetProperty("run").GetProperty("metrics").EnumerateArray().Sum(metric => metric.GetProperty("count").GetInt64());
            var stored = data.GetProperty("metricAggregates").GetProperty("columns")[0].GetProperty("numbers")[0].GetDouble();
            if (summed != run.Points || stored != run.Points)
                wrong.Add(string.Create(CultureInfo.InvariantCulture, $"run {run.Id}: {run.Points} points were acknowledged, its summaries say {summed}, ClickHouse has {stored}"));
        }

        return wrong;
    }

    /// <summary>Asks the graph.</summary>
    /// <exception cref="InvalidDataException">The answer has errors.</exception>
    public async Task<JsonElement> AskAsync(string query)
    {
        using var response = await http.PostAsJsonAsync("graphql", new { query });
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        return answer.TryGetProperty("errors", out var errors) ? throw new InvalidDataException($"{query} was answered {errors}") : answer.GetProperty("data");
    }

    private async Task<string> CreateAsync(string mutation, string what, string input)
    {
        var data = await AskAsync($$$"""mutation { {{{mutation}}}(input: { {{{input}}} }) { {{{what}}} { id } errors { __typename } } }""");
        return data.GetProperty(mutation).GetProperty(what).GetProperty("id").GetString()!;
    }
}
