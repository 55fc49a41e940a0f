using System.Text.Json;

namespace AnalyticsGraph.Mapping.Tests;

/// <summary>Whatever stands in an argument is a value: it finds rows or it does not, or it is told to be wrong; it never reaches the store as SQL or as an error of the store.</summary>
[Collection("library")]
public sealed class HostileInputTests(LibraryFixture library)
{
    public static TheoryData<string> Strings() =>
    [
        "'; DROP TABLE book; --", "\" OR 1=1 --", "\\'; SELECT pg_sleep(10); --", "$1", "{p1:String}", "%", "_%\\", "\\", "\0", "a\0b", "\u202E", new string('x', 100_000), "'||(SELECT version())||'",
        "' UNION SELECT 1", "1; COMMIT", "/*", "*/", "--", "NULL", "$$", "E'\\x00'", "Robert'); DROP TABLE author;--",
    ];

    [Theory]
    [MemberData(nameof(Strings))]
    public async Task Strings_Should_BeValues_When_TheyLookLikeSql(string text)
    {
        var before = await CountAsync();
        const string query = """
            query($s: String, $id: ID!) {
              eq: books(where: {title: {eq: $s}}) { totalCount } contains: books(where: {title: {contains: $s}}) { totalCount } starts: books(where: {title: {nstartsWith: $s}}) { totalCount }
              in: books(where: {title: {in: [$s, "a"]}}) { totalCount } code: books(where: {code: {eq: $id}}) { totalCount } nested: books(where: {tags: {some: {name: {endsWith: $s}}}}) { totalCount }
              nin: books(where: {isbn: {nin: [$s]}}) { totalCount } lookup: author(name: $s) { name } byCode: book(code: $id, isbn: $s) { isbn }
              order: books(first: 2, order: [{score: {key: "k", stat: LAST}}]) { nodes { isbn } }
            }
            """;
        var answer = await library.Graph.RunAsync(query, new { s = text, id = text });

        _ = answer.Data;
        Assert.Equal(library.Books.Count(book => book.Title == text), answer.At("eq.totalCount").GetInt32());
        Assert.Equal(library.Books.Count(book => book.Title?.Contains(text, StringComparison.Ordinal) ?? false), answer.At("contains.totalCount").GetInt32());
        Assert.Equal(library.Books.Count, answer.At("nin.totalCount").GetInt32());
        Assert.Equal(before, await CountAsync());
        foreach (var bad in new[]
        {
            await library.Graph.RunAsync("query($s: String!) { books(after: $s) { nodes { isbn } } }", new { s = text }),
            await library.Graph.RunAsync("query($s: ID!) { node(id: $s) { id } }", new { s = text }),
            await library.Graph.RunAsync("query($s: ID!) { nodes(ids: [$s]) { id } }", new { s = text }),
            await library.Graph.RunAsync("query($s: ID!) { books(where: {id: {eq: $s}}) { nodes { isbn } } }", new { s = text }),
        })
        {
            Assert.Equal("BAD_USER_INPUT", bad.Code);
            Assert.Equal(0, bad.Counters.PostgresRoundTrips);
        }
    }

    [Theory]
    [InlineData("""{"and": [{"title": null}]}""", "BAD_USER_INPUT")]
    [InlineData("""{"price": {"gt": null}}""", "BAD_USER_INPUT")]
    [InlineData("""{"tags": {"some": null}}""", "BAD_USER_INPUT")]
    [InlineData("""{"and": null}""", "BAD_USER_INPUT")]
    public async Task Filter_Should_BeRefused_When_NullStandsWhereAConditionMust(string where, string code)
    {
        var answer = await library.Graph.RunAsync("query($w: BookFilterInput) { books(where: $w) { totalCount } }", new { w = JsonDocument.Parse(where).RootElement });

        Assert.Equal(code, answer.Code);
        Assert.Contains("where.", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Filter_Should_BeRefused_When_ItIsTooDeepOrTooLarge()
    {
        var deep = "{title: {eq: \"a\"}}";
        for (var i = 0; i < 40; i++)
        {
            deep = $"{{and: [{deep}]}}";
        }

        var many = "{title: {in: [" + string.Concat(Enumerable.Repeat("\"a\", ", 1001)) + "]}}";
        Assert.Equal("LIMIT_EXCEEDED", (await library.Graph.RunAsync($"{{ books(where: {deep}) {{ totalCount }} }}")).Code);
        Assert.Equal("LIMIT_EXCEEDED", (await library.Graph.RunAsync($"{{ books(where: {many}) {{ totalCount }} }}")).Code);
        Assert.Equal("LIMIT_EXCEEDED", (await library.Graph.RunAsync($"{{ books(order: [{string.Concat(Enumerable.Repeat("{title: ASC} ", 17))}]) {{ totalCount nodes {{ isbn }} }} }}")).Code);
    }

    private async Task<long> CountAsync()
    {
        await using var command = library.Source.CreateCommand("SELECT (SELECT count(*) FROM book) + (SELECT count(*) FROM author)");
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
