using System.Text;
using AnalyticsGraph.Mapping.Rows;

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

    [Fact]
    public async Task Leaves_Should_KeepEveryValue_When_RowsHaveAllKindsOfThem()
    {
        var answer = await library.Graph.RunAsync("""
            { books(first: 300, order: [{id: ASC}]) { nodes { isbn title price pages sold published genre inPrint code rating weight grams shelves details size { width height } } } }
            """);

        var nodes = answer.At("books.nodes");
        foreach (var (book, node) in library.Books.Zip(nodes.EnumerateArray()))
        {
            Assert.Equal(book.Title, node.GetProperty("title").GetString());
            Assert.Equal(book.Price, Number(node.GetProperty("price")));
            Assert.Equal(book.Pages, node.GetProperty("pages").ValueKind == System.Text.Json.JsonValueKind.Null ? null : node.GetProperty("pages").GetInt32());
            Assert.Equal(book.Published, node.GetProperty("published").ValueKind == System.Text.Json.JsonValueKind.Null ? null : node.GetProperty("published").GetDateTime());
            Assert.Equal(book.GenreName, node.GetProperty("genre").GetString());
            Assert.Equal(book.Code, node.GetProperty("code").GetGuid());
            Assert.Equal(book.Rating, (float?)Number(node.GetProperty("rating")));
            Assert.Equal(book.Id % 2 == 0 ? book.Id : null, Number(node.GetProperty("weight")));
            Assert.Equal(book.Id % 3 == 0 ? null : book.Id * 10, Number(node.GetProperty("grams")));
            Assert.Equal([$"s{book.Id}", "x"], node.GetProperty("shelves").EnumerateArray().Select(s => s.GetString()));
            Assert.Equal(book.Id % 2 == 0 ? $$"""{"weight": {{book.Id}}}""" : """{"weight": "heavy"}""", node.GetProperty("details").GetRawText());
            Assert.Equal(book.Width is null, node.GetProperty("size").ValueKind == System.Text.Json.JsonValueKind.Null);
        }
    }

    [Fact]
    public async Task NestedLists_Should_BelongToTheirParents_When_RelationsGoBothWays()
    {
        var answer = await library.Graph.RunAsync("""
            { authors(first: 20) { nodes { name favourite { isbn } books(first: 1000) { totalCount nodes { isbn author { name } tags { name } mainTags { name } } } } }
              tags { name books(first: 1000, order: [{isbn: ASC}]) { nodes { isbn } } } }
            """);

        foreach (var node in answer.At("authors.nodes").EnumerateArray())
        {
            var author = library.Authors.Single(a => a.Name == node.GetProperty("name").GetString());
            var own = library.Books.Where(book => book.AuthorId == author.Id).OrderBy(book => book.Title is null).ThenBy(book => book.Title, StringComparer.Ordinal).ThenBy(book => book.Id).ToList();
            Assert.Equal(own.Count, node.GetProperty("books").GetProperty("totalCount").GetInt32());
            Assert.Equal(own.Select(book => book.Isbn), node.GetProperty("books").GetProperty("nodes").EnumerateArray().Select(b => b.GetProperty("isbn").GetString()));
            Assert.Equal(library.Books.SingleOrDefault(book => book.Id == author.FavouriteId)?.Isbn, node.GetProperty("favourite").ValueKind == System.Text.Json.JsonValueKind.Null ? null : node.GetProperty("favourite").GetProperty("isbn").GetString());
            foreach (var (book, item) in own.Zip(node.GetProperty("books").GetProperty("nodes").EnumerateArray()))
            {
                Assert.Equal(author.Name, item.GetProperty("author").GetProperty("name").GetString());
                Assert.Equal(book.Tags.Select(tag => $"tag {tag}"), item.GetProperty("tags").EnumerateArray().Select(t => t.GetProperty("name").GetString()));
                Assert.Equal(book.Tags.Contains(1) ? ["tag 1"] : [], item.GetProperty("mainTags").EnumerateArray().Select(t => t.GetProperty("name").GetString()));
            }
        }

        foreach (var tag in answer.At("tags").EnumerateArray())
        {
            var number = int.Parse(tag.GetProperty("name").GetString()![4..], System.Globalization.CultureInfo.InvariantCulture);
            Assert.Equal(library.Books.Where(book => book.Tags.Contains(number)).Select(book => book.Isbn), tag.GetProperty("books").GetProperty("nodes").EnumerateArray().Select(b => b.GetProperty("isbn").GetString()));
        }
    }

    [Fact]
    public async Task Node_Should_FindObjectsAgain_When_TheirIdsAreGiven()
    {
        var first = await library.Graph.RunAsync("{ books(first: 2, order: [{id: ASC}]) { nodes { id isbn } } authors(first: 1, order: [{id: DESC}]) { nodes { id name } } }");
        var (book, author) = (first.At("books.nodes.0.id").GetString(), first.At("authors.nodes.0.id").GetString());

        var answer = await library.Graph.RunAsync(
            "query($a: ID!, $ids: [ID!]!) { node(id: $a) { __typename id ... on Book { isbn author { name } } } nodes(ids: $ids) { __typename ... on Author { name } ... on Book { isbn } } }",
            new { a = book, ids = new[] { author, book, GlobalId.Of("Tag", 99), book } });

        Assert.Equal("isbn-0001", answer.At("node.isbn").GetString());
        Assert.Equal(book, answer.At("node.id").GetString());
        Assert.Equal("Book:1", Encoding.UTF8.GetString(Convert.FromBase64String(book!)));
        Assert.Equal(library.Authors[^1].Name, answer.At("nodes.0.name").GetString());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, answer.At("nodes.2").ValueKind);
        Assert.Equal("isbn-0001", answer.At("nodes.3.isbn").GetString());
    }

    [Fact]
    public async Task Lookup_Should_FindOneRow_When_AnyOfItsKeysIsGiven()
    {
        var answer = await library.Graph.RunAsync($$"""
            { byName: author(name: "{{library.Authors[3].Name}}") { born name } none: author(name: "nobody") { name } book(isbn: "isbn-0007", code: "{{library.Books[6].Code}}") { isbn }
              byId: author(id: "{{GlobalId.Of("Author", 5)}}") { name } other: author(id: "{{GlobalId.Of("Book", 5)}}") { name } noCode: book(code: "not a uuid") { isbn } }
            """);

        Assert.Equal("1900-01-05T00:00:00.000Z", answer.At("byName.born").GetString());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, answer.At("none").ValueKind);
        Assert.Equal("isbn-0007", answer.At("book.isbn").GetString());
        Assert.Equal(library.Authors[4].Name, answer.At("byId.name").GetString());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, answer.At("other").ValueKind);
        Assert.Equal(System.Text.Json.JsonValueKind.Null, answer.At("noCode").ValueKind);
    }

    [Fact]
    public async Task Lookup_Should_Fail_When_NoKeyIsGiven()
    {
        var answer = await library.Graph.RunAsync("{ author { name } }");

        Assert.Equal("BAD_USER_INPUT", answer.Code);
        Assert.Contains("`id`, `name`", answer.Message, StringComparison.Ordinal);
    }

    internal static double? Number(System.Text.Json.JsonElement value) => value.ValueKind switch
    {
        System.Text.Json.JsonValueKind.Null => null,
        System.Text.Json.JsonValueKind.String => value.GetString() switch { "NaN" => double.NaN, "Infinity" => double.PositiveInfinity, _ => double.NegativeInfinity },
        _ => value.GetDouble(),
    };
}
