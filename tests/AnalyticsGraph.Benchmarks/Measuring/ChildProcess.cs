using System.Diagnostics;
using AnalyticsGraph.Benchmarks.Servers;

namespace AnalyticsGraph.Benchmarks.Measuring;

/// <summary>A server in a process of its own: this program in another role. Ends when disposed.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(30);
    private readonly Process _process;
    // What is asked here takes the time it needs: `verify` of all that an hour has written.
    private readonly HttpClient _client = new() { Timeout = Timeout.InfiniteTimeSpan };

    private ChildProcess(Process process, Uri address) => (_process, Address) = (process, address);

    public Uri Address { get; }

    public int ProcessId => _process.Id;

    /// <summary>The processor time it has spent.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Starts a role and waits until it listens.</summary>
    /// <param name="told">Told every other line that the child writes.</param>
    /// <param name="role">The arguments that name the role.</param>
    /// <exception cref="InvalidOperationException">The child ended before it listened.</exception>
    public static Task<ChildProcess> StartAsync(Action<string> told, params string[] role) => StartAsync(told, new ProcessStartInfo(Environment.ProcessPath!, ["serve", .. role]));

    /// <summary>Starts a program that says where it listens as this one's roles do, and ends with its standard input.</summary>
    /// <param name="told">Told every other line that the child writes.</param>
    /// <param name="start">The program.</param>
    /// <exception cref="InvalidOperationException">The child ended before it listened.</exception>
    public static async Task<ChildProcess> StartAsync(Action<string> told, ProcessStartInfo start)
    {
        (start.RedirectStandardInput, start.RedirectStandardOutput) = (true, true);
        var process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(ChildHost.Ready, StringComparison.Ordinal))
            {
                // What it writes later, such as warnings, is told as well: a full pipe would stop it.
                _ = TellAsync(process, told);
                return new ChildProcess(process, new Uri(line[ChildHost.Ready.Length..]));
            }

            told(line);
        }

        throw new InvalidOperationException($"The server '{string.Join(' ', start.ArgumentList)}' ended before it listened; what it wrote stands above.");
    }

    private static async Task TellAsync(Process process, Action<string> told)
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            told(line);
        }
    }

    public async Task<string> GetAsync(string path) => await _client.GetStringAsync(new Uri(Address, path));

    public async Task<Consumption> ConsumptionAsync() => Consumption.Parse(await GetAsync("/consumption"));

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _process.StandardInput.Close();
        using var timeout = new CancellationTokenSource(StopTimeout);
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }
}
