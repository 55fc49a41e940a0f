using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AnalyticsGraph.Server.Tests.Running;

/// <summary>The built server as a user starts it, in a process of its own, with all it says kept for the day a test fails.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const string Ready = "AnalyticsGraph is ready: ";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly Stopwatch _sinceStart = Stopwatch.StartNew();
    private readonly TaskCompletionSource<(string Address, TimeSpan After)> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerProcess(IReadOnlyList<string> command, string? folder)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? Path.GetTempPath(),
        };
        start.Environment["NO_COLOR"] = "1";
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) =>
        {
            Keep(_output, line.Data);
            if (line.Data?.StartsWith(Ready, StringComparison.Ordinal) == true)
            {
                _ready.TrySetResult((line.Data[Ready.Length..], _sinceStart.Elapsed));
            }
        };
        _process.ErrorDataReceived += (_, line) => Keep(_errors, line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The process's number.</summary>
    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>What it wrote to its output so far.</summary>
    public string Output => Text(_output);

    /// <summary>What it wrote to its error output so far.</summary>
    public string Errors => Text(_errors);

    /// <summary>Both outputs.</summary>
    public string Said => Output + Errors;

    public static ServerProcess Start(params string[] arguments) => StartIn(null, [], arguments);

    /// <param name="folder">The working directory; null for the temporary folder.</param>
    /// <param name="prefix">What runs it, such as <c>env</c>.</param>
    /// <param name="arguments">Its arguments.</param>
    public static ServerProcess StartIn(string? folder, string[] prefix, params string[] arguments) =>
        new([.. prefix, "dotnet", Path.Combine(AppContext.BaseDirectory, "AnalyticsGraph.Server.dll"), .. arguments], folder);

    public static ServerProcess Serve(string data, int port) => Start("--data", data, "--urls", $"http://127.0.0.1:{port}");

    public static ServerProcess Import(string data) => Start("import", "mlflow", SampleDump.Path, "--data", data);

    /// <summary>Starts, and waits for its end.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments) => await RunInAsync(null, [], arguments);

    /// <inheritdoc cref="StartIn"/>
    public static async Task<(int ExitCode, string Output, string Errors)> RunInAsync(string? folder, string[] prefix, params string[] arguments)
    {
        await using var server = StartIn(folder, prefix, arguments);
        var code = await server.ExitAsync();
        return (code, server.Output, server.Errors);
    }

    /// <summary>A port that nobody listens on now.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Waits for the line that says it is ready.</summary>
    /// <returns>The address in it, and how long that took from the start of the process.</returns>
    public async Task<(string Address, TimeSpan After)> ReadyAsync()
    {
        var first = await Task.WhenAny(_ready.Task, _process.WaitForExitAsync(), Task.Delay(Limit));
        return first == _ready.Task ? await _ready.Task : throw new InvalidOperationException($"The server did not become ready. It said:\n{Said}");
    }

    /// <summary>Waits until the process has ended.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> ExitAsync(TimeSpan? limit = null)
    {
        using var ended = new CancellationTokenSource(limit ?? Limit);
        try
        {
            await _process.WaitForExitAsync(ended.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The process did not end within {limit ?? Limit}. It said:\n{Said}");
        }

        return _process.ExitCode;
    }

    /// <summary>Asks it to stop as a process manager does, and waits until it has. (A background job of a shell ignores what Ctrl-C sends.)</summary>
    public async Task<int> StopAsync()
    {
        await SignalAsync("TERM");
        return await ExitAsync();
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

    public async ValueTask DisposeAsync()
    {
        Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static void Keep(StringBuilder text, string? line)
    {
        lock (text)
        {
            text.AppendLine(line);
        }
    }

    private static string Text(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }
}
