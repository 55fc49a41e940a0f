using System.Diagnostics;
using System.Globalization;
using AnalyticsGraph.Engines;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace AnalyticsGraph.Mapping.Tests;

[Collection("library")]
public sealed class FailureTests(LibraryFixture library)
{
    [Fact]
    public async Task Enum_Should_BeAnErrorOfItsField_When_TheStoredTextIsNoValue()
    {
        await using var source = NpgsqlDataSource.Create(await library.Engines.CreateDatabaseAsync());
        var (authors, books) = Library.Make(2, 3, seed: 1);
        await Library.CreateAsync(source, authors, [books[0] with { Genre = "novel" }, books[1] with { Genre = "opera" }, books[2] with { Genre = null }]);
        var graph = await Graph.BuildAsync(source);

        var answer = await graph.RunAsync("{ books(order: [{id: ASC}]) { nodes { genre isbn } } }");

        Assert.Equal("""{"books":{"nodes":[{"genre":"NOVEL","isbn":"isbn-0001"},{"genre":null,"isbn":"isbn-0002"},{"genre":null,"isbn":"isbn-0003"}]}}""", answer.Json.GetProperty("data").GetRawText());
        Assert.Contains("\"opera\"", answer.Message, StringComparison.Ordinal);
        Assert.Equal("""["books","nodes",1,"genre"]""", answer.Error.GetProperty("path").GetRawText());
    }

    [Fact]
    public async Task Store_Should_FailItsFieldsAlone_When_ItCannotBeReached()
    {
        var builder = new NpgsqlConnectionStringBuilder(library.Engines.PostgresConnectionString) { Pooling = true, MaxPoolSize = 2 };
        var database = await library.Engines.CreateDatabaseAsync();
        builder.Database = new NpgsqlConnectionStringBuilder(database).Database;
        await using var source = NpgsqlDataSource.Create(builder);
        await Library.CreateAsync(source, [], []);
        var graph = await Graph.BuildAsync(source);
        await using (var admin = NpgsqlDataSource.Create(library.Engines.PostgresConnectionString))
        {
            await using var drop = admin.CreateCommand($"DROP DATABASE \"{builder.Database}\" WITH (FORCE)");
            await drop.ExecuteNonQueryAsync();
        }

        var answer = await graph.RunAsync("{ __typename author(name: \"a\") { name } }");

        Assert.Equal("STORE_UNAVAILABLE", answer.Code);
        Assert.Equal("""["author"]""", answer.Error.GetProperty("path").GetRawText());
        Assert.Equal("Query", answer.Json.GetProperty("data").GetProperty("__typename").GetString());
    }

    [Fact]
    public async Task Statement_Should_FailItsFieldAlone_When_PostgresRefusesIt()
    {
        await using var source = NpgsqlDataSource.Create(await library.Engines.CreateDatabaseAsync());
        await Library.CreateAsync(source, [new Author(1, "a", null)], []);
        var graph = await Graph.BuildAsync(source);
        await using (var drop = source.CreateCommand("ALTER TABLE tag DROP COLUMN name"))
        {
            await drop.ExecuteNonQueryAsync();
        }

        var answer = await graph.RunAsync("{ first: author(name: \"a\") { name } nodes(ids: []) { id } broken: node(id: \"VGFnOjE=\") { ... on Tag { name } } last: author(name: \"a\") { name } }");

        Assert.Equal("INTERNAL_SERVER_ERROR", answer.Code);
        Assert.Equal("""["broken"]""", answer.Error.GetProperty("path").GetRawText());
        Assert.DoesNotContain("column", answer.Message, StringComparison.Ordinal);
        Assert.Equal("""{"first":{"name":"a"},"nodes":[],"broken":null,"last":{"name":"a"}}""", answer.Json.GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task Statement_Should_BeALimit_When_ItTakesTooLong()
    {
        await using var source = NpgsqlDataSource.Create(library.Engines.PostgresConnectionString + ";Options=-c statement_timeout=200");
        var slow = await Graph.BuildAsync(source, policies: new Sleeping());

        Assert.Equal("LIMIT_EXCEEDED", (await slow.RunAsync("{ author(name: \"a\") { name } }")).Code);
    }

    [Fact]
    public async Task Statement_Should_BeALimit_When_PostgresEndsItForTheServer()
    {
        var slow = await Graph.BuildAsync(library.Source, policies: new Sleeping(), limits: new MappingLimits { StatementTimeout = TimeSpan.FromSeconds(1) });

        var answer = await slow.RunAsync("{ author(name: \"a\") { name } }");

        Assert.Equal(("LIMIT_EXCEEDED", "PostgreSQL took longer than 1 s; narrow the filter or read fewer rows."), (answer.Code, answer.Message));
    }

    [Fact]
    public async Task Store_Should_BeUnavailable_When_ItHangs()
    {
        const string Query = "{ __typename author(name: \"a\") { name } }";
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"ag-{Guid.NewGuid():n}"[..16])).FullName;
        await using (var engines = await EmbeddedEngines.StartAsync(new EngineOptions { DataDirectory = folder, StartPostgres = true, StartClickHouse = false }, NullLoggerFactory.Instance))
        {
            await using var source = NpgsqlDataSource.Create(engines.PostgresConnectionString);
            await Library.CreateAsync(source, [], []);
            var graph = await Graph.BuildAsync(source, limits: new MappingLimits { StatementTimeout = TimeSpan.FromSeconds(1) });
            var processes = await ProcessesAsync(source, Path.Combine(folder, "postgres"));
            await SignalAsync("STOP", processes);
            Answer answer;
            try
            {
                answer = await graph.RunAsync(Query);
            }
            finally
            {
                await SignalAsync("CONT", processes);
            }

            Assert.Equal("STORE_UNAVAILABLE", answer.Code);
            Assert.Equal("""{"__typename":"Query","author":null}""", answer.Json.GetProperty("data").GetRawText());
            Assert.Equal("""{"__typename":"Query","author":null}""", (await graph.RunAsync(Query)).Data.GetRawText());
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Request_Should_EndItsStatement_When_ItIsCancelled()
    {
        var slow = await Graph.BuildAsync(library.Source, policies: new Sleeping());
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(150));

        var answer = await slow.RunAsync("{ author(name: \"a\") { name } }", cancellationToken: cancellation.Token);

        Assert.Equal("CANCELLED", answer.Code);
    }

    /// <summary>The one that takes connections, and those that have one.</summary>
    private static async Task<List<int>> ProcessesAsync(NpgsqlDataSource source, string folder)
    {
        await using var command = source.CreateCommand("SELECT array_agg(pid) FROM pg_stat_activity WHERE backend_type = 'client backend'");
        return [int.Parse(File.ReadLines(Path.Combine(folder, "postmaster.pid")).First(), CultureInfo.InvariantCulture), .. (int[])(await command.ExecuteScalarAsync())!];
    }

    private static async Task SignalAsync(string signal, List<int> processes)
    {
        using var kill = Process.Start("kill", [$"-{signal}", .. processes.Select(id => id.ToString(CultureInfo.InvariantCulture))]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    private sealed class Sleeping : Sql.IPolicyProvider
    {
        public Sql.PolicyFragment? GetPolicy(Model.TableModel table, GraphQL.Execution.RequestContext request) => new Sleep();

        private sealed class Sleep : Sql.PolicyFragment
        {
            public override void AppendTo(Sql.SqlBuilder sql, string alias) => sql.Append("pg_sleep(5) IS NOT NULL AND ").AppendColumn(alias, "id").Append(" > 0");
        }
    }
}
