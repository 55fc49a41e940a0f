using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace AnalyticsGraph.LocalClickHouse.Tests;

/// <summary>A LocalClickHouse process on a folder of its own, and plain HTTP to it.</summary>
public sealed class LocalServer : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _errors = new();
    private readonly string? _folder;

    private LocalServer(Process process, string? folder)
    {
        _process = process;
        _folder = folder;
        process.ErrorDataReceived += (_, line) => { lock (_errors) _errors.AppendLine(line.Data); };
        process.BeginErrorReadLine();
    }

    /// <summary>What stands after <c>ready</c>.</summary>
    public string Address { get; private set; } = "";

    public int ProcessId => _process.Id;

    public HttpClient Http { get; private set; } = null!;

    /// <summary>Starts a server on a new folder and a free port of the loopback.</summary>
    public static LocalServer Start(params string[] more)
    {
        var folder = Directory.CreateTempSubdirectory("lch").FullName;
        return StartOn(folder, folder, more);
    }

    /// <summary>Starts a server on a data directory that outlives it.</summary>
    public static LocalServer StartOn(string data, params string[] more) => StartOn(data, null, more);

    /// <summary>Runs the executable to its end and returns exit code, stdout and stderr.</summary>
    public static async Task<(int Code, string Output, string Errors)> RunToEnd(params string[] arguments)
    {
        using var process = Launch(arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await errors);
    }

    /// <summary>Sends a statement and returns the answer's text; fails on an error.</summary>
    public async Task<string> Query(string sql, string parameters = "")
    {
        using var response = await Post(sql, parameters);
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode ? text : throw new HttpRequestException(text, null, response.StatusCode);
    }

    /// <summary>Sends a statement as the body.</summary>
    public Task<HttpResponseMessage> Post(string sql, string parameters = "") => Http.PostAsync($"/?{parameters}", new StringContent(sql));

    /// <summary>Sends bytes as the body, the statement in the URL.</summary>
    public async Task<HttpResponseMessage> Insert(string sql, byte[] data, string parameters = "", string? encoding = null)
    {
        var content = new ByteArrayContent(data);
        if (encoding is not null) content.Headers.ContentEncoding.Add(encoding);
        return await Http.PostAsync($"/?query={Uri.EscapeDataString(sql)}&{parameters}", content);
    }

    /// <summary>Bytes of memory the process holds.</summary>
    public long ResidentBytes() =>
        long.Parse(File.ReadLines($"/proc/{ProcessId}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) << 10;

    /// <summary>Asks it to stop and returns its exit code.</summary>
    public async Task<int> Stop()
    {
        using var kill = Process.Start("kill", ["-TERM", ProcessId.ToString()]);
        await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Waits until it has ended by itself; false after ten seconds.</summary>
    public bool WaitForExit() => _process.WaitForExit(10_000);

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
        Http.Dispose();
        if (_folder is not null) Directory.Delete(_folder, recursive: true);
    }

    private static LocalServer StartOn(string data, string? temporary, string[] more)
    {
        var server = new LocalServer(Launch(["--path", data, "--lib", Libchdb.Path, .. more.Contains("--socket") ? more : ["--http", "127.0.0.1:0", .. more]]), temporary);
        var line = server._process.StandardOutput.ReadLine();
        if (line is null || !line.StartsWith("ready ", StringComparison.Ordinal))
        {
            server._process.WaitForExit();
            lock (server._errors) throw new InvalidOperationException($"LocalClickHouse did not start: {line} {server._errors}");
        }
        server.Address = line["ready ".Length..];
        server.Http = server.Address.StartsWith("unix:", StringComparison.Ordinal) ? OverSocket(server.Address["unix:".Length..]) : new HttpClient { BaseAddress = new Uri(server.Address) };
        return server;
    }

    private static HttpClient OverSocket(string path) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancelled) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancelled);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    { BaseAddress = new Uri("http://localhost") };

    private static Process Launch(string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "AnalyticsGraph.LocalClickHouse.dll");
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start)!;
    }
}

/// <summary>One server for all tests that leave it as they found it; their tables have names of their own.</summary>
public sealed class SharedServer : IDisposable
{
    public LocalServer Server { get; } = LocalServer.Start("--max-memory", "1000000000");

    public void Dispose() => Server.Dispose();
}

[CollectionDefinition(Name)]
public sealed class SharedServerTests : ICollectionFixture<SharedServer>
{
    public const string Name = "one server";
}
