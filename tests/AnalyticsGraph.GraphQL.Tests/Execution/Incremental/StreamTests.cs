namespace AnalyticsGraph.GraphQL.Tests.Execution;

/// <summary><c>@stream</c>: the first items come with the list, the others in parts.</summary>
public sealed class StreamTests
{
    [Fact]
    public async Task Stream_Should_DeliverTheRestOfAList()
    {
        var parts = await new IncrementalServer().PartsAsync("""{ numbers @stream(initialCount: 2, label: "rest") hello }""");

        Assert.Equal(
            [
                """{"data":{"numbers":[1,2],"hello":"world"},"hasNext":true,"pending":[{"id":"0","path":["numbers"],"label":"rest"}]}""",
                """{"hasNext":false,"incremental":[{"id":"0","items":[3,4,5]}],"completed":[{"id":"0"}]}""",
            ],
            parts);
    }

    [Fact]
    public async Task Stream_Should_KeepNulls() =>
        Assert.Contains("\"items\":[1,null,3]", (await new IncrementalServer().PartsAsync("{ gaps @stream }"))[1], StringComparison.Ordinal);

    [Fact]
    public async Task Stream_Should_ResolveOnlyTheObjectsOfEachPart()
    {
        var server = new IncrementalServer(books: 250);

        var parts = await server.PartsAsync("{ books @stream(initialCount: 10) { author { name } } }");

        Assert.Equal(4, parts.Count);
        Assert.Equal(["books(1)", "author(10)", "name(10)", "author(100)", "name(100)", "author(100)", "name(100)", "author(40)", "name(40)"], server.Runs);
        Assert.StartsWith("""{"hasNext":true,"incremental":[{"id":"0","items":[{"author":{"name":"Author 11"}},""", parts[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_Should_BeginNothing_When_NobodyAsksForTheNextPart()
    {
        var server = new IncrementalServer(books: 250);
        await using var parts = server.Server.ReadPartsAsync("{ books @stream(initialCount: 10) { title } }").GetAsyncEnumerator();

        await parts.MoveNextAsync();
        Assert.Equal(["books(1)", "title(10)"], server.Runs);
        await parts.MoveNextAsync();
        Assert.Equal(["books(1)", "title(10)", "title(100)"], server.Runs);
    }

    [Fact]
    public async Task Stream_Should_ResolveTheItemsOfManyListsTogether()
    {
        var server = new IncrementalServer(books: 3);

        var parts = await server.PartsAsync("{ books { author { books @stream { title } } } }");

        Assert.Equal(2, parts.Count);
        Assert.Equal(["books(1)", "author(3)", "Author.books(3)", "title(3)"], server.Runs);
        Assert.Contains("""{"id":"2","items":[{"title":"Book 3"}]}""", parts[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_Should_EndWithErrors_When_AnItemMustNotBeNull()
    {
        var parts = await new IncrementalServer().PartsAsync("{ books @stream(initialCount: 1) { id ... @skip(if: false) { broken } } hello }");

        // The first item fails, so that nothing of the list is left to stream.
        Assert.EndsWith("\"data\":null}", Assert.Single(parts), StringComparison.Ordinal);

        parts = await new IncrementalServer().PartsAsync("{ hello books @stream { broken } }");
        Assert.Equal("""{"data":{"hello":"world","books":[]},"hasNext":true,"pending":[{"id":"0","path":["books"]}]}""", parts[0]);
        Assert.StartsWith("""{"hasNext":false,"completed":[{"id":"0","errors":[""", parts[1], StringComparison.Ordinal);
        Assert.Contains("\"path\":[\"books\",0,\"broken\"]", parts[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_Should_DeferWithinItems()
    {
        var parts = await new IncrementalServer(books: 2).PartsAsync("{ books @stream(initialCount: 1) { id ... @defer { title } } }");

        Assert.Equal("""{"data":{"books":[{"id":1}]},"hasNext":true,"pending":[{"id":"0","path":["books",0]},{"id":"1","path":["books"]}]}""", parts[0]);
        Assert.Equal(
            """{"hasNext":true,"pending":[{"id":"2","path":["books",1]}],"incremental":[{"id":"0","data":{"title":"Book 1"}},{"id":"1","items":[{"id":2}]}],"completed":[{"id":"0"},{"id":"1"}]}""",
            parts[1]);
        Assert.Equal("""{"hasNext":false,"incremental":[{"id":"2","data":{"title":"Book 2"}}],"completed":[{"id":"2"}]}""", parts[2]);
    }

    [Fact]
    public async Task Stream_Should_BeginWithItsFragment_When_Deferred()
    {
        var parts = await new IncrementalServer().PartsAsync("{ hello ... @defer { numbers @stream(initialCount: 4) } }");

        Assert.Equal(
            """{"hasNext":true,"pending":[{"id":"1","path":["numbers"]}],"incremental":[{"id":"0","data":{"numbers":[1,2,3,4]}}],"completed":[{"id":"0"}]}""", parts[1]);
        Assert.Equal("""{"hasNext":false,"incremental":[{"id":"1","items":[5]}],"completed":[{"id":"1"}]}""", parts[2]);
    }

    [Fact]
    public async Task Stream_Should_BeAnError_When_ItsInitialCountIsNegative()
    {
        var part = Assert.Single(await new IncrementalServer().PartsAsync("query($n: Int!) { hello gaps @stream(initialCount: $n) }", new { n = -1 }));

        Assert.Contains("Argument \\\"@stream(initialCount:)\\\" must be a whole number from 0.", part, StringComparison.Ordinal);
        Assert.EndsWith("\"data\":{\"hello\":\"world\",\"gaps\":null}}", part, StringComparison.Ordinal);
    }
}
