using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;

namespace AnalyticsGraph.GraphQL.Tests.Execution;

/// <summary>Valid documents whose plans would outgrow stack, memory or time are refused by a named limit.</summary>
public sealed class HostileOperationTests
{
    private static readonly TestServer Server = new(
        "type Query { x: Int self: Query }",
        bindings => bindings
            .Bind("Query", "x", FieldResolver.FromRequest(_ => ValueTask.FromResult(1)))
            .Bind("Query", "self", FieldResolver.FromRequest(_ => ValueTask.FromResult<object?>(null))));

    [Fact]
    public void Execute_Should_NotOverflowTheStack_When_FragmentsFormALongChain()
    {
        var query = "{ ...f0 }" + string.Concat(Enumerable.Range(0, 6_000).Select(i => $"fragment f{i} on Query{{...f{i + 1}}}")) + "fragment f6000 on Query{x}";

        // On a stack as small as any thread of a host may have.
        string? answer = null;
        var thread = new Thread(() => answer = Server.AskAsync(query).GetAwaiter().GetResult(), maxStackSize: 512 * 1024);
        thread.Start();
        thread.Join();

        Assert.True(answer is "{\"data\":{\"x\":1}}" || answer!.Contains(ErrorCodes.LimitExceeded, StringComparison.Ordinal), answer);
    }

    [Fact]
    public async Task Execute_Should_PlanForTheGivenVariablesAlone_When_ConditionsOfFragmentsMultiply()
    {
        const int Levels = 40;
        var variables = string.Concat(Enumerable.Range(0, Levels).Select(i => $"$a{i}:Boolean!$b{i}:Boolean!"));
        var query = $"query({variables}){{...f0}}"
            + string.Concat(Enumerable.Range(0, Levels).Select(i => $"fragment f{i} on Query{{...f{i + 1}@include(if:$a{i})...f{i + 1}@include(if:$b{i})}}"))
            + $"fragment f{Levels} on Query{{x}}";

        Assert.Equal("{\"data\":{\"x\":1}}", await Server.AskAsync(query, Enumerable.Range(0, Levels).SelectMany(i => new[] { $"a{i}", $"b{i}" }).ToDictionary(name => name, _ => true)));
    }

    [Fact]
    public async Task Execute_Should_Refuse_When_FragmentsMultiplyFields()
    {
        var query = "{...f0}" + string.Concat(Enumerable.Range(0, 40).Select(i => $"fragment f{i} on Query{{a:self{{...f{i + 1}}}b:self{{...f{i + 1}}}}}")) + "fragment f40 on Query{x}";

        Assert.Equal([$"- {ErrorCodes.LimitExceeded}"], await Server.ErrorsAsync(query));
    }
}
