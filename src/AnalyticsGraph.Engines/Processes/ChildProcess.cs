using System.Diagnostics;

namespace AnalyticsGraph.Engines.Processes;

/// <summary>
/// A child process with its output in a log. It has a session of its own, so that a terminal's Ctrl-C reaches the server alone,
/// which then stops its engines in order.
/// </summary>
internal sealed class ChildProcess : IDisposable
{
    private static readonly string? NewSession = ProgramPath.Find("setsid");
    private readonly Process _process;
    private readonly Task _output;

    private ChildProcess(Process process, RotatingLog log, Action<string>? seen)
    {
        _process = process;
        _output = Task.WhenAll(Pump(process.StandardOutput, log, seen), Pump(process.StandardError, log, null));
        Exited = WaitAsync();
    }

    internal int Id => _process.Id;

    /// <summary>Ends with the process; its value says how, in words.</summary>
    internal Task<string> Exited { get; }

    internal bool HasExited => _process.HasExited;

    /// <param name="command">Program and arguments.</param>
    /// <param name="folder">The working directory.</param>
    /// <param name="environment">Variables to set, or (null) to remove.</param>
    /// <param name="log">Receives each line of both outputs.</param>
    /// <param name="seen">Sees each line of standard output.</param>
    internal static ChildProcess Start(IReadOnlyList<string> command, string folder, IEnumerable<KeyValuePair<string, string?>> environment, RotatingLog log, Action<string>? seen = null)
    {
        if (NewSession is not null) command = [NewSession, .. command];
        log.BeginProcess();
        var process = Process.Start(Command.Describe(command, folder, environment))!;
        process.StandardInput.Close();
        return new ChildProcess(process, log, seen);
    }

    internal void Signal(int signal)
    {
        if (!_process.HasExited) LibC.Kill(_process.Id, signal);
    }

    internal async Task<bool> WaitAsync(TimeSpan limit)
    {
        try
        {
            await Exited.WaitAsync(limit).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    public void Dispose() => _process.Dispose();

    private async Task<string> WaitAsync()
    {
        await _process.WaitForExitAsync().ConfigureAwait(false);
        // The last lines say why it ended. Not longer: a child of the process may keep the pipe open.
        await Task.WhenAny(_output, Task.Delay(250)).ConfigureAwait(false);
        return _process.ExitCode > 128 ? $"was ended by signal {_process.ExitCode - 128}" : $"ended with exit code {_process.ExitCode}";
    }

    private static async Task Pump(StreamReader reader, RotatingLog log, Action<string>? seen)
    {
        while (await reader.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            log.Write(line);
            seen?.Invoke(line);
        }
    }
}
