using AnalyticsGraph.LocalClickHouse.Errors;

namespace AnalyticsGraph.LocalClickHouse.Engine;

/// <summary>
/// Ends a running statement from outside. The library's own cancel call blocks until the statement yields; KILL QUERY from
/// another connection takes 3 ms. A statement is found by its connection's slot, a name in a setting that only shows in
/// <c>system.processes</c>; the setting's documented use, naming the client to remote servers, stays harmless.
/// </summary>
internal static class Cancellation
{
    /// <summary>The setting that carries the slot.</summary>
    internal const string SlotSetting = "chdb_client_name";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// Kills what runs in <paramref name="slot"/> until <paramref name="ended"/> completes: once is not enough, for the statement
    /// may not have reached the list of processes yet.
    /// </summary>
    internal static async Task Kill(EngineHost engine, string slot, Task ended)
    {
        while (!ended.IsCompleted)
        {
            try
            {
                await Task.Run(() => engine.Read($"KILL QUERY WHERE Settings['{SlotSetting}'] = '{slot}' ASYNC"), CancellationToken.None).ConfigureAwait(false);
            }
            catch (ServerException e)
            {
                // Short of memory, most likely, which this very statement may hold: told, and tried again.
                await Console.Error.WriteLineAsync($"LocalClickHouse: a statement could not be killed yet: {e.Message}").ConfigureAwait(false);
            }
            await Task.WhenAny(ended, Task.Delay(Pause, CancellationToken.None)).ConfigureAwait(false);
        }
    }
}
