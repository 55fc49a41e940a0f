using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AnalyticsGraph.Server.Tests.Crash;

/// <summary>The built server as a process of its own, serving or importing, with all it says kept for the day a test fails.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly Stopwatch _sinceStart = Stopwatch.StartNew();
    private readonly TaskCompletionSource<TimeSpan> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerProcess(params string[] arguments)
    {
        var info = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "AnalyticsGraph.Server.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        _process = new Process { StartInfo = info };
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The process's number.</summary>
    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Both outputs so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    public static ServerProcess Serve(string data, int port) => new("--data", data, "--urls", $"http://127.0.0.1:{port}");

    public static ServerProcess Import(string data) => new("import", "mlflow", Path.Combine(AppContext.BaseDirectory, "samples", "mlflow_backend.sql.gz"), "--data", data);

    /// <summary>A port that nobody listens on now.</summary>
    public static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    /// <summary>Waits until the server says it is ready.</summary>
    /// <returns>How long that took from the start of the process.</returns>
    public async Task<TimeSpan> ReadyAsync()
    {
        var first = await Task.WhenAny(_ready.Task, _process.WaitForExitAsync(), Task.Delay(TimeSpan.FromSeconds(120)));
        return first == _ready.Task ? await _ready.Task : throw new InvalidOperationException($"The server did not become ready. It said:\n{Output}");
    }

    /// <summary>Waits until the process has ended.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> ExitAsync(TimeSpan limit)
    {
        using var ended = new CancellationTokenSource(limit);
        try
        {
            await _process.WaitForExitAsync(ended.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The process did not end within {limit}. It said:\n{Output}");
        }

        return _process.ExitCode;
    }

    /// <summary>SIGKILL to this process alone: its engines are on their own then.</summary>
    public void Kill()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }
    }

    /// <summary>Whether it was started to ignore a signal, as these tests were: <c>nohup</c> does so with HUP, a shell's background with INT.</summary>
    public bool Ignores(string signal)
    {
        var mask = File.ReadLines($"/proc/{Id}/status").First(line => line.StartsWith("SigIgn:", StringComparison.Ordinal))["SigIgn:".Length..];
        return (long.Parse(mask.Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & (signal switch { "HUP" => 1, "INT" => 2, _ => 0 })) != 0;
    }

    /// <summary>A signal by name, such as <c>TERM</c>.</summary>
    public async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", ["-s", name, Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_output)
        {
            _output.AppendLine(line);
        }

        if (line.StartsWith("AnalyticsGraph is ready:", StringComparison.Ordinal))
        {
            _ready.TrySetResult(_sinceStart.Elapsed);
        }
    }
}
