using AnalyticsGraph.Engines.Data;

namespace AnalyticsGraph.Engines;

/// <summary>How to reach the engines that a server has running in a data folder: for commands that work beside it.</summary>
/// <param name="PostgresConnectionString">For Npgsql; null where that server uses another PostgreSQL.</param>
/// <param name="ClickHouseConnectionString">For the ClickHouse client; null where that server uses another ClickHouse.</param>
public sealed record RunningEngines(string? PostgresConnectionString, string? ClickHouseConnectionString)
{
    /// <summary>The engines of a folder whose server runs.</summary>
    /// <param name="dataDirectory">The data folder.</param>
    /// <returns>Null where no server holds the folder, or its engines do not accept connections yet.</returns>
    public static RunningEngines? Find(string dataDirectory) => RunningEnginesFile.Read(Path.GetFullPath(dataDirectory));
}
