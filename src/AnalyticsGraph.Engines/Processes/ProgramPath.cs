namespace AnalyticsGraph.Engines.Processes;

/// <summary>Finds the system's own small programs.</summary>
internal static class ProgramPath
{
    private static readonly string[] SystemFolders = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"];

    /// <summary>The system's folders first: what runs as root is not looked up in a user's PATH where it need not be.</summary>
    internal static string? Find(string program) =>
        SystemFolders.Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);
}
