using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.Mapping.Generation;
using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Tests;

public sealed class SchemaGenerationTests
{
    [Fact]
    public void Expand_Should_YieldThePublicSchema_When_SdlIsMapped()
    {
        var sdl = MappedSdl.Read([("library.graphql", Library.Sdl)], new MappingLimits(), null);

        Snapshot.Match("library.graphql", Printer.Print(sdl.Document));
    }

    [Fact]
    public void Read_Should_AcceptTheDirectivesThemselves_When_TheirFileIsAmongTheOthers()
    {
        var sdl = MappedSdl.Read([("mapping.graphql", MappingDirectives.Sdl), ("library.graphql", Library.Sdl)], new MappingLimits(), null);

        Assert.DoesNotContain(sdl.Schema.Directives.Keys, name => name is "table" or "column" or "relation");
        Assert.False(sdl.Schema.Types.ContainsKey("LinkTable"));
    }

    [Fact]
    public void Read_Should_NameTheDirectivesFault_When_ItsArgumentsAreWrong()
    {
        var exception = Assert.Throws<GraphQL.Types.SchemaException>(() => MappedSdl.Read(
            [("a.graphql", "type Query { books: [Book!]! @connection(sort: 1) } type Book @table(name: 3) { title: String }")], new MappingLimits(), null));

        Assert.Contains("sort", exception.Message, StringComparison.Ordinal);
        Assert.Contains("a.graphql:1:", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("name", "name")]
    [InlineData("startTime", "start_time")]
    [InlineData("runUUID", "run_uuid")]
    [InlineData("HTTPServer", "http_server")]
    [InlineData("od280", "od280")]
    [InlineData("is_nan", "is_nan")]
    public void Column_Should_BeTheFieldInSnakeCase_When_NothingElseIsSaid(string field, string column) => Assert.Equal(column, SnakeCase.From(field));
}
