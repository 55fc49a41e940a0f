using System.Text;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Tests.Execution;

/// <summary>Section 6.4.1: literals, variables, defaults, and what is absent.</summary>
public sealed class ArgumentTests
{
    private static readonly TestServer Server = new(
        "type Query { f(a: Int, d: Int = 7, m: Int! = 8, r: Int, list: [Int!], in: In): String must(a: Int!): String } input In { x: Int y: [Int] = [1] must: Int! = 3 }",
        bindings => bindings
            .Bind("Query", "f", FieldResolver.FromRequest(context => ValueTask.FromResult(Show(context.Arguments))))
            .Bind("Query", "must", FieldResolver.FromRequest(context => ValueTask.FromResult(Show(context.Arguments)))));

    [Theory]
    [InlineData("{ f }", "d=7 m=8")]
    [InlineData("{ f(a: 1, d: null) }", "a=1 d=null m=8")]
    [InlineData("{ f(in: {}) }", "d=7 m=8 in={y=[1] must=3}")]
    [InlineData("{ f(list: 4, in: {x: null, y: 5}) }", "d=7 m=8 list=[4] in={x=null y=[5] must=3}")]
    [InlineData("query ($v: Int) { f(a: $v, d: $v, list: [1, 2]) }", "d=7 m=8 list=[1 2]")]
    [InlineData("query ($v: Int = 2) { f(a: $v, d: $v, m: $v, list: [1], in: {x: $v, y: [$v, 9]}) }", "a=2 d=2 m=2 list=[1] in={x=2 y=[2 9] must=3}")]
    [InlineData("query ($v: Int) { f(in: {x: $v, y: [$v]}) }", "d=7 m=8 in={y=[null] must=3}")]
    [InlineData("query ($v: [Int!] = [5]) { f(list: $v) must(a: 1) }", "d=7 m=8 list=[5]")]
    public async Task Execute_Should_CoerceArguments(string query, string arguments) =>
        Assert.StartsWith($"{{\"data\":{{\"f\":\"{arguments}\"", await Server.AskAsync(query), StringComparison.Ordinal);

    [Fact]
    public async Task Execute_Should_FailTheFieldAlone_When_AVariableIsNullWhereItMayNot()
    {
        const string query = "query ($v: Int = 1) { ok: f must(a: $v) }";

        var body = await Server.AskAsync(query, new Dictionary<string, object?> { ["v"] = null });

        Assert.Contains("\"locations\":[{\"line\":1,\"column\":37}],\"path\":[\"must\"],\"extensions\":{\"code\":\"BAD_USER_INPUT\"}", body, StringComparison.Ordinal);
        Assert.EndsWith("\"data\":{\"ok\":\"d=7 m=8\",\"must\":null}}", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Execute_Should_Refuse_When_AVariableDoesNotFit() =>
        Assert.Equal(["- BAD_USER_INPUT", "- BAD_USER_INPUT"], await Server.ErrorsAsync("query ($a: Int!, $b: [Int!]) { f(a: $a, list: $b) }", new { b = new[] { "x" } }));

    [Fact]
    public async Task Execute_Should_EvaluateArgumentsOnceForCostAndExecution()
    {
        var counting = new CountingCoercion();
        var schema = SchemaBuilder.Build(
            [Utf8Parser.Parse("type Query { f(in: In): String } input In { x: Int counted: Counted } scalar Counted")], new Dictionary<string, ScalarCoercion> { ["Counted"] = counting });
        var bindings = new SchemaBindings().Bind("Query", "f", FieldResolver.FromRequest(context => ValueTask.FromResult(Show(context.Arguments))));
        var executor = new GraphQLExecutor(ExecutableSchema.Create(schema, bindings));
        var request = new GraphQLRequest { Query = "query ($v: Int) { f(in: {x: $v, counted: 1}) }"u8.ToArray(), VariablesUtf8 = "{\"v\":2}"u8.ToArray() };
        using var first = await executor.ExecuteAsync(request);
        var before = counting.Count;

        using var second = await executor.ExecuteAsync(request);

        Assert.Equal("{\"data\":{\"f\":\"in={x=2 counted=1}\"}}", Encoding.UTF8.GetString(second.Body.Span));
        Assert.Equal(1, counting.Count - before);
    }

    private static string Show(ArgumentValues values) => string.Join(' ', values.Values.ToArray().Select(pair => $"{pair.Key}={Show(pair.Value)}"));

    private static string Show(object? value) => value switch
    {
        null => "null",
        object?[] list => $"[{string.Join(' ', list.Select(Show))}]",
        ArgumentValues values => $"{{{Show(values)}}}",
        _ => value.ToString()!,
    };

    /// <summary>A scalar that counts how often a literal of it is coerced.</summary>
    private sealed class CountingCoercion : ScalarCoercion
    {
        public int Count { get; private set; }

        public override bool TryCoerceLiteral(ValueNode literal, IReadOnlyDictionary<string, object?>? variables, out object? value, out string? error)
        {
            Count++;
            (value, error) = (((IntValueNode)literal).Value, null);
            return true;
        }

        public override bool TryCoerceJson(JsonElement json, out object? value, out string? error)
        {
            (value, error) = (json.GetRawText(), null);
            return true;
        }
    }
}
