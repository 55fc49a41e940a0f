using Microsoft.Extensions.Logging;

namespace AnalyticsGraph.Engines.Processes;

/// <summary>Keeps one engine running: an engine that ends by itself is started again, after a pause that doubles while it keeps ending.</summary>
internal sealed class Supervisor : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50), LongestPause = TimeSpan.FromSeconds(10);

    /// <summary>Having run this long, an end counts as the first again.</summary>
    private static readonly TimeSpan Proven = TimeSpan.FromSeconds(60);

    private readonly Engine _engine;
    private readonly ILogger _logger;
    private readonly Action<EngineStateChange> _changed;
    private readonly CancellationTokenSource _stop = new();
    private ChildProcess? _process;
    private Task _watch = Task.CompletedTask;

    internal Supervisor(Engine engine, ILogger logger, Action<EngineStateChange> changed)
    {
        _engine = engine;
        _logger = logger;
        _changed = changed;
    }

    internal Engine Engine => _engine;

    internal EngineState State { get; private set; } = EngineState.Stopped;

    /// <summary>The running process, or null.</summary>
    internal int? ProcessId => _process is { HasExited: false } process ? process.Id : null;

    internal async Task StartAsync(CancellationToken cancellation)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Change(EngineState.Starting);
        try
        {
            _process = await _engine.LaunchAsync(cancellation).ConfigureAwait(false);
        }
        catch
        {
            Change(EngineState.Stopped);
            throw;
        }
        _logger.LogInformation("{Engine} accepts connections after {Milliseconds} ms (process {Process}, log {Log}).", _engine.Kind, clock.ElapsedMilliseconds, _process.Id, _engine.LogFile);
        Change(EngineState.Running);
        _watch = Task.Run(WatchAsync, CancellationToken.None);
    }

    /// <summary>This program ends without having disposed of its engines: the least that can still be done, without waiting.</summary>
    internal void SignalAtExit() => _process?.Signal(_engine.Kind == EngineKind.Postgres ? LibC.SigInt : LibC.SigTerm);

    public async ValueTask DisposeAsync()
    {
        Change(EngineState.Stopping);
        await _stop.CancelAsync().ConfigureAwait(false);
        await _watch.ConfigureAwait(false);
        if (_process is not null)
        {
            await _engine.StopAsync(_process).ConfigureAwait(false);
            _process.Dispose();
            _process = null;
        }
        _engine.Dispose();
        _stop.Dispose();
        Change(EngineState.Stopped);
    }

    private async Task WatchAsync()
    {
        var pause = FirstPause;
        var started = Environment.TickCount64;
        while (!_stop.IsCancellationRequested)
        {
            var how = await EndedAsync(_process!).ConfigureAwait(false);
            if (how is null) return;
            if (Environment.TickCount64 - started > (long)Proven.TotalMilliseconds) pause = FirstPause;
            var reason = $"{_engine.Kind} {how}. Its last lines:\n{_engine.Log.LastLines()}";
            _logger.LogError("{Engine} {How}; it is started again in {Pause} ms. Log: {Log}", _engine.Kind, how, pause.TotalMilliseconds, _engine.LogFile);
            Change(EngineState.Restarting, reason);
            EngineTelemetry.Restarts.Add(1, new KeyValuePair<string, object?>("analyticsgraph.engine", _engine.Kind == EngineKind.Postgres ? "postgresql" : "clickhouse"));
            _process!.Dispose();
            _process = null;
            try
            {
                while (_process is null)
                {
                    await Task.Delay(pause, _stop.Token).ConfigureAwait(false);
                    pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
                    _process = await TryLaunchAsync(pause).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
            started = Environment.TickCount64;
            _logger.LogInformation("{Engine} accepts connections again (process {Process}).", _engine.Kind, _process.Id);
            Change(EngineState.Running);
        }
    }

    /// <summary>How the process ended by itself; null where the owner stops it first.</summary>
    private async Task<string?> EndedAsync(ChildProcess process)
    {
        try
        {
            return await process.Exited.WaitAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private async Task<ChildProcess?> TryLaunchAsync(TimeSpan next)
    {
        try
        {
            return await _engine.LaunchAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // An engine's own words need no stack trace.
            _logger.LogError(e is EngineException ? null : e, "{Engine} could not be started again; the next try is in {Pause} ms. {Reason}", _engine.Kind, next.TotalMilliseconds, e.Message);
            Change(EngineState.Restarting, e.Message);
            return null;
        }
    }

    private void Change(EngineState state, string? reason = null)
    {
        State = state;
        _changed(new EngineStateChange(_engine.Kind, state, reason));
    }
}
