using System.Globalization;
using System.Text.Json;

namespace AnalyticsGraph.Server.Tests.Crash;

/// <summary>
/// A client that logs one batch after the other, as fast as they are answered, whatever dies meanwhile. What was not answered it sends again if a token makes that
/// safe; of the others every second one, because equal points are taken once; the rest it leaves in doubt.
/// </summary>
internal sealed class LoggingClient(int number, int seed, GraphCaller graph, string ownRun, string sharedRun, string ownJob)
{
    private const string LogBatch =
        "mutation ($input: LogBatchInput!) { logBatch(input: $input) { newPoints errors { __typename ... on UserError { message } } } }";

    private const string LogEpoch =
        """
        mutation ($run: ID!, $job: ID!, $index: Long!, $time: DateTime!, $value: Double!, $step: Long!) {
          logEpochs(input: { runId: $run, epochs: [{ index: $index, time: $time, metrics: [{ key: "epochs", total: $value }] }] }) { newPoints errors { __typename } }
          logJobRuntime(input: { jobId: $job, records: [{ time: $time, globalStep: $step, speed: $value }] }) { count errors { __typename } }
        }
        """;

    // What a call may meet while an engine or the server is away.
    private static readonly HashSet<string> ClearCodes = ["STORE_UNAVAILABLE", "RESOURCE_EXHAUSTED"];

    private readonly Random _random = new(seed);
    private long _points;
    private int _batches;
    private long _epochValues;
    private volatile int _acknowledged;

    /// <summary>All batches that were sent.</summary>
    public List<LoggedBatch> Ledger { get; } = [];

    /// <summary>All epochs that were sent.</summary>
    public List<LoggedEpoch> Epochs { get; } = [];

    /// <summary>What the server should not have said.</summary>
    public List<string> Faults { get; } = [];

    public int Acknowledged => _acknowledged;

    /// <summary>How often a call was refused with a clear code.</summary>
    public int Refused { get; private set; }

    /// <summary>How often a call had no answer.</summary>
    public int Unanswered { get; private set; }

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var batch = Next();
            Ledger.Add(batch);
            var again = batch.Token is not null || _random.Next(2) == 0;
            for (var attempt = 1; !await SendAsync(batch, attempt) && again && !stop.IsCancellationRequested; attempt++)
            {
                await Task.Delay(20, CancellationToken.None);
            }

            if (_batches % 3 == 0)
            {
                await LogEpochAsync(stop);
            }

            if (_batches % 8 == 0)
            {
                await ReadAsync();
            }
        }
    }

    private LoggedBatch Next()
    {
        // In its own run steps ascend. In the shared one they are all over, so that ClickHouse is asked whether points are there already.
        var shared = ++_batches % 4 == 0;
        var points = Enumerable.Range(0, 1 + _random.Next(40))
            .Select(_ => ++_points)
            .Select(n => (shared ? _random.Next(1000) : n, ((double)number * 10_000_000) + n))
            .ToArray();
        var token = _random.Next(2) == 0 ? $"client-{number}-batch-{_batches}" : null;
        return new LoggedBatch(
            shared ? sharedRun : ownRun, shared ? "shared" : "own", [.. points.Select(p => ((long)p.Item1, p.Item2))],
            token is null ? DateTimeOffset.UnixEpoch.AddDays(20_000).AddMilliseconds(_points) : null, token);
    }

    private async Task<bool> SendAsync(LoggedBatch batch, int attempt)
    {
        var answer = await graph.CallAsync(LogBatch, new
        {
            input = new
            {
                runId = batch.RunId,
                clientToken = batch.Token,
                metrics = batch.Points.Select(p => new { key = batch.Key, value = p.Value, step = p.Step, time = batch.Time?.ToString("O") }),
            },
        });
        if (answer.Data is not { } data)
        {
            Note(answer.Codes);
            return false;
        }

        var payload = data.GetProperty("logBatch");
        if (payload.GetProperty("errors").GetArrayLength() > 0)
        {
            Faults.Add($"logBatch: {payload}");
            return true;
        }

        // With a token each answer is the first one's; without, a repeated batch finds all of its points or none.
        var added = payload.GetProperty("newPoints").GetInt32();
        if (added != batch.Points.Count && (added != 0 || attempt == 1 || batch.Token is not null))
        {
            Faults.Add($"A batch of {batch.Points.Count} points (attempt {attempt}, token {batch.Token ?? "none"}) came to {added} new ones.");
        }

        batch.Acknowledged = true;
        _acknowledged++;
        return true;
    }

    /// <summary>A new epoch, or a correction of one; sent until it is answered, for what is logged again replaces itself.</summary>
    private async Task LogEpochAsync(CancellationToken stop)
    {
        var epoch = Epochs.Count > 0 && _random.Next(3) == 0 ? Epochs[_random.Next(Epochs.Count)] : null;
        if (epoch is null)
        {
            Epochs.Add(epoch = new LoggedEpoch(ownRun, ownJob, Epochs.Count));
        }

        epoch.Values.Add(++_epochValues);
        epoch.Acknowledged = false;
        var time = DateTimeOffset.UnixEpoch.AddDays(20_000 + _random.Next(100));
        while (!epoch.Acknowledged && !stop.IsCancellationRequested)
        {
            var answer = await graph.CallAsync(LogEpoch, new { run = ownRun, job = ownJob, index = epoch.Index, time = time.ToString("O"), value = epoch.Values[^1], step = _epochValues });
            if (answer.Data is { } data)
            {
                epoch.Acknowledged = true;
                if (data.GetProperty("logEpochs").GetProperty("errors").GetArrayLength() + data.GetProperty("logJobRuntime").GetProperty("errors").GetArrayLength() > 0)
                {
                    Faults.Add($"logEpochs, logJobRuntime: {data}");
                }
            }
            else
            {
                Note(answer.Codes);
                await Task.Delay(20, CancellationToken.None);
            }
        }
    }

    /// <summary>A read of both stores. It may fail, clearly; else it shows at least what was acknowledged.</summary>
    private async Task ReadAsync()
    {
        var answer = await graph.CallAsync("query ($id: ID!) { run(id: $id) { series(key: \"own\") { steps } } runs { totalCount } }", new { id = ownRun });
        if (answer.Data is not { } data)
        {
            Note(answer.Codes);
            return;
        }

        var seen = data.GetProperty("run").GetProperty("series").GetProperty("steps").EnumerateArray().Select(step => step.ValueKind == JsonValueKind.String ? long.Parse(step.GetString()!, CultureInfo.InvariantCulture) : step.GetInt64()).ToHashSet();
        var missing = Ledger.Where(batch => batch.Acknowledged && batch.Key == "own").SelectMany(batch => batch.Points).Count(point => !seen.Contains(point.Step));
        if (missing > 0)
        {
            Faults.Add($"A read missed {missing} acknowledged points.");
        }
    }

    private void Note(IReadOnlyList<string> codes)
    {
        if (codes.Count == 0)
        {
            Unanswered++;
        }
        else
        {
            Refused++;
        }

        Faults.AddRange(codes.Where(code => !ClearCodes.Contains(code)));
    }
}
