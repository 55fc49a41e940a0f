using System.Text;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Rows;

namespace AnalyticsGraph.Mapping.Tests;

/// <summary>What C# resolvers get from the mapping.</summary>
[Collection("library")]
public sealed class ResolverTests(LibraryFixture library)
{
    private const string Sdl = Library.Sdl + """

        extend type Query { cheapest(where: BookFilterInput, order: [BookSortInput!], most: Int!): [Pick!]! @resolver }
        type Pick { rank: Int! book: Book }
        """;

    private sealed record Pick(int Rank, long? BookId);

    [Fact]
    public async Task ByKey_Should_YieldMappedObjects_When_CSharpKnowsTheirKeys()
    {
        var graph = await BuildAsync();

        var answer = await graph.RunAsync("{ cheapest(where: {title: {eq: \"a\"}}, order: [{sold: DESC}], most: 3) { rank book { isbn sold author { name } } } }");

        var expected = library.Books.Where(book => book.Title == "a").OrderByDescending(book => book.Sold).ThenBy(book => book.Id).Take(3).ToList();
        Assert.Equal(expected.Select(book => book.Isbn), answer.At("cheapest").EnumerateArray().Take(3).Select(pick => pick.GetProperty("book").GetProperty("isbn").GetString()));
        Assert.Equal(JsonValueKind.Null, answer.At("cheapest.3.book").ValueKind);

        // The keys, the books, their authors.
        Assert.Equal(3, answer.Counters.PostgresRoundTrips);
    }

    [Fact]
    public async Task Build_Should_NameTheField_When_ByKeyYieldsAnotherType()
    {
        var exception = await Assert.ThrowsAsync<SchemaBindingException>(() => Graph.BuildAsync(library.Source, Sdl, bind: (bindings, resolvers) =>
        {
            Graph.BindLabel(bindings, resolvers);
            bindings.BindType<Pick>("Pick").Bind("Pick", "book", resolvers.ByKey<Pick>("Author", pick => pick.BookId)).Bind("Query", "cheapest", FieldResolver.FromRequest(_ => ValueTask.FromResult(Array.Empty<Pick>())));
        }));

        Assert.Contains("Pick.book", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void GlobalId_Should_ComeBack_When_ItIsMadeByCode()
    {
        var id = GlobalId.Of("Run", -5);

        Assert.Equal(new GlobalId("Run", "-5"), GlobalId.Parse(id));
        Assert.Equal(-5, GlobalId.ParseInt64(id, "Run"));
        Assert.Equal("Run:-5", Encoding.UTF8.GetString(Convert.FromBase64String(id)));
        Assert.Throws<GraphQL.Errors.GraphQLException>(() => GlobalId.ParseInt64(id, "Book"));
    }

    private Task<Graph> BuildAsync() => Graph.BuildAsync(library.Source, Sdl, bind: (bindings, resolvers) =>
    {
        Graph.BindLabel(bindings, resolvers);
        bindings.BindType<Pick>("Pick")
            .Bind("Pick", "book", resolvers.ByKey<Pick>("Book", pick => pick.BookId))
            .Bind("Query", "cheapest", FieldResolver.FromRequest(async context =>
            {
                var (keys, hasMore) = await resolvers.SelectKeysAsync(
                    context.Request, "Book", context.Arguments.Get<ArgumentValues>("where"), context.Arguments.Get<object?[]>("order"), context.Arguments.Get<int>("most"));
                Assert.True(hasMore);
                return keys.Select((key, i) => new Pick(i, key)).Append(new Pick(keys.Length, null)).ToArray();
            }));
    });
}
