namespace AnalyticsGraph.Mapping.Tests;

[Collection("library")]
public sealed class RelationTests(LibraryFixture library)
{
    [Fact]
    public async Task Connection_Should_ReadItsRows_When_NothingIsGiven()
    {
        var answer = await library.Graph.RunAsync("{ authors { totalCount nodes { name label } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { name } } } }");

        Assert.Equal(20, answer.At("authors.totalCount").GetInt32());
        var names = library.Authors.Select(author => author.Name).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(names, answer.Texts("authors.nodes", "name"));
        Assert.Equal(names.Select(name => $"by {name}"), answer.Texts("authors.nodes", "label"));
        Assert.Equal(answer.At("authors.edges.0.cursor").GetString(), answer.At("authors.pageInfo.startCursor").GetString());
        Assert.Equal(1, answer.Counters.PostgresRoundTrips);
        Assert.Equal(2, answer.Counters.PostgresStatements);
    }
}
