using AnalyticsGraph.Mapping.Rows;

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

    [Theory]
    [InlineData("author(id: $id)")]
    [InlineData("node(id: $id)")]
    public async Task Children_Should_ShareTheRoundTripOfTheirParent_When_ItsIdTellsTheKey(string field)
    {
        var author = library.Authors[3];
        var query = $$"""
            query ($id: ID!, $with: Boolean = true) { found: {{field}} { ... on Author {
                name books(first: 2) { totalCount nodes { isbn tags { name } } } booksAggregate { count } skipped: books @skip(if: $with) { totalCount } } } }
            """;

        var answer = await library.Graph.RunAsync(query, new { id = GlobalId.Of("Author", author.Id) });

        // The author with its books, their number and their aggregate; then what hangs on the books.
        Assert.Equal(author.Name, answer.At("found.name").GetString());
        Assert.Equal(library.Books.Count(book => book.AuthorId == author.Id), answer.At("found.books.totalCount").GetInt32());
        Assert.Equal(library.Books.Count(book => book.AuthorId == author.Id), answer.At("found.booksAggregate")[0].GetProperty("count").GetInt32());
        Assert.Equal(2, answer.Counters.PostgresRoundTrips);
    }

    [Theory]
    [InlineData("author(id: $id)", 999_999)]
    [InlineData("node(id: $id)", 999_999)]
    [InlineData("author(id: $id, name: \"nobody\")", 1)]
    public async Task Parent_Should_BeNull_When_ItsChildrenWereReadButItIsNotThere(string field, int key)
    {
        var answer = await library.Graph.RunAsync($"query ($id: ID!) {{ found: {field} {{ ... on Author {{ name books(first: 2) {{ nodes {{ isbn }} }} }} }} }}", new { id = GlobalId.Of("Author", key) });

        Assert.Equal("""{"found":null}""", answer.Data.GetRawText());
        Assert.Equal(1, answer.Counters.PostgresRoundTrips);
    }

    [Fact]
    public async Task Error_Should_StandAtTheChild_When_ItWasBegunWithItsParent()
    {
        const string Query = "query ($id: ID!) { author(id: $id) { name books(after: \"damaged\") { nodes { isbn } } } }";

        var found = await library.Graph.RunAsync(Query, new { id = GlobalId.Of("Author", 1) });
        var missing = await library.Graph.RunAsync(Query, new { id = GlobalId.Of("Author", 999_999) });

        Assert.Equal("""["author","books"]""", found.Error.GetProperty("path").GetRawText());
        Assert.Equal("""{"author":null}""", missing.Data.GetRawText());
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
