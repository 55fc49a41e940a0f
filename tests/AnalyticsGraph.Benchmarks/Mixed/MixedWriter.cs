using System.Diagnostics;
using System.Text;
using AnalyticsGraph.Benchmarks.Ingesting;
using AnalyticsGraph.Benchmarks.Measuring;

namespace AnalyticsGraph.Benchmarks.Mixed;

/// <summary>A client that logs to one run after the other, as fast as it is answered or at a steady rate, by <c>logBatch</c> or by <c>/ingest</c>.</summary>
/// <param name="address">The server's.</param>
/// <param name="runs">Creates runs and finishes them.</param>
/// <param name="seed">Which client it is; each other one uses <c>/ingest</c>.</param>
internal sealed class MixedWriter(Uri address, MixedRuns runs, int seed) : IDisposable
{
    /// <summary>Points of a request.</summary>
    public const int PointsPerRequest = 1000;

    private const int Keys = 10;

    // A run gets a million points: 100,000 of each key, so that its series are summarized in the background while others are written.
    private const int RequestsPerRun = 1000;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    private Connection? _connection;
    private PointBodies? _bodies;
    private MixedRun? _run;
    private int _requests;

    /// <summary>Writes until the token ends it.</summary>
    /// <param name="pause">From the beginning of a request to that of the next; one that is late is followed at once, until the rate is reached again.</param>
    /// <param name="latencies">Take the milliseconds of each request.</param>
    /// <param name="end">Ends it; a request that was begun is brought to its end.</param>
    /// <returns>How many points were acknowledged, and how often a batch was refused because too much waited for ClickHouse; it is sent again a little later.</returns>
    public async Task<(long Points, int Refused)> RunAsync(TimeSpan pause, List<double> latencies, CancellationToken end)
    {
        var (points, refused) = (0L, 0);
        for (var due = Stopwatch.GetTimestamp(); !end.IsCancellationRequested; due += (long)(pause.TotalSeconds * Stopwatch.Frequency))
        {
            if (_run is null || _requests == RequestsPerRun)
                await BeginRunAsync();
            var wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
            if (pause > TimeSpan.Zero && wait > TimeSpan.Zero)
                await Task.WhenAny(Task.Delay(wait, end));
            var body = _bodies!.Next();
            var start = Stopwatch.GetTimestamp();
            while (!await SendAsync(body))
            {
                refused++;
                await Task.Delay(Patience, CancellationToken.None);
                due = Stopwatch.GetTimestamp();
            }

            latencies.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            _requests++;
            _run!.Points += PointsPerRequest;
            points += PointsPerRequest;
        }

        return (points, refused);
    }

    private async Task<bool> SendAsync(ReadOnlyMemory<byte> body)
    {
        _connection ??= await Connection.OpenAsync(address);
        try
        {
            Require(await _connection.SendAsync(body));
            return true;
        }
        catch (InvalidDataException fault) when (fault.Message.Contains("RESOURCE_EXHAUSTED", StringComparison.Ordinal) || fault.Message.Contains(" 429 ", StringComparison.Ordinal))
        {
            _connection.Dispose();
            _connection = null;
            return false;
        }
    }

    /// <summary>Closes its connection.</summary>
    public void Dispose() => _connection?.Dispose();

    private async Task BeginRunAsync()
    {
        if (_run is not null)
            await runs.FinishAsync(_run);
        _run = await runs.BeginAsync();
        _bodies = seed % 2 == 0 ? PointBodies.LogBatch(address, _run.Id, PointsPerRequest, Keys, seed) : PointBodies.Ndjson(address, _run.Id, PointsPerRequest, Keys, seed);
        _requests = 0;
    }

    private static void Require(ReadOnlyMemory<byte> answer)
    {
        if (answer.Span.IndexOf("\"errors\":[{"u8) >= 0)
            throw new InvalidDataException(Encoding.UTF8.GetString(answer.Span));
    }
}
