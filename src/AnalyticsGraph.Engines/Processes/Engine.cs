namespace AnalyticsGraph.Engines.Processes;

/// <summary>One engine: how its process is started until it serves, and how it is stopped. <see cref="Supervisor"/> says when.</summary>
internal abstract class Engine(EngineKind kind, string logFile) : IDisposable
{
    internal EngineKind Kind { get; } = kind;

    internal string LogFile { get; } = logFile;

    internal RotatingLog Log { get; } = new(logFile);

    /// <summary>The clients' way in; the same over all restarts.</summary>
    internal abstract string ConnectionString { get; }

    /// <summary>Ends what an earlier server left running, starts the process, and waits until it accepts connections.</summary>
    /// <exception cref="EngineException">It did not come up; no process is left.</exception>
    internal abstract Task<ChildProcess> LaunchAsync(CancellationToken cancellation);

    /// <summary>Stops the process: gently first, in the end by force.</summary>
    internal abstract Task StopAsync(ChildProcess process);

    public void Dispose() => Log.Dispose();

    /// <summary>Waits for what an engine's process becomes first: ready, ended, or late.</summary>
    /// <param name="process">The started process.</param>
    /// <param name="isReady">Asked again and again.</param>
    /// <param name="limit">After this it is killed.</param>
    /// <param name="cancellation">After this too.</param>
    private protected async Task<ChildProcess> WaitUntilReadyAsync(ChildProcess process, Func<bool> isReady, TimeSpan limit, CancellationToken cancellation)
    {
        var end = Environment.TickCount64 + (long)limit.TotalMilliseconds;
        try
        {
            while (!isReady())
            {
                if (process.Exited.IsCompleted)
                    throw Failure(EngineErrorCodes.StartFailed, await process.Exited.ConfigureAwait(false));
                if (Environment.TickCount64 > end)
                    throw Failure(EngineErrorCodes.StartTimeout, $"did not accept connections within {limit.TotalSeconds:0} s");
                await Task.Delay(5, cancellation).ConfigureAwait(false);
            }
            return process;
        }
        catch
        {
            await GiveUpAsync(process).ConfigureAwait(false);
            process.Dispose();
            throw;
        }
    }

    /// <summary>Ends a process that is not ready, with all it started.</summary>
    private protected virtual async Task GiveUpAsync(ChildProcess process)
    {
        process.Signal(LibC.SigKill);
        await process.Exited.ConfigureAwait(false);
    }

    private EngineException Failure(string code, string how)
    {
        var said = Log.LastLines();
        if (said.Contains("No space left", StringComparison.Ordinal)) code = EngineErrorCodes.DiskFull;
        else if (said.Contains("could not create any Unix-domain sockets", StringComparison.Ordinal) || said.Contains("in use by another process", StringComparison.Ordinal)) code = EngineErrorCodes.SocketUnavailable;
        return new EngineException(code, $"{Kind} {how} while it started. It said:\n{(said.Length == 0 ? "(nothing)" : said)}\n", $"The whole log: {LogFile}");
    }
}
