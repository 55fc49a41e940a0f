using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace AnalyticsGraph.TestEngines;

/// <summary>A prepared database that others are copied from; one for each key, made by the first process that asks.</summary>
internal static class DatabaseTemplate
{
    internal static async Task<string> EnsureAsync(string server, string key, Func<string, Task> prepare)
    {
        var name = $"template_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..32]}";
        await using var connection = new NpgsqlConnection(PostgresServer.ConnectionStringFor(server, "postgres", pooled: false));
        await connection.OpenAsync();
        // Held by the session: one preparation at a time, and a process that dies gives it free.
        await RunAsync(connection, $"SELECT pg_advisory_lock(hashtext('{name}'))");
        if (await RunAsync(connection, $"SELECT 1 FROM pg_database WHERE datname = '{name}'") is not null) return name;

        var draft = $"{name}_draft";
        await RunAsync(connection, $"DROP DATABASE IF EXISTS {draft} WITH (FORCE)");
        await RunAsync(connection, $"CREATE DATABASE {draft} TEMPLATE template0");
        var connectionString = PostgresServer.ConnectionStringFor(server, draft);
        await prepare(connectionString);
        await using (var pooled = new NpgsqlConnection(connectionString)) NpgsqlConnection.ClearPool(pooled);
        await RunAsync(connection, $"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{draft}'");
        await RunAsync(connection, $"ALTER DATABASE {draft} RENAME TO {name}");
        return name;
    }

    private static async Task<object?> RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
