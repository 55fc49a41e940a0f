using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;

namespace AnalyticsGraph.LocalClickHouse;

/// <summary>The command line, checked.</summary>
internal sealed record Options
{
    /// <summary>The data directory; created where it is missing.</summary>
    internal required string Path { get; init; }

    /// <summary>The file libchdb.so.</summary>
    internal required string Library { get; init; }

    /// <summary>The Unix socket to listen on, or null.</summary>
    internal string? Socket { get; init; }

    /// <summary>The address to listen on, or null; port 0 takes a free one.</summary>
    internal IPEndPoint? Http { get; init; }

    /// <summary>How many requests run at once; the others wait.</summary>
    internal int MaxConnections { get; init; } = Math.Max(20, 4 * Environment.ProcessorCount);

    /// <summary>The engine's memory limit in bytes.</summary>
    internal long MaxMemory { get; init; } = DefaultMemory();

    /// <summary>The process whose end ends this one, or null.</summary>
    internal int? ParentProcess { get; init; }

    /// <summary>The password of the user <c>default</c>; null or empty lets everyone in who reaches the address.</summary>
    internal string? Password { get; init; }

    /// <summary>How long a request waits for a free connection.</summary>
    internal TimeSpan QueueTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Parses the command line. Null: help or version was asked for and printed, or a message about a mistake was; then the exit code says which.</summary>
    internal static (Options? Options, ExitCode Code) Parse(string[] arguments)
    {
        var path = new Option<string>("--path") { Description = "The data directory; created where it is missing.", Required = true, HelpName = "DIR" };
        var library = new Option<string>("--lib") { Description = "The file libchdb.so (npm package @chdb/lib-linux-x64-gnu).", Required = true, HelpName = "FILE" };
        var socket = new Option<string?>("--socket") { Description = "A Unix socket to listen on.", HelpName = "PATH" };
        var http = new Option<IPEndPoint?>("--http")
        {
            Description = "An address to listen on; port 0 takes a free port. Default: 127.0.0.1:8123 where no --socket is given.",
            HelpName = "HOST:PORT",
            CustomParser = ParseEndPoint,
        };
        var connections = new Option<int?>("--max-connections")
        {
            Description = "How many requests run at once; others wait. Default: 4 for each core, at least 20.",
            HelpName = "N",
        };
        connections.Validators.Add(result => Require(result, result.GetValue(connections) is null or (>= 1 and <= 1024),
            "--max-connections takes a number from 1 to 1024."));
        var memory = new Option<long?>("--max-memory")
        {
            Description = "The engine's memory limit. Default: a quarter of the memory, at most 4 GiB.",
            HelpName = "BYTES",
        };
        memory.Validators.Add(result => Require(result, result.GetValue(memory) is null or >= 256L << 20, "--max-memory takes at least 268435456 (256 MiB)."));
        var parent = new Option<int?>("--parent-pid") { Description = "Stop when the process with this id is gone.", HelpName = "PID" };
        var password = new Option<string?>("--password")
        {
            Description = "The password of the user 'default'. Default: the variable LOCAL_CLICKHOUSE_PASSWORD, or none.",
            HelpName = "TEXT",
        };
        var queue = new Option<int?>("--queue-timeout") { Description = "Seconds a request waits for a free connection. Default: 30.", HelpName = "SECONDS" };
        queue.Validators.Add(result => Require(result, result.GetValue(queue) is null or >= 0, "--queue-timeout takes 0 or more seconds."));

        var command = new RootCommand("ClickHouse in one process: libchdb behind ClickHouse's HTTP interface.")
        {
            path, library, socket, http, connections, memory, parent, password, queue,
        };
        var parsed = command.Parse(arguments);
        var code = ExitCode.Success;
        Options? options = null;
        command.SetAction(result =>
        {
            var unixSocket = result.GetValue(socket);
            options = new Options
            {
                Path = System.IO.Path.GetFullPath(result.GetValue(path)!),
                Library = result.GetValue(library)!,
                Socket = unixSocket is null ? null : System.IO.Path.GetFullPath(unixSocket),
                Http = result.GetValue(http) ?? (unixSocket is null ? new IPEndPoint(IPAddress.Loopback, 8123) : null),
                ParentProcess = result.GetValue(parent),
                Password = result.GetValue(password) ?? Environment.GetEnvironmentVariable("LOCAL_CLICKHOUSE_PASSWORD"),
            };
            if (result.GetValue(connections) is { } n) options = options with { MaxConnections = n };
            if (result.GetValue(memory) is { } bytes) options = options with { MaxMemory = bytes };
            if (result.GetValue(queue) is { } seconds) options = options with { QueueTimeout = TimeSpan.FromSeconds(seconds) };
        });
        if (parsed.Invoke() != 0) code = ExitCode.BadArguments;
        return (options, code);
    }

    private static long DefaultMemory() => Math.Min(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4, 4L << 30);

    private static void Require(OptionResult result, bool holds, string message)
    {
        if (!holds) result.AddError(message);
    }

    private static IPEndPoint? ParseEndPoint(ArgumentResult result)
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (text.StartsWith("localhost:", StringComparison.OrdinalIgnoreCase)) text = $"127.0.0.1:{text.AsSpan(10)}";
        if (text.LastIndexOf(':') > 0 && IPEndPoint.TryParse(text, out var endPoint)
            && text.EndsWith(string.Create(CultureInfo.InvariantCulture, $":{endPoint.Port}"), StringComparison.Ordinal)) return endPoint;
        result.AddError($"--http takes an IP address and a port, such as 127.0.0.1:8123; '{text}' is none.");
        return null;
    }
}
