using System.Globalization;
using System.Text.Json;

namespace AnalyticsGraph.Server.Tests.Crash;

/// <summary>
/// A client that writes every series, one call after the other, as fast as they are answered, whatever dies meanwhile. What was not answered it sends again if a token makes that
/// safe; of the other points every second batch, because equal points are taken once; the rest it leaves in doubt. Rows that replace each other it sends until they are answered.
/// </summary>
/// <param name="number">Makes its values its own.</param>
/// <param name="seed">Where its choices come from.</param>
/// <param name="graph">What it calls.</param>
/// <param name="sharedRun">A run that all clients write to.</param>
/// <param name="owners">Its own run, job, dataset and prediction set, by type.</param>
internal sealed class LoggingClient(int number, int seed, GraphCaller graph, string sharedRun, IReadOnlyDictionary<string, string> owners)
{
    private const string LogBatch = "mutation ($input: LogBatchInput!) { answer: logBatch(input: $input) { newPoints errors { __typename ... on UserError { message } } } }";
    private const string LogMetrics = "mutation ($input: LogMetricsInput!) { answer: logMetrics(input: $input) { newPoints errors { __typename ... on UserError { message } } } }";

    // What a call may meet while an engine or the server is away.
    private static readonly HashSet<string> ClearCodes = ["STORE_UNAVAILABLE", "RESOURCE_EXHAUSTED"];

    private readonly Random _random = new(seed);
    private readonly string _ownRun = owners["Run"];
    private long _points;
    private int _batches;
    private int _rowCalls;
    private long _rowValues;
    private volatile int _acknowledged;

    /// <summary>All batches of points that were sent.</summary>
    public List<LoggedBatch> Ledger { get; } = [];

    /// <summary>All rows of other series that were sent.</summary>
    public List<LoggedRow> Rows { get; } = [];

    /// <summary>What the server should not have said.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>How many calls were acknowledged.</summary>
    public int Acknowledged => _acknowledged;

    /// <summary>How often a call was refused with a clear code.</summary>
    public int Refused { get; private set; }

    /// <summary>How often a call had no answer.</summary>
    public int Unanswered { get; private set; }

    /// <summary>Writes until it is stopped; it may go on later.</summary>
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

            await LogRowAsync(stop);
            if (_batches % 8 == 0)
            {
                await ReadAsync();
            }
        }
    }

    private LoggedBatch Next()
    {
        // In its own run steps ascend. In the shared one they are all over, so that ClickHouse is asked whether points are there already. Every fourth batch goes to both, at once.
        var kind = ++_batches % 4;
        var token = _random.Next(2) == 0 ? $"client-{number}-batch-{_batches}" : null;
        var points = Enumerable.Range(0, 1 + _random.Next(40)).Select(i =>
        {
            var n = ++_points;
            return kind == 0 || (kind == 2 && i % 2 == 1)
                ? new LoggedPoint(sharedRun, "shared", _random.Next(1000), ((double)number * 10_000_000) + n)
                : new LoggedPoint(_ownRun, "own", n, ((double)number * 10_000_000) + n);
        }).ToArray();
        return new LoggedBatch(points, token is null ? DateTimeOffset.UnixEpoch.AddDays(20_000).AddMilliseconds(_points) : null, token);
    }

    private async Task<bool> SendAsync(LoggedBatch batch, int attempt)
    {
        var runs = batch.Points.GroupBy(point => point.RunId)
            .Select(run => new { runId = run.Key, metrics = run.Select(p => new { key = p.Key, value = p.Value, step = p.Step, time = batch.Time?.ToString("O") }) }).ToArray();
        var answer = runs.Length == 1
            ? await graph.CallAsync(LogBatch, new { input = new { runs[0].runId, clientToken = batch.Token, runs[0].metrics } })
            : await graph.CallAsync(LogMetrics, new { input = new { runs, clientToken = batch.Token } });
        if (answer.Data is not { } data)
        {
            Note(answer.Codes);
            return false;
        }

        var payload = data.GetProperty("answer");
        if (payload.GetProperty("errors").GetArrayLength() > 0)
        {
            Faults.Add($"A batch was answered {payload}");
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

    /// <summary>A new row of the next kind, or a correction of one; sent until it is answered, for what is logged again replaces itself.</summary>
    private async Task LogRowAsync(CancellationToken stop)
    {
        var kind = LoggedKind.All[_rowCalls++ % LoggedKind.All.Count];
        var rows = Rows.Where(known => known.Kind == kind).ToList();
        var row = rows.Count > 0 && _random.Next(3) == 0 ? rows[_random.Next(rows.Count)] : null;

        // One that was left in doubt stays so: what would replace it might be overtaken by it.
        if (row is not { Acknowledged: true })
        {
            Rows.Add(row = new LoggedRow(kind, owners[kind.OwnerType], rows.Count));
        }

        row.Values.Add(++_rowValues);
        row.Acknowledged = false;
        var input = kind.Input(row.OwnerId, row.Place, row.Values[^1], DateTimeOffset.UnixEpoch.AddDays(20_000 + _random.Next(100)));
        do
        {
            var answer = await graph.CallAsync(kind.Call, new { input });
            if (answer.Data is { } data)
            {
                (row.Acknowledged, _acknowledged) = (true, _acknowledged + 1);
                if (data.GetProperty("answer").GetProperty("errors").GetArrayLength() > 0)
                {
                    Faults.Add($"{kind.Mutation} was answered {data}");
                }

                return;
            }

            Note(answer.Codes);
            await Task.Delay(20, CancellationToken.None);
        }
        while (!stop.IsCancellationRequested);
    }

    /// <summary>A read of both stores. It may fail, clearly; else it shows at least what was acknowledged.</summary>
    private async Task ReadAsync()
    {
        var answer = await graph.CallAsync("query ($id: ID!) { run(id: $id) { series(key: \"own\") { steps } } runs { totalCount } }", new { id = _ownRun });
        if (answer.Data is not { } data)
        {
            Note(answer.Codes);
            return;
        }

        var seen = data.GetProperty("run").GetProperty("series").GetProperty("steps").EnumerateArray().Select(step => step.ValueKind == JsonValueKind.String ? long.Parse(step.GetString()!, CultureInfo.InvariantCulture) : step.GetInt64()).ToHashSet();
        var missing = Ledger.Where(batch => batch.Acknowledged).SelectMany(batch => batch.Points).Count(point => point.RunId == _ownRun && !seen.Contains(point.Step));
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
