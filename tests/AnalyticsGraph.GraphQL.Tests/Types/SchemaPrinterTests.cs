using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Tests.Differential;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Tests.Types;

public sealed class SchemaPrinterTests
{
    private const string Rich =
        """"
        "The schema" schema { query: Root mutation: Changes }
        "Tags" directive @tag("The name" name: String! = "x", other: [Int!] = [1, 2]) repeatable on OBJECT | FIELD_DEFINITION
        directive @plain on FIELD
        type Root implements Node & Named @tag { id: ID! name: String "Described" items("How many" first: Int = 10 after: String, "Which" where: Filter = {kind: A, not: {}}): [Item!]! @deprecated }
        interface Node { id: ID! }
        """
        Several
          lines
        """
        interface Named implements Node { id: ID! "first" name: String @deprecated(reason: "say \"why\"") }
        type Item { a(x: Int! = 1, y: String @deprecated): Kind }
        type Changes { undo: Boolean }
        union Any = Item | Root
        enum Kind { "The first" A B @deprecated "The last" C }
        input Filter { kind: Kind = B not: Filter "described" text: String = "a\nb" }
        input One @oneOf { a: Int b: Kind }
        scalar Url @specifiedBy(url: "https://example.org")
        "  indented" scalar Odd
        "a long description in one line, which is longer than seventy characters and so gets lines of its own" scalar Long
        "" scalar Nothing
        "ends in \\" scalar Slash
        "two\n\nparagraphs" scalar Two
        "\ttab\n  two" scalar Tab
        "bell \u0007" scalar Bell
        """";

    [Theory]
    [InlineData(Rich)]
    [InlineData("type Query { a: Int } type Mutation { b: Int }")]
    [InlineData("schema { query: Query } type Query { a: Int } type Mutation { b: Int }")]
    public async Task Print_Should_PrintWhatGraphQLJsPrints(string sdl)
    {
        var answer = Assert.Single(await Oracles.AskGraphQLJsAsync([new OracleQuestion("printSchema", Sdl: sdl)]));

        var printed = SchemaPrinter.Print(Build(sdl));

        Assert.True(answer.Ok, answer.Errors.FirstOrDefault()?.Message);
        Assert.Equal(answer.Text, printed);
        Assert.Equal(printed, SchemaPrinter.Print(Build(printed)));
    }

    [Fact]
    public void Print_Should_LeaveOut_What_TheFilterHides()
    {
        var schema = Build("directive @table(store: Store) on OBJECT enum Store { A } directive @public on FIELD type Query @table { a: Int }");

        var printed = SchemaPrinter.Print(schema, type => type.Name != "Store", directive => directive.Name != "table");

        Assert.Equal("directive @public on FIELD\n\ntype Query {\n  a: Int\n}", printed);
    }

    private static Schema Build(string sdl) => SchemaBuilder.Build([Utf8Parser.Parse(sdl)]);
}
