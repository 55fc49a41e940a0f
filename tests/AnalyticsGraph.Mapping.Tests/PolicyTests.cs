using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Rows;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Mapping.Tests;

[Collection("library")]
public sealed class PolicyTests(LibraryFixture library)
{
    [Fact]
    public async Task Reads_Should_YieldNothing_When_ThePolicyDeniesAll()
    {
        var graph = await Graph.BuildAsync(library.Source, policies: new Policies(_ => PolicyFragment.DenyAll));

        var answer = await graph.RunAsync($$$"""
            { authors { totalCount nodes { name } pageInfo { hasNextPage } } books(where: {author: {name: {contains: ""} } }) { totalCount nodes { isbn } } tags { name }
              author(name: "{{{library.Authors[0].Name}}}") { name } node(id: "{{{GlobalId.Of("Book", 1)}}}") { id } nodes(ids: ["{{{GlobalId.Of("Tag", 1)}}}"]) { id } }
            """);

        Assert.Equal(
            """{"authors":{"totalCount":0,"nodes":[],"pageInfo":{"hasNextPage":false}},"books":{"totalCount":0,"nodes":[]},"tags":[],"author":null,"node":null,"nodes":[null]}""",
            answer.Data.GetRawText());
    }

    [Fact]
    public async Task Relations_Should_YieldNothing_When_ThePolicyDeniesTheirTarget()
    {
        var graph = await Graph.BuildAsync(library.Source, policies: new Policies(table => table.TypeName == "Author" ? null : PolicyFragment.DenyAll));

        var answer = await graph.RunAsync("""
            { authors(first: 1000) { totalCount nodes { favourite { isbn } books { totalCount nodes { isbn } } } }
              filtered: authors(where: {books: {any: true}}) { totalCount } other: authors(where: {books: {none: {sold: {gte: 0}}}}) { totalCount }
              toOne: authors(where: {favourite: {sold: {gte: 0}}}) { totalCount } }
            """);

        Assert.Equal(20, answer.At("authors.totalCount").GetInt32());
        Assert.All(answer.At("authors.nodes").EnumerateArray(), author => Assert.Equal("""{"favourite":null,"books":{"totalCount":0,"nodes":[]}}""", author.GetRawText()));
        Assert.Equal(0, answer.At("filtered.totalCount").GetInt32());
        Assert.Equal(20, answer.At("other.totalCount").GetInt32());
        Assert.Equal(0, answer.At("toOne.totalCount").GetInt32());
    }

    [Fact]
    public async Task Order_Should_NotTellHiddenRows_When_ItReachesThroughARelation()
    {
        var open = await Graph.BuildAsync(library.Source);
        var closed = await Graph.BuildAsync(library.Source, policies: new Policies(table => table.TypeName == "Book" ? null : PolicyFragment.DenyAll));
        const string byKey = "{ books(first: 1000, order: [{id: ASC}]) { nodes { isbn } } }";
        foreach (var order in new[] { "{author: {name: DESC}}", "{score: {key: \"loss\", stat: LAST, direction: DESC}}" })
        {
            var query = $"{{ books(first: 1000, order: [{order}]) {{ nodes {{ isbn }} }} }}";
            var plain = (await open.RunAsync(byKey)).Texts("books.nodes", "isbn");
            Assert.Equal(plain, (await closed.RunAsync(query)).Texts("books.nodes", "isbn"));
            Assert.NotEqual(plain, (await open.RunAsync(query)).Texts("books.nodes", "isbn"));
        }
    }

    [Fact]
    public async Task Rows_Should_ExistForNobody_When_TheTablesOwnConstantsLeaveThemOut()
    {
        var sdl = Library.Sdl.Replace("@table(name: \"tag\")", "@table(name: \"tag\", only: [{column: \"name\", value: \"tag 2\"}])", StringComparison.Ordinal);
        var graph = await Graph.BuildAsync(library.Source, sdl);

        var answer = await graph.RunAsync($$$"""
            { tags { name } nodes(ids: ["{{{GlobalId.Of("Tag", 1)}}}", "{{{GlobalId.Of("Tag", 2)}}}"]) { ... on Tag { name } }
              books(first: 1000) { nodes { tags { name } } }
              found: books(where: {tags: {some: {name: {eq: "tag 1"} } } }) { totalCount }
              all: books(where: {tags: {all: {name: {eq: "tag 2"} } } }) { totalCount } }
            """);

        Assert.Equal(["tag 2"], answer.Texts("tags", "name"));
        Assert.Equal("""[null,{"name":"tag 2"}]""", answer.At("nodes").GetRawText());
        Assert.All(answer.At("books.nodes").EnumerateArray(), book => Assert.Contains(book.GetRawText(), (string[])["""{"tags":[]}""", """{"tags":[{"name":"tag 2"}]}"""]));
        Assert.Equal((0, library.Books.Count), (answer.At("found.totalCount").GetInt32(), answer.At("all.totalCount").GetInt32()));
    }

    [Fact]
    public async Task Policy_Should_BeBoundToTheCaller_When_ItHasAParameter()
    {
        var graph = await Graph.BuildAsync(library.Source, policies: new Policies(table => table.TypeName == "Book" ? new SoldAtLeast(4) : null));

        var answer = await graph.RunAsync("{ books(first: 1000) { totalCount nodes { sold } } authors(first: 1000) { nodes { books(first: 1000) { totalCount nodes { sold } } } } tags { books(first: 1000) { totalCount } } }");

        var visible = library.Books.Where(book => book.Sold >= 4).ToList();
        Assert.Equal(visible.Count, answer.At("books.totalCount").GetInt32());
        Assert.All(answer.Texts("books.nodes", "sold"), sold => Assert.True(int.Parse(sold, System.Globalization.CultureInfo.InvariantCulture) >= 4));
        Assert.Equal(visible.Count, answer.At("authors.nodes").EnumerateArray().Sum(author => author.GetProperty("books").GetProperty("nodes").GetArrayLength()));
        Assert.Equal(visible.Sum(book => book.Tags.Count), answer.At("tags").EnumerateArray().Sum(tag => tag.GetProperty("books").GetProperty("totalCount").GetInt32()));
    }

    private sealed class Policies(Func<TableModel, PolicyFragment?> policyOf) : IPolicyProvider
    {
        public PolicyFragment? GetPolicy(TableModel table, RequestContext request) => policyOf(table);
    }

    private sealed class SoldAtLeast(long least) : PolicyFragment
    {
        public override void AppendTo(SqlBuilder sql, string alias) => sql.AppendColumn(alias, "sold").Append(" >= ").AppendParameter(least, SqlType.Int64);
    }
}
