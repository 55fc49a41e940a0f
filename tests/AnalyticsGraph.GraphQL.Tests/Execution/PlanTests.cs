using System.Globalization;
using System.Text;
using AnalyticsGraph.GraphQL.Execution;

namespace AnalyticsGraph.GraphQL.Tests.Execution;

/// <summary>Plans: their limits, their sharing, what they know of delivery.</summary>
public sealed class PlanTests
{
    private const string Sdl =
        "directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT " +
        "type Query { item: Node } interface Node { next: Node name: String } type A implements Node { next: Node name: String } type B implements Node { next: Node name: String }";

    [Fact]
    public async Task Execute_Should_Refuse_When_FragmentsNestTooDeep()
    {
        var query = new StringBuilder("{ item { ...F0 } }");
        for (var i = 0; i < 60; i++)
        {
            query.Append(CultureInfo.InvariantCulture, $" fragment F{i} on A {{ next {{ ...F{i + 1} }} }}");
        }

        query.Append(" fragment F60 on A { name }");

        Assert.Contains("nests more than 50 levels", await Server(new() { MaxDepth = 50 }).AskAsync(query.ToString()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(40)]
    public async Task Execute_Should_Refuse_When_PossibleTypesMultiply(int depth)
    {
        var query = $"{{ item {{ {string.Concat(Enumerable.Repeat("next { ", depth))} name {new string('}', depth)} }} }}";

        var body = await Server(new() { MaxPlannedFields = 1000 }).AskAsync(query);

        Assert.Contains("selects more than 1000 fields", body, StringComparison.Ordinal);
        Assert.Contains("LIMIT_EXCEEDED", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Execute_Should_Refuse_When_FragmentsThatDoNotApplyAreMany()
    {
        var never = string.Concat(Enumerable.Repeat("... on A @include(if: false) { name } ", 500));
        var uses = string.Concat(Enumerable.Range(0, 200).Select(i => $"i{i}: item {{ ...N }} "));

        var body = await Server(new() { MaxPlannedFields = 1000 }).AskAsync($"{{ {uses} }} fragment N on Node {{ {never} }}");

        Assert.Contains("too many combinations of @skip and @include, or too often", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "Did you mean \\\"item\\\"?")]
    [InlineData(false, "Cannot query field \\\"itme\\\" on type \\\"Query\\\".\"")]
    public async Task Execute_Should_ValidateAsTold_When_SuggestionsAreOnOrOff(bool suggest, string text) =>
        Assert.Contains(text, await Server(new() { Validation = new() { Suggest = suggest } }).AskAsync("{ itme { name } }"), StringComparison.Ordinal);

    [Fact]
    public async Task Execute_Should_Refuse_When_TheDocumentHasTooManyTokens() =>
        Assert.Contains("LIMIT_EXCEEDED", await Server(new() { ParserLimits = new() { MaxTokens = 4 } }).AskAsync("{ item { name } }"), StringComparison.Ordinal);

    [Fact]
    public async Task Execute_Should_AnswerAll_When_ManyThreadsShareAnExecutor()
    {
        var server = Server(new() { MaxCachedDocuments = 3 });

        var answers = await Task.WhenAll(Enumerable.Range(0, 400).Select(i => Task.Run(async () =>
        {
            var name = $"n{i % 7}";
            var query = $"query ($on: Boolean!) {{ {name}: item {{ name @include(if: $on) next {{ name }} ...F }} }} fragment F on Node {{ name }}";
            var expected = i % 2 == 0 ? "{\"name\":\"a\",\"next\":{\"name\":\"b\"}}" : "{\"next\":{\"name\":\"b\"},\"name\":\"a\"}";
            return (Expected: $"{{\"data\":{{\"{name}\":{expected}}}}}", Body: await server.AskAsync(query, new { on = i % 2 == 0 }));
        })));

        Assert.All(answers, answer => Assert.Equal(answer.Expected, answer.Body));
    }

    [Fact]
    public async Task Plan_Should_KnowWhatIsDeferred_When_TheResponseMayComeInParts()
    {
        var groups = new List<string>();
        var server = Server(new(), context =>
        {
            foreach (var field in context.Field.SelectionSets.First(set => set.Type.Name == "A").Fields)
            {
                groups.Add($"{field.ResponseName} {string.Join(' ', field.Deferral.Select(usage => $"{usage.Label ?? "-"} in {usage.Parent?.Label ?? "-"}"))}");
            }
        });

        await server.PartsAsync(
            "{ item { now: name ...D @defer(label: \"d\") both: name ... @defer(if: false) { off: name } } } fragment D on Node { late: name both: name ... @defer { later: name } }");

        Assert.Equal(["now ", "late d in -", "both ", "later - in d", "off "], groups);
    }

    [Fact]
    public async Task Shapes_Should_BeKept_When_TheyHaveNoMoreFieldsThanOnePlanMay()
    {
        var planned = new CountingResolver();
        var server = new TestServer(
            "directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT type Query { x: Int }", bindings => bindings.Bind("Query", "x", planned), new() { MaxPlannedFields = 20 });
        var afterRound = new List<int>();
        for (var round = 0; round < 2; round++)
        {
            for (var shape = 0; shape < 4; shape++)
            {
                await server.PartsAsync("query($a: Boolean!, $b: Boolean!) { a: x b: x c: x d: x ... @defer(if: $a) { e: x } ... @defer(if: $b) { f: x } }", new { a = shape % 2 == 0, b = shape / 2 == 0 });
            }

            afterRound.Add(planned.Count);
        }

        // Six fields each: three shapes are kept, and the fourth is planned again.
        Assert.Equal([6 + (4 * 6), 6 + (4 * 6) + 6], afterRound);
    }

    private static TestServer Server(GraphQLExecutorOptions options, Action<StepContext>? onItem = null) => new(
        Sdl,
        bindings => bindings.BindType<A>("A").BindType<B>("B").Bind("Query", "item", FieldResolver.FromRequest<INode>(context =>
        {
            onItem?.Invoke(context);
            return ValueTask.FromResult<INode>(new A("a", new B("b", null)));
        })),
        options);

    private sealed class CountingResolver : FieldResolver
    {
        private readonly FieldResolver _one = FromRequest(_ => ValueTask.FromResult(1));

        public int Count { get; private set; }

        public override FieldStep Bind(FieldBinding binding)
        {
            Count++;
            return _one.Bind(binding);
        }
    }

    private interface INode
    {
        string Name { get; }
    }

    private sealed record A(string Name, INode? Next) : INode;

    private sealed record B(string Name, INode? Next) : INode;
}
