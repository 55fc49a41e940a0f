using AnalyticsGraph.GraphQL.Execution;

namespace AnalyticsGraph.GraphQL.Tests.Execution;

/// <summary>Section 6.3: merging, order, <c>@skip</c> and <c>@include</c>.</summary>
public sealed class SelectionTests
{
    private static readonly TestServer Server = new(
        "directive @chosen(by: Boolean) on FIELD type Query { a: Item b: Item x: Int y: Int } interface Named { name: String } type Item implements Named { name: String size(unit: String = \"m\"): String sub: Item }",
        bindings => bindings
            .BindType<Item>("Item")
            .Bind("Query", "a", FieldResolver.FromRequest(_ => ValueTask.FromResult(new Item("A"))))
            .Bind("Query", "b", FieldResolver.FromRequest(_ => ValueTask.FromResult<Item?>(null)))
            .Bind("Query", "x", FieldResolver.FromRequest(_ => ValueTask.FromResult(1)))
            .Bind("Query", "y", FieldResolver.FromRequest(_ => ValueTask.FromResult(2)))
            .Bind("Item", "size", FieldResolver.FromSource((Item _, StepContext context) => "1" + context.Arguments.Get<string>("unit"))));

    [Theory]
    [InlineData("{ y x }", """{"y":2,"x":1}""")]
    [InlineData("{ x y x }", """{"x":1,"y":2}""")]
    [InlineData("{ first: x x second: x }", """{"first":1,"x":1,"second":1}""")]
    [InlineData("{ a { name } x a { sub { name } } }", """{"a":{"name":"A","sub":{"name":"A.item"}},"x":1}""")]
    [InlineData("{ ...F x } fragment F on Query { y a { ...G } } fragment G on Named { name }", """{"y":2,"a":{"name":"A"},"x":1}""")]
    [InlineData("{ ...F ... on Query { x } ...F } fragment F on Query { y }", """{"y":2,"x":1}""")]
    [InlineData("{ a { ... on Named { name } ... { size } s: size(unit: \"km\") } }", """{"a":{"name":"A","size":"1m","s":"1km"}}""")]
    [InlineData("{ b { name } a { __typename t: __typename } }", """{"b":null,"a":{"__typename":"Item","t":"Item"}}""")]
    [InlineData("{ x @skip(if: true) y @include(if: true) }", """{"y":2}""")]
    [InlineData("{ x @skip(if: true) }", "{}")]
    [InlineData("{ x @include(if: true) @skip(if: true) y }", """{"y":2}""")]
    [InlineData("{ a { name @include(if: false) } ... @skip(if: true) { x } ...F @include(if: false) } fragment F on Query { y }", """{"a":{}}""")]
    public async Task Execute_Should_AnswerInTheOrderOfTheDocument(string query, string data) => Assert.Equal($$"""{"data":{{data}}}""", await Server.AskAsync(query));

    [Theory]
    [InlineData(true, true, """{"x":1,"y":2,"a":{"name":"A"}}""")]
    [InlineData(true, false, """{"x":1,"a":{"name":"A"}}""")]
    [InlineData(false, true, """{"y":2,"a":{}}""")]
    [InlineData(false, false, """{"a":{}}""")]
    public async Task Execute_Should_FollowVariables_When_DirectivesUseThem(bool p, bool q, string data) => Assert.Equal(
        $$"""{"data":{{data}}}""",
        await Server.AskAsync("query ($p: Boolean!, $q: Boolean!) { x @include(if: $p) ... @include(if: $q) { y } a { name @skip(if: $no) @include(if: $p) } }"
            .Replace("$q: Boolean!", "$q: Boolean!, $no: Boolean! = false", StringComparison.Ordinal), new { p, q }));

    [Theory]
    [InlineData(true, """{"x":1,"a":{"name":"A","size":"1m"},"y":2}""")]
    [InlineData(false, """{"y":2,"x":1,"a":{"size":"1m"}}""")]
    public async Task Execute_Should_PlaceAFieldAtItsFirstOccurrenceThatCounts_When_ConditionsDiffer(bool p, string data) => Assert.Equal(
        $$"""{"data":{{data}}}""",
        await Server.AskAsync("query ($p: Boolean!) { ...F @include(if: $p) y x ...F a { size } } fragment F on Query { x @include(if: $p) a @include(if: $p) { name } }", new { p }));

    [Fact]
    public async Task Execute_Should_Refuse_When_AConditionIsNull() => Assert.Equal(
        """{"errors":[{"message":"Variable \"$p\" decides about @skip or @include and must not be null.","locations":[{"line":1,"column":8}],"extensions":{"code":"BAD_USER_INPUT"}}]}""",
        await Server.AskAsync("query ($p: Boolean = true) { x @include(if: $p) }", new Dictionary<string, object?> { ["p"] = null }));

    [Fact]
    public async Task Execute_Should_TakeNull_When_TheVariableIsAConditionOfAnotherOperationAlone() => Assert.Equal(
        """{"data":{"x":1}}""",
        await Server.AskAsync(
            "query A($p: Boolean) { x @chosen(by: $p) } query B($p: Boolean!) { ...F } fragment F on Query { y @include(if: $p) }",
            new Dictionary<string, object?> { ["p"] = null },
            operationName: "A"));

    [Fact]
    public async Task Includes_Should_TellAStepWhatItsChildrenNeed_When_VariablesDecide()
    {
        var seen = new List<string>();
        var server = new TestServer("type Query { item: Item } type Item { name: String size: Int }", bindings => bindings
            .Bind("Query", "item", FieldResolver.FromRequest(context =>
            {
                seen.AddRange(context.Field.SelectionSets[0].Fields.Where(context.Includes).Select(field => field.ResponseName));
                return ValueTask.FromResult("n");
            }))
            .Bind("Item", "name", FieldResolver.FromSource((string name) => name))
            .Bind("Item", "size", FieldResolver.FromSource((string name) => name.Length)));

        await server.AskAsync("query ($p: Boolean!) { item { name @include(if: $p) size } }", new { p = false });

        Assert.Equal(["size"], seen);
    }

    private sealed record Item(string? Name)
    {
        public Item? Sub => Name!.Contains('.', StringComparison.Ordinal) ? null : new Item(Name + ".item");
    }
}
