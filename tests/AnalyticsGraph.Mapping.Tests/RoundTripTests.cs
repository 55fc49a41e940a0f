namespace AnalyticsGraph.Mapping.Tests;

[Collection("library")]
public sealed class RoundTripTests(LibraryFixture library)
{
    [Fact]
    public async Task Query_Should_SendOneRoundTripALevel_When_ItNestsThreeLevelsWithManyFields()
    {
        var answer = await library.Graph.RunAsync("""
            { authors(first: 5) { totalCount nodes {
                favourite { isbn }
                books(first: 4) { totalCount nodes { tags { name } scores { key lastValue } author { name } mainTags(first: 1) { name } } }
                others: books(last: 2) { edges { cursor } nodes { tags { name } } } } }
              tags { name } a: author(name: "x") { name } }
            """);

        // Roots; favourites and both connections with their total; what hangs on the books. The books' authors are those of the first level, whose names were not read.
        _ = answer.Data;
        Assert.Equal(3, answer.Counters.PostgresRoundTrips);
        Assert.Equal(4 + 4 + 5, answer.Counters.PostgresStatements);
    }

    [Fact]
    public async Task Entity_Should_BeReadOnce_When_AnEarlierLevelHasReadAllThatIsSelected()
    {
        var answer = await library.Graph.RunAsync("{ authors(first: 1000) { nodes { name books(first: 2) { nodes { isbn author { name } } } } } }");

        foreach (var author in answer.At("authors.nodes").EnumerateArray())
        {
            Assert.All(author.GetProperty("books").GetProperty("nodes").EnumerateArray(), book => Assert.Equal(author.GetProperty("name").GetString(), book.GetProperty("author").GetProperty("name").GetString()));
        }

        Assert.Equal(2, answer.Counters.PostgresRoundTrips);
        Assert.Equal(2, answer.Counters.PostgresStatements);
    }

    [Fact]
    public async Task Entities_Should_ShareAStatement_When_FieldsOfALevelWantRowsOfOneTableByKey()
    {
        var answer = await library.Graph.RunAsync("{ books(first: 20) { nodes { a: author { name } b: author { born } } } }");

        _ = answer.Data;
        Assert.Equal(2, answer.Counters.PostgresStatements);
    }

    [Fact]
    public async Task TotalCount_Should_ReadNoRows_When_ItIsSelectedAlone()
    {
        var answer = await library.Graph.RunAsync("query($rows: Boolean = false) { books(where: {sold: {gt: 2}}) { totalCount nodes @include(if: $rows) { title } } }");

        Assert.Equal(library.Books.Count(book => book.Sold > 2), answer.At("books.totalCount").GetInt32());
        Assert.Equal(["SELECT count(*) FROM \"book\" AS t0 WHERE TRUE AND (t0.\"sold\" > $1)".Replace("(t0", "((t0", StringComparison.Ordinal) + ")"], answer.Counters.Statements);
    }

    [Fact]
    public async Task Select_Should_NameOnlyWhatIsNeeded_When_FieldsAreSelected()
    {
        var answer = await library.Graph.RunAsync("{ books(first: 1) { nodes { title } } }");

        var select = Assert.Single(answer.Counters.Statements);
        Assert.StartsWith("SELECT t0.\"id\", t0.\"title\" FROM \"book\" AS t0 WHERE TRUE ORDER BY t0.\"published\" DESC NULLS LAST, t0.\"id\" LIMIT $1", select, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Statements_Should_Match_When_Reviewed()
    {
        var answer = await library.Graph.RunAsync("""
            { authors(first: 2, where: {books: {all: {tags: {some: {name: {startsWith: "t"}}}, price: {ngt: 3}}}}, order: [{favourite: {title: DESC}}]) {
                nodes { books(first: 2, order: [{score: {key: "loss", stat: LAST, direction: DESC}}, {size: {width: ASC}}]) { totalCount edges { cursor } nodes { weight size { width } tags(where: {name: {in: ["a", "b"]}}) { name } } } } } }
            """);

        _ = answer.Data;
        Snapshot.Match("statements.sql", string.Join("\n\n", answer.Counters.Statements));
    }
}
