using System.Text.Json;
using AnalyticsGraph.GraphQL.Cost;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Tests.Execution;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Tests.Cost;

/// <summary>The GraphQL Cost Directives specification: what operations may cost, and that those beyond a limit do not run.</summary>
public sealed class CostTests
{
    private const string Sdl = CostDirectives.Sdl + """

        directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
        type Query {
            one: User
            users(first: Int, last: Int): [User!]! @listSize(slicingArguments: ["first", "last"], assumedSize: 5, requireOneSlicingArgument: false)
            strict(first: Int, last: Int): [User!]! @listSize(slicingArguments: ["first", "last"])
            page(by: Paging): UserPage! @listSize(slicingArguments: ["by.first"], sizedFields: ["nodes", "edges"], assumedSize: 7)
            some(ids: [ID!]!): [User]! @listSize(slicingArguments: ["ids"])
            plain: [User!]!
            any: [Any!]!
            dear: Int @cost(weight: "12.5")
            search(text: String @cost(weight: "3"), by: Filter): Int
        }
        input Paging { first: Int after: String }
        input Filter { text: String @cost(weight: "2") and: [Filter!] }
        type UserPage { nodes: [User!]! edges: [Edge!]! total: Int }
        type Edge { node: User! cursor: String }
        type User { name: String friends(first: Int): [User!]! @listSize(slicingArguments: ["first"], assumedSize: 3, requireOneSlicingArgument: false) heavy: Heavy tags: [[Tag!]!]! }
        type Heavy @cost(weight: "4") { size: Size }
        type Tag { name: String }
        scalar Size @cost(weight: "0.5")
        union Any = User | Heavy
        type Mutation { none: Int }
        """;

    [Theory]
    // Nothing but the root object.
    [InlineData("{ __typename }", 0, 1)]
    // A field of an object: itself, and the object it may return.
    [InlineData("{ one { name } }", 1, 2)]
    // Equal fields and fragments count once, aliases each.
    [InlineData("{ one { name } ...F ... { one { name } } } fragment F on Query { one { name } }", 1, 2)]
    [InlineData("{ a: one { name } b: one { name } }", 2, 3)]
    // Sizes: the slicing argument, the greater of two, the assumed one.
    [InlineData("{ users(first: 10) { name } }", 1, 11)]
    [InlineData("{ users(first: 10, last: 20) { name } }", 1, 21)]
    [InlineData("{ users { name } }", 1, 6)]
    // A list that is as long as an argument.
    [InlineData("{ some(ids: [\"a\", \"b\", \"c\"]) { name } }", 1, 4)]
    [InlineData("{ some(ids: \"a\") { name } }", 1, 2)]
    // Lists multiply: 10 times 20 friends and their fields.
    [InlineData("{ users(first: 10) { friends(first: 20) { heavy { size } } } }", 1 + 10 + 200, 1 + 10 + 200 + (200 * 4) + (200 * 0.5))]
    [InlineData("{ users(first: 0) { friends(first: 20) { name } } }", 1, 1)]
    // Without a directive a list has the default of ten, within another list again.
    [InlineData("{ plain { name } }", 1, 11)]
    [InlineData("{ one { tags { name } } }", 2, 102)]
    // Connections: the page is one, its sized fields have the size.
    [InlineData("{ page(by: {first: 30}) { total nodes { name } } }", 3, 32)]
    [InlineData("{ page(by: {first: 30}) { edges { node { name } } } }", 1 + 1 + 1 + 30, 1 + 1 + 30 + 30)]
    // Of several possible types the dearest: 10 times Heavy with its Size.
    [InlineData("{ any { ... on User { name } ... on Heavy { size } } }", 1, 1 + (10 * 4.5))]
    // Weights of fields and of what is given to them.
    [InlineData("{ dear }", 12.5, 1)]
    [InlineData("{ search }", 0, 1)]
    [InlineData("{ search(text: \"x\") }", 3, 1)]
    [InlineData("{ search(text: null) }", 0, 1)]
    [InlineData("{ search(by: {text: \"x\", and: [{text: \"y\"}, {}]}) }", 1 + 2 + 1 + 2, 1)]
    public async Task Report_Should_TellWhatTheSpecificationCounts(string query, double fieldCost, double typeCost)
    {
        Assert.Equal(new OperationCost(fieldCost, typeCost), await CostOf(query));
    }

    [Fact]
    public async Task Report_Should_CountVariablesLikeLiterals()
    {
        const string Query = "query($n: Int, $by: Filter, $with: Boolean!) { users(first: $n) { name @include(if: $with) heavy @include(if: $with) { size } } search(by: $by) }";

        Assert.Equal(new OperationCost(1 + 100 + 3, 1 + 100 + (100 * 4.5)), await CostOf(Query, new { n = 100, by = new { text = "x" }, with = true }));
        Assert.Equal(new OperationCost(1, 1 + 5), await CostOf(Query, new { with = false }));
    }

    [Fact]
    public async Task Introspection_Should_CountWhatTheSchemaHas()
    {
        var types = SchemaBuilder.Build([Utf8Parser.Parse(Sdl)]).Types.Count;

        Assert.Equal(new OperationCost(1, 2 + types), await CostOf("{ __schema { types { name } } }"));
        Assert.Equal(new OperationCost(1 + (2 * types), 2 + types + (2 * types * 2)), await CostOf("{ __schema { types { a: inputFields { name } b: inputFields { name } } } }"));
        Assert.Equal(new OperationCost(1, 2 + 2), await CostOf("{ __type(name: \"Filter\") { inputFields { name } } }"));
    }

    [Fact]
    public async Task Execute_Should_RefuseBeforeAnythingRuns_When_TheOperationCostsTooMuch()
    {
        var server = Server(new CostOptions { MaxTypeCost = 100 });

        using var json = JsonDocument.Parse(await server.AskAsync("{ users(first: 100) { name } }"));
        var error = json.RootElement.GetProperty("errors")[0];
        Assert.Equal("The operation may cost too much: field cost 1 of at most 10000000, type cost 101 of at most 100. Ask for shorter lists, or page.", error.GetProperty("message").GetString());
        Assert.Equal("LIMIT_EXCEEDED", error.GetProperty("extensions").GetProperty("code").GetString());
        Assert.Equal(101, error.GetProperty("extensions").GetProperty("typeCost").GetDouble());
        Assert.False(json.RootElement.TryGetProperty("data", out _));
        Assert.Equal("""{"data":{"users":[]}}""", await server.AskAsync("{ users(first: 99) { name } }"));
        Assert.Equal(["- LIMIT_EXCEEDED"], await server.ErrorsAsync("query($n: Int) { users(first: $n) { name } }", new { n = 100 }));
        Assert.Empty(await server.ErrorsAsync("query($n: Int) { users(first: $n) { name } }", new { n = 99 }));
    }

    [Fact]
    public async Task Execute_Should_RefuseAsMuch_When_TheDearFieldsAreDeferred()
    {
        var server = Server(new CostOptions { MaxTypeCost = 100 });

        var refused = Assert.Single(await server.PartsAsync("{ one { name } ... @defer { users(first: 50) { ... @defer { heavy { size } } } } }"));

        Assert.Contains("type cost 277 of at most 100", refused, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ strict { name } }")]
    [InlineData("{ strict(first: 1, last: 1) { name } }")]
    [InlineData("query($n: Int) { strict(first: $n) { name } }")]
    public async Task Execute_Should_Refuse_When_NotExactlyOneSlicingArgumentIsGiven(string query) =>
        Assert.Equal(["- BAD_USER_INPUT"], await Server().ErrorsAsync(query));

    [Fact]
    public async Task Execute_Should_NameThePlace_When_APageIsTooLarge() => Assert.Equal(
        """{"errors":[{"message":"`last` of Query.users is 101; at most 100 rows are read at once. Page on with the last cursor, or narrow `where`.","locations":[{"line":1,"column":3}],"extensions":{"code":"LIMIT_EXCEEDED"}}]}""",
        await Server().AskAsync("{ users(last: 101) { name } }"));

    [Fact]
    public async Task Execute_Should_BoundTheErrors_When_ManyPagesAreTooLarge()
    {
        var fields = string.Concat(Enumerable.Range(0, 500).Select(i => $"a{i}: users(last: 101) {{ name }} "));

        Assert.Equal(50, (await Server().ErrorsAsync($"{{ {fields} }}")).Length);
    }

    [Theory]
    [InlineData("type Query { a: Int @cost(weight: \"much\") }", "Query.a has a @cost whose weight \"much\" is no decimal number.")]
    [InlineData("type Query { a: Int @listSize(assumedSize: 1) }", "Query.a has a @listSize without sizedFields, but is no list.")]
    [InlineData("type Query { a: [Int] @listSize(assumedSize: -1) }", "Query.a has a @listSize whose assumedSize is negative.")]
    [InlineData("type Query { a(n: String): [Int] @listSize(slicingArguments: [\"n\"]) }", "Query.a has a @listSize with the slicing argument `n`, which is no Int and no list among its arguments.")]
    [InlineData("type Query { a: Query @listSize(sizedFields: [\"b\"]) b: Int }", "Query.a has a @listSize with the sized field `b`, which is no list of Query.")]
    public void Create_Should_NameTheFault_When_ADirectiveMakesNoSense(string sdl, string fault)
    {
        var exception = Assert.Throws<SchemaBindingException>(() => new TestServer($"{CostDirectives.Sdl} {sdl}", bindings =>
        {
            bindings.Bind("Query", "a", FieldResolver.FromRequest(_ => ValueTask.FromResult<int[]?>(null)));
        }));

        Assert.Contains(fault, exception.Message, StringComparison.Ordinal);
    }

    private static async Task<OperationCost> CostOf(string query, object? variables = null)
    {
        using var json = JsonDocument.Parse(await Server().AskAsync(query, variables, reportCost: true));
        var cost = json.RootElement.GetProperty("extensions").GetProperty("operationCost");
        return new OperationCost(cost.GetProperty("fieldCost").GetDouble(), cost.GetProperty("typeCost").GetDouble());
    }

    private static TestServer Server(CostOptions? options = null) => new(
        Sdl,
        bindings =>
        {
            foreach (var type in SchemaBuilder.Build([Utf8Parser.Parse(Sdl)]).Types.Values.OfType<ObjectType>().Where(type => !type.Name.StartsWith("__", StringComparison.Ordinal)))
            {
                foreach (var field in type.Fields.Values)
                {
                    bindings.Bind(type.Name, field.Name, new NothingResolver());
                }
            }
        },
        new GraphQLExecutorOptions { Cost = options ?? new CostOptions() });

    // Costs do not depend on what is found: every list is empty and everything else is null.
    private sealed class NothingResolver : FieldResolver
    {
        public override FieldStep Bind(FieldBinding binding) => new Step(binding.Field.Definition.Type.Nullable is ListType);

        private sealed class Step(bool isList) : FieldStep
        {
            public override int? MaxListSize => 100;

            public override ValueTask<Column> ExecuteAsync(ObjectBatch parents, StepContext context) =>
                new(isList ? new ListColumn(new int[parents.Count + 1], new NullColumn(0)) : new NullColumn(parents.Count));
        }
    }
}
