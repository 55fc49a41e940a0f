using System.Globalization;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Sql;
using Npgsql;

namespace AnalyticsGraph.Mapping.Tests;

[Collection("library")]
public sealed class PagingTests(LibraryFixture library)
{
    private static readonly string[] Orders =
    [
        "{price: ASC}", "{price: DESC}", "{title: ASC}", "{title: DESC}", "{published: DESC}", "{sold: ASC}", "{genre: DESC}", "{rating: DESC}", "{inPrint: DESC}", "{code: DESC}",
        "{author: {name: DESC}}", "{size: {width: DESC}}", "{score: {key: \"loss\", stat: LAST, direction: ASC}}", "{score: {key: \"loss\", stat: LAST, direction: DESC}}",
        "{score: {key: \"none\", stat: MIN, direction: DESC}}", "{weight: DESC}", "{id: DESC}", "{pages: ASC}",
    ];

    [Fact]
    public async Task Pages_Should_EqualTheWholeList_When_OrdersAreRandom()
    {
        var random = new Random(11);
        for (var round = 0; round < 40; round++)
        {
            var order = "[" + string.Join(", ", Enumerable.Range(0, random.Next(1, 4)).Select(_ => Orders[random.Next(Orders.Length)])) + "]";
            var whole = (await library.Graph.RunAsync($"{{ books(first: 1000, order: {order}) {{ nodes {{ isbn }} }} }}")).Texts("books.nodes", "isbn");
            Assert.Equal(library.Books.Count, whole.Distinct().Count());

            Assert.Equal(whole, await PageAsync(order, random.Next(23, 120), forward: true));
            Assert.Equal(whole, await PageAsync(order, random.Next(23, 120), forward: false));
        }
    }

    [Theory]
    [InlineData("price", "ASC", false)]
    [InlineData("price", "DESC", true)]
    [InlineData("score: {key: \"loss\", stat: LAST, direction", "DESC}", true)]
    [InlineData("score: {key: \"loss\", stat: LAST, direction", "ASC}", false)]
    public async Task Order_Should_PutNumbersThenNaNThenMissing_When_EitherDirection(string field, string direction, bool descending)
    {
        var answer = await library.Graph.RunAsync($"{{ books(first: 1000, order: [{{{field}: {direction}}}]) {{ nodes {{ isbn }} }} }}");

        double? Value(Book book) => field == "price" ? book.Price : book.Score;
        static int Class(double? value) => value is null ? 2 : double.IsNaN(value.Value) ? 1 : 0;
        var expected = library.Books.OrderBy(book => Class(Value(book)))
            .ThenBy(book => Class(Value(book)) > 0 ? 0 : descending ? -Value(book)!.Value : Value(book)!.Value)
            .ThenBy(book => book.Id)
            .Select(book => book.Isbn);
        Assert.Equal(expected, answer.Texts("books.nodes", "isbn"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Order_Should_BeReadFromTheIndex_When_OneIsDeclaredAndNoPolicyForbids(bool isOpen)
    {
        var graph = isOpen ? library.Graph : await Graph.BuildAsync(library.Source, policies: new AuthorsOnly());

        var answer = await graph.RunAsync("""{ books(first: 3, where: {sold: {gt: 1}}, order: [{score: {key: "loss", stat: LAST, direction: DESC}}]) { nodes { isbn } } }""");

        var statement = Assert.Single(answer.Counters.Statements);
        Assert.Equal(isOpen, statement.Contains("score_order", StringComparison.Ordinal));
        Assert.Equal(1, answer.Counters.PostgresRoundTrips);
        if (isOpen)
        {
            Snapshot.Match("leading-order.sql", statement);
        }
    }

    [Theory]
    [InlineData("DESC", 1, true, null)]
    [InlineData("DESC", 3, true, -1.0)]
    [InlineData("ASC", 2, true, null)]
    [InlineData("ASC", 2, false, 0.0)]
    [InlineData("DESC", 4, false, null)]
    public async Task Pages_Should_EqualTheBooksInOrder_When_TheyAreFoundAlongTheIndex(string direction, int size, bool forward, double? least)
    {
        var range = least is { } bound ? string.Create(CultureInfo.InvariantCulture, $", lastValue: {{gt: {bound}}}") : "";
        var order = $"where: {{scores: {{some: {{key: {{eq: \"loss\"}}, label: {{eq: \"\"}}{range}}}}}, sold: {{lt: 5}}}}, order: [{{score: {{key: \"loss\", stat: LAST, direction: {direction}}}}}]";
        var found = new List<string>();
        string? cursor = null;
        do
        {
            var answer = await library.Graph.RunAsync(
                forward
                    ? $"query ($at: String) {{ books({order}, first: {size}, after: $at) {{ nodes {{ isbn }} pageInfo {{ more: hasNextPage at: endCursor }} }} }}"
                    : $"query ($at: String) {{ books({order}, last: {size}, before: $at) {{ nodes {{ isbn }} pageInfo {{ more: hasPreviousPage at: startCursor }} }} }}",
                new { at = cursor });
            found.InsertRange(forward ? found.Count : 0, answer.Texts("books.nodes", "isbn"));
            cursor = answer.At("books.pageInfo.more").GetBoolean() ? answer.At("books.pageInfo.at").GetString() : null;
            Assert.Contains("walked rows", forward && found.Count <= size ? Assert.Single(answer.Counters.Statements) : "walked rows", StringComparison.Ordinal);
        }
        while (cursor is not null);

        var expected = library.Books.Where(book => book.Sold < 5 && book.Score is { } score && (least is null || score > least))
            .OrderBy(book => double.IsNaN(book.Score!.Value))
            .ThenBy(book => double.IsNaN(book.Score!.Value) ? 0 : direction == "DESC" ? -book.Score.Value : book.Score.Value)
            .ThenBy(book => book.Id)
            .Select(book => book.Isbn).ToList();
        Assert.True(expected.Count > 50);
        Assert.Equal(expected, found);
    }

    private sealed class AuthorsOnly : IPolicyProvider
    {
        public PolicyFragment? GetPolicy(TableModel table, RequestContext request) => table.TypeName == "Score" ? new Anything() : null;

        private sealed class Anything : PolicyFragment
        {
            public override void AppendTo(SqlBuilder sql, string alias) => sql.AppendColumn(alias, "min_value").Append(" IS NULL");
        }
    }

    [Fact]
    public async Task Paging_Should_SeeEachOldRowOnce_When_RowsAreInsertedMeanwhile()
    {
        await using var source = NpgsqlDataSource.Create(await library.Engines.CreateDatabaseAsync());
        var (authors, books) = Library.Make(5, 80, seed: 3);
        await Library.CreateAsync(source, authors, books);
        var graph = await Graph.BuildAsync(source);
        var seen = new List<string>();
        string? after = null;
        var next = 1000;
        do
        {
            var answer = await graph.RunAsync(
                "query($after: String) { books(first: 9, after: $after, order: [{price: DESC}, {title: ASC}]) { nodes { isbn } pageInfo { hasNextPage endCursor } } }", new { after });
            seen.AddRange(answer.Texts("books.nodes", "isbn"));
            after = answer.At("books.pageInfo.hasNextPage").GetBoolean() ? answer.At("books.pageInfo.endCursor").GetString() : null;
            await using var connection = await source.OpenConnectionAsync();
            var added = Library.Make(5, 6, seed: next).Books.Select(book => book with { Id = book.Id + next, Isbn = $"new-{book.Id + next}" }).ToList();
            await Library.InsertAsync(connection, added);
            next += 1000;
        }
        while (after is not null && next < 60_000);

        Assert.Null(after);
        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Equal(80, seen.Count(isbn => isbn.StartsWith("isbn-", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task NestedPage_Should_EndPerParent_When_AFirstIsGiven()
    {
        var answer = await library.Graph.RunAsync("{ authors(first: 20, order: [{id: ASC}]) { nodes { books(first: 3) { nodes { isbn } pageInfo { hasNextPage endCursor } edges { cursor } } last: books(last: 3) { nodes { isbn } pageInfo { hasPreviousPage } } } } }");

        foreach (var (author, node) in library.Authors.Zip(answer.At("authors.nodes").EnumerateArray()))
        {
            var own = library.Books.Where(book => book.AuthorId == author.Id).OrderBy(book => book.Title is null).ThenBy(book => book.Title, StringComparer.Ordinal).ThenBy(book => book.Id).Select(book => book.Isbn).ToList();
            Assert.Equal(own.Take(3), node.GetProperty("books").GetProperty("nodes").EnumerateArray().Select(b => b.GetProperty("isbn").GetString()));
            Assert.Equal(own.TakeLast(3), node.GetProperty("last").GetProperty("nodes").EnumerateArray().Select(b => b.GetProperty("isbn").GetString()));
            Assert.Equal(own.Count > 3, node.GetProperty("books").GetProperty("pageInfo").GetProperty("hasNextPage").GetBoolean());
            Assert.Equal(own.Count > 3, node.GetProperty("last").GetProperty("pageInfo").GetProperty("hasPreviousPage").GetBoolean());
        }
    }

    [Theory]
    [InlineData("first: 1001", "LIMIT_EXCEEDED", "1000")]
    [InlineData("last: 5000", "LIMIT_EXCEEDED", "1000")]
    [InlineData("first: -1", "BAD_USER_INPUT", "negative")]
    [InlineData("first: 1, last: 1", "BAD_USER_INPUT", "both")]
    [InlineData("after: \"\"", "BAD_USER_INPUT", "no cursor")]
    [InlineData("after: \"AAAA\"", "BAD_USER_INPUT", "no cursor")]
    [InlineData("before: \"🦉\"", "BAD_USER_INPUT", "no cursor")]
    public async Task Page_Should_BeRefused_When_ItsArgumentsAreNoPage(string arguments, string code, string part)
    {
        var answer = await library.Graph.RunAsync($"{{ books({arguments}) {{ nodes {{ isbn }} }} }}");

        Assert.Equal(code, answer.Code);
        Assert.Contains(part, answer.Message, StringComparison.Ordinal);
        Assert.Equal(0, answer.Counters.PostgresRoundTrips);
    }

    [Fact]
    public async Task Cursor_Should_BeRefused_When_ItIsOfAnotherOrderOrChanged()
    {
        var cursor = (await library.Graph.RunAsync("{ books(first: 1, order: [{sold: ASC}]) { edges { cursor } } }")).At("books.edges.0.cursor").GetString()!;

        foreach (var order in new[] { "{sold: DESC}", "{title: ASC}", "{sold: ASC}, {title: ASC}" })
        {
            Assert.Equal("BAD_USER_INPUT", (await library.Graph.RunAsync($"{{ books(after: \"{cursor}\", order: [{order}]) {{ nodes {{ isbn }} }} }}")).Code);
        }

        for (var i = 0; i < cursor.Length - 1; i++)
        {
            var changed = cursor[..i] + (cursor[i] == 'A' ? 'B' : 'A') + cursor[(i + 1)..];
            Assert.Equal("BAD_USER_INPUT", (await library.Graph.RunAsync($"{{ books(after: \"{changed}\", order: [{{sold: ASC}}]) {{ nodes {{ isbn }} }} }}")).Code);
        }
    }

    [Fact]
    public async Task PlainList_Should_BeAnError_When_ItIsLongerThanTheLimit()
    {
        var graph = await Graph.BuildAsync(library.Source, limits: new MappingLimits { MaxList = 3 });

        Assert.Equal("LIMIT_EXCEEDED", (await graph.RunAsync("{ tags { name } }")).Code);
        Assert.Equal(["tag 1", "tag 2", "tag 3"], (await graph.RunAsync("{ tags(first: 3) { name } }")).Texts("tags", "name"));
    }

    private async Task<List<string>> PageAsync(string order, int size, bool forward)
    {
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var (count, place, more, end) = forward ? ("first", "after", "hasNextPage", "endCursor") : ("last", "before", "hasPreviousPage", "startCursor");
            var answer = await library.Graph.RunAsync(
                string.Create(CultureInfo.InvariantCulture, $"query($c: String) {{ books({count}: {size}, {place}: $c, order: {order}) {{ nodes {{ isbn }} pageInfo {{ {more} {end} }} }} }}"),
                new { c = cursor });
            var page = answer.Texts("books.nodes", "isbn");
            seen.InsertRange(forward ? seen.Count : 0, page);
            cursor = answer.At($"books.pageInfo.{more}").GetBoolean() ? answer.At($"books.pageInfo.{end}").GetString() : null;
        }
        while (cursor is not null && seen.Count < 2000);
        return seen;
    }
}
