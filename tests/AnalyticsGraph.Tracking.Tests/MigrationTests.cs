using System.Diagnostics;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Tracking.Migrations;
using Npgsql;

namespace AnalyticsGraph.Tracking.Tests;

[Collection("tracking")]
public sealed class MigrationTests(TrackingEngines engines)
{
    [Fact]
    public async Task Run_Should_DoNothingQuickly_When_AllIsApplied()
    {
        var runner = new MigrationRunner(engines.Postgres, engines.ClickHouse);
        await runner.RunAsync();
        var watch = Stopwatch.StartNew();
        Assert.Empty(await runner.RunAsync());
        Assert.True(watch.ElapsedMilliseconds < 500, $"{watch.ElapsedMilliseconds} ms; 5 ms on an idle machine");
    }

    [Fact]
    public async Task Run_Should_TakeTurns_When_ReplicasStartTogether()
    {
        await using var postgres = NpgsqlDataSource.Create(await engines.Engines.CreateDatabaseAsync());
        await using var clickHouse = new ClickHouseClient(ClickHouseOptions.Parse(await engines.Engines.CreateClickHouseDatabaseAsync()));
        var ran = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => new MigrationRunner(postgres, clickHouse).RunAsync()));
        Assert.Equal(Migration.Embedded("postgres").Count + Migration.Embedded("clickhouse").Count, ran.Sum(names => names.Count));
    }

    [Fact]
    public async Task Run_Should_NameTheStep_When_ItWasEdited()
    {
        var postgres = Migration.Embedded("postgres");
        Migration[] edited = [postgres[0] with { Sql = postgres[0].Sql + "-- edited" }, .. postgres.Skip(1)];
        edited[0] = new Migration(edited[0].Number, edited[0].Name, edited[0].Sql);
        var fault = await Assert.ThrowsAsync<MigrationException>(() => RunnerOf(edited).RunAsync());
        Assert.Contains(postgres[0].Name, fault.Message, StringComparison.Ordinal);
        Assert.Contains("must not be edited", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Should_RefuseTheDatabase_When_ItIsOfANewerVersion()
    {
        var fault = await Assert.ThrowsAsync<MigrationException>(() => RunnerOf([.. Migration.Embedded("postgres").SkipLast(1)]).RunAsync());
        Assert.Contains("newer version", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Should_UndoTheStep_When_OneOfItsStatementsFails()
    {
        await using var postgres = NpgsqlDataSource.Create(await engines.Engines.CreateDatabaseAsync());
        var broken = new Migration(1, "0001_broken.sql", "CREATE TABLE half (id int); SELECT nonsense;");
        var fault = await Assert.ThrowsAsync<MigrationException>(() => new MigrationRunner(postgres, engines.ClickHouse, [broken], Migration.Embedded("clickhouse")).RunAsync());
        Assert.Contains("0001_broken.sql", fault.Message, StringComparison.Ordinal);
        await using var find = postgres.CreateCommand("SELECT to_regclass('half') IS NULL");
        Assert.True((bool)(await find.ExecuteScalarAsync())!);
    }

    [Fact]
    public async Task Run_Should_TakeItsTime_When_AStepTakesLongerThanAStatementMay()
    {
        var limited = new NpgsqlConnectionStringBuilder(await engines.Engines.CreateDatabaseAsync()) { CommandTimeout = 1 };
        await using var postgres = NpgsqlDataSource.Create(limited);
        var slow = new Migration(1, "0001_slow.sql", "SELECT pg_sleep(1.2);");
        Assert.Equal(["postgres/0001_slow.sql"], await new MigrationRunner(postgres, engines.ClickHouse, [slow], Migration.Embedded("clickhouse")).RunAsync());
    }

    [Fact]
    public async Task Run_Should_TellWhatHappened_When_PostgresDiesInAStep()
    {
        await using var postgres = NpgsqlDataSource.Create(await engines.Engines.CreateDatabaseAsync());
        var deadly = new Migration(1, "0001_deadly.sql", "SELECT pg_terminate_backend(pg_backend_pid());");
        var fault = await Assert.ThrowsAsync<MigrationException>(() => new MigrationRunner(postgres, engines.ClickHouse, [deadly], Migration.Embedded("clickhouse")).RunAsync());
        Assert.Contains("terminating connection", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Should_KeepTwinsAndAllowNoMore_When_DatasetsWereAlikeBefore()
    {
        await using var postgres = NpgsqlDataSource.Create(await engines.Engines.CreateDatabaseAsync());
        var (all, clickHouse) = (Migration.Embedded("postgres"), Migration.Embedded("clickhouse"));
        await new MigrationRunner(postgres, engines.ClickHouse, [.. all.TakeWhile(step => step.Name != "0017_datasets_made_here.sql")], clickHouse).RunAsync();
        async Task AddAsync(string name)
        {
            await using var add = postgres.CreateCommand("INSERT INTO dataset (source, name) VALUES ('local', $1)");
            add.Parameters.AddWithValue(name);
            await add.ExecuteNonQueryAsync();
        }

        foreach (var name in new[] { "twin", "twin", "single" })
            await AddAsync(name);

        await new MigrationRunner(postgres, engines.ClickHouse, all, clickHouse).RunAsync();

        await using var count = postgres.CreateCommand("SELECT count(*) FROM dataset");
        Assert.Equal(3L, await count.ExecuteScalarAsync());
        Assert.Equal(PostgresErrorCodes.UniqueViolation, (await Assert.ThrowsAsync<PostgresException>(() => AddAsync("single"))).SqlState);
    }

    private MigrationRunner RunnerOf(IReadOnlyList<Migration> postgres) => new(engines.Postgres, engines.ClickHouse, postgres, Migration.Embedded("clickhouse"));
}
