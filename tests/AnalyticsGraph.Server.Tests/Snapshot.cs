namespace AnalyticsGraph.Server.Tests;

/// <summary>A reviewed text in the folder <c>Snapshots</c>. With <c>UPDATE_SNAPSHOTS=1</c> it is written anew.</summary>
internal static class Snapshot
{
    /// <summary>Compares, whatever the line ends, and blank lines at both ends.</summary>
    /// <param name="name">The file.</param>
    /// <param name="actual">The text.</param>
    public static void Match(string name, string actual)
    {
        var path = Path.Combine(Repository.Root, "tests", "AnalyticsGraph.Server.Tests", "Snapshots", name);
        actual = actual.ReplaceLineEndings("\n").Trim('\n') + "\n";
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1")
        {
            File.WriteAllText(path, actual);
        }

        Assert.True(File.Exists(path), $"There is no snapshot {name}; run with UPDATE_SNAPSHOTS=1 and review it.");
        Assert.Equal(File.ReadAllText(path).ReplaceLineEndings("\n"), actual);
    }
}
