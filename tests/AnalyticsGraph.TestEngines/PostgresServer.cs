using Npgsql;

namespace AnalyticsGraph.TestEngines;

/// <summary>Statements to the shared PostgreSQL itself. Not pooled: no session stays behind.</summary>
internal static class PostgresServer
{
    internal static string ConnectionStringFor(string server, string database, bool pooled = true) =>
        new NpgsqlConnectionStringBuilder(server) { Database = database, Pooling = pooled }.ConnectionString;

    internal static async Task ExecuteAsync(string server, string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionStringFor(server, "postgres", pooled: false));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
