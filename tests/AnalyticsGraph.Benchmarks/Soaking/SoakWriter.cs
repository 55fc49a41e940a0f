using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace AnalyticsGraph.Benchmarks.Soaking;

/// <summary>
/// A client that creates runs, logs points and finishes runs. It gives up now and then, and then asks for the very same again, until it is acknowledged: so it knows what must be there.
/// </summary>
internal sealed class SoakWriter(HttpClient http, SoakCounts counts, Random random, string experiment)
{
    private const int MostPoints = 300;
    private static readonly string[] Keys = ["loss", "accuracy", "grad_norm"];
    private static readonly DateTimeOffset Start = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    private readonly List<WrittenRun> _runs = [];
    private string? _experimentId;

    /// <summary>The run that is written to; null before the first.</summary>
    public string? RunId { get; private set; }

    /// <summary>Writes until the token ends it; what it has begun it brings to its end.</summary>
    public async Task RunAsync(CancellationToken end)
    {
        _experimentId ??= await CreateAsync("createExperiment", "CreateExperimentInput", "experiment", new { name = experiment, clientToken = experiment });
        while (!end.IsCancellationRequested)
        {
            if (_runs.Count == 0 || random.Next(60) == 0)
            {
                await ChangeRunAsync();
            }

            await LogAsync(_runs[^1]);
        }
    }

    /// <summary>Reads all series back. Every point that was acknowledged is there, once, and no other.</summary>
    public async Task CheckAsync()
    {
        foreach (var run in _runs)
        {
            foreach (var (key, points) in run.Points)
            {
                var data = await AskAsync("query($id: ID!, $key: String!) { run(id: $id) { series(key: $key) { count steps values } } }", new { id = run.Id, key });
                var series = data.GetProperty("run").GetProperty("series");
                var steps = series.GetProperty("steps").EnumerateArray().Select(step => step.GetInt64());
                var values = series.GetProperty("values").EnumerateArray().Select(value => value.GetDouble());
                counts.Add("points checked", points);
                if (series.GetProperty("count").GetInt64() != points || !steps.SequenceEqual(Steps(points)) || !values.SequenceEqual(Steps(points).Select(ValueOf)))
                {
                    counts.Fault($"{key} of {run.Id} has {series.GetProperty("steps").GetArrayLength()} points, or others, where {points} were acknowledged");
                }
            }
        }
    }

    private static IEnumerable<long> Steps(int points) => Enumerable.Range(0, points).Select(step => (long)step);

    private static double ValueOf(long step) => Math.Sin(step) / (step + 1);

    private async Task ChangeRunAsync()
    {
        if (_runs.Count > 0)
        {
            await InsistAsync("mutation($input: UpdateRunInput!) { updateRun(input: $input) { run { id } errors { message: __typename } } }", new { id = _runs[^1].Id, status = "FINISHED" }, "updateRun");
            counts.Add("runs finished");
        }

        var token = $"{experiment} {_runs.Count}";
        RunId = await CreateAsync("createRun", "CreateRunInput", "run", new { experimentId = _experimentId, name = token, clientToken = token });
        _runs.Add(new WrittenRun(RunId));
    }

    private async Task LogAsync(WrittenRun run)
    {
        var key = Keys[random.Next(Keys.Length)];
        var first = run.Points.GetValueOrDefault(key);
        var count = random.Next(1, MostPoints);
        var metrics = Enumerable.Range(first, count).Select(step => new { key, step, value = ValueOf(step), time = Start.AddMilliseconds(step) });
        await InsistAsync("mutation($input: LogBatchInput!) { logBatch(input: $input) { newPoints errors { message: __typename } } }", new { runId = run.Id, metrics }, "logBatch");
        run.Points[key] = first + count;
        counts.Add("points acknowledged", count);
    }

    private async Task<string> CreateAsync(string field, string type, string entity, object input) =>
        (await InsistAsync($$"""mutation($input: {{type}}!) { {{field}}(input: $input) { {{entity}} { id } errors { message: __typename } } }""", input, field)).GetProperty(entity).GetProperty("id").GetString()!;

    /// <summary>Asks until there is an answer.</summary>
    private async Task<JsonElement> InsistAsync(string query, object input, string field)
    {
        while (true)
        {
            using var patience = new CancellationTokenSource(random.Next(5) == 0 ? TimeSpan.FromMilliseconds(random.Next(1, 30)) : TimeSpan.FromSeconds(60));
            try
            {
                var answer = (await AskAsync(query, new { input }, patience.Token)).GetProperty(field);
                return answer.GetProperty("errors").GetArrayLength() == 0 ? answer : throw new InvalidDataException($"{field} was refused: {answer.GetRawText()}");
            }
            catch (OperationCanceledException) when (patience.IsCancellationRequested)
            {
                counts.Add("writes given up, and asked for again");
            }
        }
    }

    private async Task<JsonElement> AskAsync(string query, object variables, CancellationToken cancellation = default)
    {
        using var response = await http.PostAsJsonAsync("graphql", new { query, variables }, cancellation);
        counts.Answered((int)response.StatusCode);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(cancellation);
        return answer.TryGetProperty("errors", out var errors)
            ? throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"A write or its check failed: {errors.GetRawText()}"))
            : answer.GetProperty("data");
    }

    /// <summary>A run, and how many points of each key were acknowledged.</summary>
    private sealed record WrittenRun(string Id)
    {
        public Dictionary<string, int> Points { get; } = [];
    }
}
