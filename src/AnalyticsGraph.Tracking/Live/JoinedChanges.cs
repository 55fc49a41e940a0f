using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace AnalyticsGraph.Tracking.Live;

/// <summary>Changes of runs for a subscriber of any pace: a run that changes while its change still waits to be told is told once, as it is then.</summary>
internal static class JoinedChanges
{
    private const int MostWaiting = 10_000;

    /// <summary>Joins changes.</summary>
    /// <param name="changes">The changes as they were published.</param>
    /// <param name="ct">Ends the subscription.</param>
    public static async IAsyncEnumerable<RunChange> JoinAsync(IAsyncEnumerable<ChangedRuns> changes, [EnumeratorCancellation] CancellationToken ct)
    {
        var runs = new ConcurrentDictionary<long, bool>();
        var waiting = Channel.CreateBounded<long>(MostWaiting);
        _ = PumpAsync();
        await foreach (var run in waiting.Reader.ReadAllAsync(ct).ConfigureAwait(false))
        {
            // From here on a change is another one.
            runs.TryRemove(run, out _);
            yield return new RunChange(run);
        }

        async Task PumpAsync()
        {
            Exception? fault = null;
            try
            {
                await foreach (var change in changes.WithCancellation(ct).ConfigureAwait(false))
                {
                    foreach (var id in change.RunIds)
                    {
                        if (runs.TryAdd(id, true))
                        {
                            await waiting.Writer.WriteAsync(id, ct).ConfigureAwait(false);
                        }
                    }
                }
            }
            catch (Exception exception)
            {
                // The subscriber is told, by what it reads.
                fault = exception;
            }

            waiting.Writer.Complete(fault);
        }
    }
}
