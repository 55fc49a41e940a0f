using System.Text.Json;
using AnalyticsGraph.Tests;

namespace AnalyticsGraph.Mapping.Tests;

/// <summary>Responses in parts from a real store: the same in the end, and as few round trips.</summary>
[Collection("library")]
public sealed class PartsTests(LibraryFixture library)
{
    private const string Books = """
        fragment Details on Book { weight tags { name } author { name favourite { title } } scores { key lastValue } }
        """;

    [Theory]
    [InlineData("{ books(first: 30) { totalCount nodes { title ...Details @defer } } }")]
    [InlineData("{ books(first: 30) { nodes { title ... @defer { tags { name } } ... @defer { author { name } } ... @defer { scores { key } ...Details } } } }")]
    [InlineData("{ books(first: 300) { nodes @stream(initialCount: 3) { title isbn ...Details } pageInfo { endCursor } } }")]
    [InlineData("{ books(first: 300) { edges @stream(initialCount: 3) { cursor node { title ...Details } } pageInfo { startCursor endCursor } } }")]
    [InlineData("{ books(last: 250) { edges @stream { cursor node { title shelves ...Details } } nodes @stream { isbn } } }")]
    [InlineData("{ authors(first: 20) { nodes { name books(last: 4) { nodes @stream(initialCount: 1) { title ...Details @defer } edges @stream(initialCount: 2) { cursor } } } } }")]
    [InlineData("{ tags @stream(initialCount: 1) { id name } author(name: \"x\") { name ... @defer { label books { totalCount } } } }")]
    public async Task Parts_Should_MakeTheWholeResponse(string query)
    {
        query += query.Contains("...Details", StringComparison.Ordinal) ? Books : "";
        var whole = await library.Graph.RunAsync(query);

        var parts = await library.Graph.RunInPartsAsync(query);

        Assert.InRange(parts.Count, 2, 100);
        Assert.Equal(
            DeliveredParts.Of([whole.Json]).DataText(),
            DeliveredParts.Of([.. parts.Select(part => part.Part)]).DataText());
    }

    [Theory]
    [InlineData("{ books(first: 20) { nodes { title } ... @defer { totalCount } } }", 1)]
    [InlineData("{ books(first: 20) { nodes { title } ... @defer { a: totalCount } ... @defer { b: totalCount edges { cursor } } } }", 1)]
    [InlineData("{ books(first: 20) { totalCount ... @defer { nodes { title } pageInfo { endCursor hasNextPage } } } }", 1)]
    [InlineData("{ books(first: 20) { totalCount ... @defer { pageInfo { startCursor } } ... @defer { edges @stream(initialCount: 4) { cursor } } } }", 1)]
    [InlineData("{ books(first: 20) { __typename ... @defer { totalCount nodes { title } } } }", 0)]
    [InlineData("{ authors(first: 20) { nodes { name books(last: 2) { nodes { title } ... @defer { totalCount } } } } }", 2)]
    public async Task Deferred_Should_BeAskedAfterTheFirstPart_When_AConnectionLeavesIt(string query, int first)
    {
        var whole = await library.Graph.RunAsync(query);

        var parts = await library.Graph.RunInPartsAsync(query);

        Assert.Equal((first, first + 1), (parts[0].RoundTrips, parts[^1].RoundTrips));
        Assert.Equal(DeliveredParts.Of([whole.Json]).DataText(), DeliveredParts.Of([.. parts.Select(part => part.Part)]).DataText());
    }

    [Fact]
    public async Task Deferred_Should_ShareARoundTrip_When_TheyWaitAtTheSameLevel()
    {
        var parts = await library.Graph.RunInPartsAsync("""
            { books(first: 50) { nodes { title
                ... @defer(label: "tags") { tags { name } }
                ... @defer(label: "scores") { scores { key } }
                ... @defer(label: "author") { author { name } } } } }
            """);

        // 150 deferred fragments: one round trip after the one of the list.
        Assert.Equal(1, parts[0].RoundTrips);
        Assert.Equal(150, parts[0].Part.GetProperty("pending").GetArrayLength());
        Assert.Equal(2, parts[^1].RoundTrips);
    }

    [Fact]
    public async Task Streamed_Should_AskForTheChildrenOfEachPartAlone()
    {
        var parts = await library.Graph.RunInPartsAsync("{ books(first: 250) { nodes @stream(initialCount: 10) { tags { name } } } }");

        // The list with the tags of its first ten books; then the tags of what has come, of a hundred books at most.
        Assert.Equal(2, parts[0].RoundTrips);
        var sizes = parts.Skip(1).Select(part => part.Part.TryGetProperty("incremental", out var told) ? told[0].GetProperty("items").GetArrayLength() : 0).ToList();
        Assert.Equal(240, sizes.Sum());
        Assert.All(sizes, size => Assert.InRange(size, 0, 100));
        Assert.Equal(2 + sizes.Count(size => size > 0), parts[^1].RoundTrips);
    }

    [Fact]
    public async Task Streamed_Should_EndWithTheLimit_When_AListIsTooLong()
    {
        var graph = await Graph.BuildAsync(library.Source, limits: new MappingLimits { MaxList = 3 });

        var parts = await graph.RunInPartsAsync("{ tags @stream { name } }");

        var end = parts[^1].Part.GetProperty("completed")[0].GetProperty("errors")[0];
        Assert.Equal("LIMIT_EXCEEDED", end.GetProperty("extensions").GetProperty("code").GetString());
        Assert.Contains("more than 3 rows", end.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Streamed_Should_AskOnce_When_TheListIsOfManyParents()
    {
        // The rows of the last parent come last: such lists are read whole, and sent in parts then.
        var parts = await library.Graph.RunInPartsAsync("{ authors(first: 20) { nodes { books(first: 50) { nodes @stream(initialCount: 1) { title } } } } }");

        Assert.All(parts, part => Assert.Equal(2, part.RoundTrips));
    }
}
