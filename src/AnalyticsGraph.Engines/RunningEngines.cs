using System.Text.Json;
using AnalyticsGraph.Engines.Data;

namespace AnalyticsGraph.Engines;

/// <summary>How to reach the engines that a server has running in a data folder: for commands that work beside it.</summary>
/// <param name="PostgresConnectionString">For Npgsql; null where that server uses another PostgreSQL.</param>
/// <param name="ClickHouseConnectionString">For the ClickHouse client; null where that server uses another ClickHouse.</param>
public sealed record RunningEngines(string? PostgresConnectionString, string? ClickHouseConnectionString)
{
    private const string FileName = "connections.json";

    /// <summary>The engines of a folder whose server runs.</summary>
    /// <param name="dataDirectory">The data folder.</param>
    /// <returns>Null where no server holds the folder, or its engines do not accept connections yet.</returns>
    public static RunningEngines? Find(string dataDirectory)
    {
        var file = Path.Combine(Path.GetFullPath(dataDirectory), FileName);
        if (!File.Exists(file) || !FolderLock.IsHeld(Path.GetDirectoryName(file)!)) return null;
        try
        {
            return JsonSerializer.Deserialize<RunningEngines>(File.ReadAllText(file));
        }
        catch (FileNotFoundException)
        {
            // That server stops just now.
            return null;
        }
    }

    /// <summary>Leaves word for others of this user; the folder's lock is held.</summary>
    internal void WriteTo(string folder)
    {
        var file = Path.Combine(folder, FileName);
        var temporary = file + ".new";
        File.WriteAllText(temporary, JsonSerializer.Serialize(this));
        File.SetUnixFileMode(temporary, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.Move(temporary, file, overwrite: true);
    }

    /// <summary>Takes it back, before the engines stop. Whoever deleted the folder took it along.</summary>
    internal static void RemoveFrom(string folder)
    {
        if (Directory.Exists(folder)) File.Delete(Path.Combine(folder, FileName));
    }
}
