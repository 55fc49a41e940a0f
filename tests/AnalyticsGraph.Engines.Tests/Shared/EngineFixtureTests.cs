using AnalyticsGraph.TestEngines;
using Npgsql;

namespace AnalyticsGraph.Engines.Tests.Shared;

public sealed class EngineFixtureTests(EngineFixture engines) : IClassFixture<EngineFixture>
{
    [Fact]
    public async Task Postgres_Should_BeVersion18InUtf8_When_Asked()
    {
        await using var source = NpgsqlDataSource.Create(engines.PostgresConnectionString);
        await using var command = source.CreateCommand("SELECT current_setting('server_version') || ' ' || pg_encoding_to_char(encoding) || ' ' || datlocale FROM pg_database WHERE datname = current_database()");
        Assert.Equal("18.4 UTF8 C.UTF-8", await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task Postgres_Should_GiveEmptyDatabases_When_AskedForMore()
    {
        var second = await engines.CreateDatabaseAsync();
        await ExecuteAsync(engines.PostgresConnectionString, "CREATE TABLE mine (id int)");
        Assert.NotEqual(engines.PostgresConnectionString, second);
        Assert.Equal(0L, await ExecuteAsync(second, "SELECT count(*) FROM pg_tables WHERE tablename = 'mine'"));
    }

    [Fact]
    public async Task Template_Should_BePreparedOnce_When_SeveralAskForTheSameKey()
    {
        var key = Guid.NewGuid().ToString();
        var prepared = 0;
        var databases = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => engines.CreateDatabaseAsync(key, async database =>
        {
            Interlocked.Increment(ref prepared);
            await ExecuteAsync(database, "CREATE TABLE migrated (id int); INSERT INTO migrated VALUES (7)");
        })));

        Assert.Equal(1, prepared);
        Assert.Equal(3, databases.Distinct().Count());
        foreach (var database in databases) Assert.Equal(7, await ExecuteAsync(database, "SELECT id FROM migrated"));
    }

    [Fact]
    public async Task ClickHouse_Should_AnswerInTheFixturesDatabase_When_Asked()
    {
        await using var server = new ClickHouseServer(engines.ClickHouseConnectionString);
        await server.ExecuteAsync("CREATE TABLE t (n UInt8) ORDER BY n");
        Assert.Equal("0\n", await server.ExecuteAsync("SELECT count() FROM t"));
        Assert.StartsWith("t_", await server.ExecuteAsync("SELECT currentDatabase()"), StringComparison.Ordinal);
    }

    private static async Task<object?> ExecuteAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
