using System.Globalization;
using System.Text;

namespace AnalyticsGraph.Engines.Postgres;

/// <summary>
/// The files that say how PostgreSQL runs, written anew at each start. A user's own settings go to <c>custom.conf</c> beside them,
/// which is read last.
/// </summary>
internal static class PostgresConfiguration
{
    internal const string Role = "analyticsgraph", Database = "analyticsgraph";
    internal const int MaxConnections = 100, MaxPoolSize = 80;
    private const long MiB = 1 << 20;

    internal static void Write(string data, PostgresAccount account, EngineOptions options)
    {
        WriteFile(data, "postgresql.conf", Settings(data, options));
        // The kernel tells who is at the other end: the server's user, and no other, whatever the folder's permissions. There is no network address.
        WriteFile(data, "pg_hba.conf", "local all all peer map=server\n");
        WriteFile(data, "pg_ident.conf", $"server \"{account.Server.Name}\" all\n");
    }

    private static string Settings(string data, EngineOptions options)
    {
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["listen_addresses"] = "",
            ["unix_socket_permissions"] = "0700",
            ["max_connections"] = MaxConnections.ToString(CultureInfo.InvariantCulture),

            // A laptop shares its memory with the rest of the work: an eighth, at most 256 MB, the page cache does the rest.
            ["shared_buffers"] = Megabytes(Math.Clamp(memory / 8, 64 * MiB, 256 * MiB)),
            ["effective_cache_size"] = Megabytes(Math.Max(memory / 3, 256 * MiB)),
            ["work_mem"] = "16MB",
            ["maintenance_work_mem"] = "128MB",
            ["dynamic_shared_memory_type"] = SharedMemory(),

            ["fsync"] = "on",
            ["synchronous_commit"] = "on",
            ["wal_compression"] = "pglz",
            ["wal_level"] = "replica",
            ["max_wal_size"] = "1GB",
            ["checkpoint_timeout"] = "10min",
            ["random_page_cost"] = "1.1",

            // Statements are many and short, plans are prepared: compiling them never pays.
            ["jit"] = "off",
            ["shared_preload_libraries"] = "pg_stat_statements",
            ["track_io_timing"] = "on",

            // The server keeps the log and rotates it: everything to standard error.
            ["logging_collector"] = "off",
            ["log_destination"] = "stderr",
            ["log_line_prefix"] = "%m [%p] %q%a ",
            ["log_timezone"] = "UTC",
            ["log_checkpoints"] = "off",
            ["TimeZone"] = "UTC",
            ["lc_messages"] = "C",
            ["default_text_search_config"] = "pg_catalog.english",
        };
        foreach (var (name, value) in options.PostgresSettings) settings[name] = value;

        var text = new StringBuilder("# Written at each start. Your own settings: custom.conf in this folder, which is read last.\n");
        foreach (var (name, value) in settings) text.Append(CultureInfo.InvariantCulture, $"{name} = '{value.Replace("'", "''", StringComparison.Ordinal)}'\n");
        if (File.Exists(Path.Combine(data, "custom.conf"))) text.Append("include 'custom.conf'\n");
        return text.ToString();
    }

    private static string Megabytes(long bytes) => $"{bytes / MiB}MB";

    /// <summary>Containers give /dev/shm 64 MB by default, which a parallel query overruns.</summary>
    private static string SharedMemory()
    {
        const string Folder = "/dev/shm";
        return Directory.Exists(Folder) && new DriveInfo(Folder).TotalSize >= 256 * MiB ? "posix" : "mmap";
    }

    /// <summary>Whole or not at all: a start may be broken off.</summary>
    private static void WriteFile(string folder, string name, string content)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText($"{path}.new", content);
        File.SetUnixFileMode($"{path}.new", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        File.Move($"{path}.new", path, overwrite: true);
    }
}
