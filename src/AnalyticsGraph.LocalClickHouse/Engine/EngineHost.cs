using System.Text;
using AnalyticsGraph.LocalClickHouse.Native;

namespace AnalyticsGraph.LocalClickHouse.Engine;

/// <summary>
/// The engine of this process: started once, kept alive by one connection that runs nothing (closing the last connection
/// unloads the engine), and the source of all others.
/// </summary>
internal sealed class EngineHost : IDisposable
{
    // A server does not take a bare expression for a SELECT; the library does unless told otherwise.
    private const string ServerBehaviour = "--implicit_select=0";

    private readonly Connection _keepAlive;

    private EngineHost(Connection keepAlive, string path)
    {
        _keepAlive = keepAlive;
        Folder = path;
        SettingNames = Read("SELECT name FROM system.settings").Split('\n', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
        var facts = Read("SELECT timezone(), hostName()").TrimEnd('\n').Split('\t');
        TimeZone = facts[0];
        DisplayName = facts[1];
    }

    /// <summary>The data directory.</summary>
    internal string Folder { get; }

    /// <summary>The names of all settings a request may carry.</summary>
    internal IReadOnlySet<string> SettingNames { get; }

    /// <summary>The engine's time zone, as in <c>X-ClickHouse-Timezone</c>.</summary>
    internal string TimeZone { get; }

    /// <summary>The machine's name, as in <c>X-ClickHouse-Server-Display-Name</c>.</summary>
    internal string DisplayName { get; }

    /// <summary>Loads the library and starts the engine on a data directory.</summary>
    /// <exception cref="StartupException">It cannot; the message and the exit code say why.</exception>
    internal static EngineHost Start(string library, string path, long memoryLimit)
    {
        ChdbLibrary.Load(library);
        DataDirectory.Prepare(path);
        // An explicit configuration file keeps the engine from picking up a config.xml of the current or the home directory.
        var configuration = Path.Combine(path, "localclickhouse.xml");
        File.WriteAllText(configuration, "<clickhouse></clickhouse>\n");
        string[] arguments = [$"--path={path}", $"--config-file={configuration}", .. MemorySettings.Arguments(memoryLimit)];
        var connection = SignalGuard.Around(() => Connection.Open(arguments, "", "keep-alive"))
            ?? throw new StartupException(ExitCode.EngineFailed, $"The engine did not start on '{path}'; its own words are above on stderr.");
        try
        {
            OutputPipe.RemoveLeftovers(path);
            return new EngineHost(connection, path);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Opens another connection with settings, or returns null where the engine refuses one of them.</summary>
    internal Connection? Open(IEnumerable<KeyValuePair<string, string>> settings, string key, string slot) =>
        Connection.Open([$"--path={Folder}", ServerBehaviour, .. settings.Select(s => $"--{s.Key}={s.Value}")], key, slot);

    /// <summary>Runs a statement of this host itself on a connection of its own and returns its result as TabSeparated text.</summary>
    internal string Read(string sql)
    {
        using var connection = Open([], "", "host") ?? throw new InvalidOperationException("The engine refused a connection without settings.");
        using var result = connection.Execute(Encoding.UTF8.GetBytes(sql), "TabSeparated", []);
        return Encoding.UTF8.GetString(result.Bytes);
    }

    public void Dispose() => _keepAlive.Dispose();
}
