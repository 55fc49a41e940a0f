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
    public async Task Request_Should_EndItsStatement_When_ItIsCancelled()
    {
        var slow = await Graph.BuildAsync(library.Source, policies: new Sleeping());
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(150));

        var answer = await slow.RunAsync("{ author(name: \"a\") { name } }", cancellationToken: cancellation.Token);

        Assert.Equal("CANCELLED", answer.Code);
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
