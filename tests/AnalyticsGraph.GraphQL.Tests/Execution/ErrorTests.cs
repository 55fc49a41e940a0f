using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;

namespace AnalyticsGraph.GraphQL.Tests.Execution;

/// <summary>Section 7.1: what errors look like, and what they do not give away.</summary>
public sealed class ErrorTests
{
    private readonly List<UnexpectedError> _log = [];

    [Theory]
    [InlineData("{ known }", """{"errors":[{"message":"No such run.","locations":[{"line":1,"column":3}],"path":["known"],"extensions":{"code":"NOT_FOUND","hint":{"ids":[1,"a",null,true,2.5]}}}],"data":{"known":null}}""")]
    [InlineData("{ a: known\n known }", """{"errors":[{"message":"No such run.","locations":[{"line":1,"column":3}],"path":["a"],"extensions":{"code":"NOT_FOUND","hint":{"ids":[1,"a",null,true,2.5]}}},{"message":"No such run.","locations":[{"line":2,"column":2}],"path":["known"],"extensions":{"code":"NOT_FOUND","hint":{"ids":[1,"a",null,true,2.5]}}}],"data":{"a":null,"known":null}}""")]
    [InlineData("query A { ok } query B { ok }", """{"errors":[{"message":"Must provide operation name if query contains multiple operations.","extensions":{"code":"OPERATION_NOT_FOUND"}}]}""")]
    [InlineData("subscription { tick }", """{"errors":[{"message":"A subscription needs a stream of events; this request has one answer.","locations":[{"line":1,"column":1}],"extensions":{"code":"OPERATION_NOT_ALLOWED"}}]}""")]
    [InlineData("{ ok", """{"errors":[{"message":"Syntax Error: Expected Name, found <EOF>.","locations":[{"line":1,"column":5}],"extensions":{"code":"GRAPHQL_SYNTAX_ERROR"}}]}""")]
    public async Task Execute_Should_TellErrors(string query, string body) => Assert.Equal(body, await Server().AskAsync(query));

    [Fact]
    public async Task Execute_Should_TellRequestErrors_When_ValidationFails()
    {
        var errors = await Server().ErrorsAsync("{ ok okk }");

        Assert.Equal(["- GRAPHQL_VALIDATION_FAILED"], errors);
    }

    [Fact]
    public async Task Execute_Should_FindTheOperation_When_ItsNameIsGiven()
    {
        const string query = "query A { ok } query B { b: ok }";

        Assert.Equal("""{"data":{"b":1}}""", await Server().AskAsync(query, operationName: "B"));
        Assert.Equal(
            """{"errors":[{"message":"Unknown operation named \"C\".","extensions":{"code":"OPERATION_NOT_FOUND"}}]}""", await Server().AskAsync(query, operationName: "C"));
        Assert.Equal(
            """{"errors":[{"message":"Unknown operation named \"\".","extensions":{"code":"OPERATION_NOT_FOUND"}}]}""", await Server().AskAsync("{ ok }", operationName: ""));
    }

    [Theory]
    [InlineData("{ crash }")]
    [InlineData("{ crashLater }")]
    public async Task Execute_Should_HideTheExceptionAndLogIt_When_AStepFailsUnexpectedly(string query)
    {
        var body = await Server().AskAsync(query);

        var logged = Assert.Single(_log);
        Assert.Equal("secret connection string", logged.Exception.Message);
        Assert.StartsWith("Query.crash", logged.Field, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", body, StringComparison.Ordinal);
        Assert.Contains($"\"extensions\":{{\"code\":\"INTERNAL_SERVER_ERROR\",\"traceId\":\"{logged.TraceId}\"}}", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Execute_Should_UseTheIdOfTheTrace_When_ThereIsOne()
    {
        using var activity = new Activity("request").Start();

        await Server().AskAsync("{ crash }");

        Assert.Equal(activity.TraceId.ToHexString(), Assert.Single(_log).TraceId);
    }

    [Fact]
    public async Task Execute_Should_LogTheCause_When_AStepKnowsWhatTheServerDidWrong()
    {
        var body = await Server().AskAsync("{ knownFault }");

        var logged = Assert.Single(_log);
        Assert.Equal("secret cause", logged.Exception.InnerException!.Message);
        Assert.Equal(
            $$$"""{"errors":[{"message":"A stored number is too large.","locations":[{"line":1,"column":3}],"path":["knownFault"],"extensions":{"code":"INTERNAL_SERVER_ERROR","traceId":"{{{logged.TraceId}}}"}}],"data":{"knownFault":null}}""",
            body);
    }

    [Fact]
    public async Task Execute_Should_TellTheSectionOfTheSpecification_When_TheDocumentIsNotValid() => Assert.Equal(
        """{"errors":[{"message":"Cannot query field \"okk\" on type \"Query\". Did you mean \"ok\"?","locations":[{"line":1,"column":3}],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED","specifiedBy":"https://spec.graphql.org/September2025/#sec-Field-Selections"}}]}""",
        await Server().AskAsync("{ okk }"));

    [Fact]
    public async Task Execute_Should_LogTheFaultOfARow_When_ItTellsIt()
    {
        var body = await Server(new GraphQLExecutorOptions { MaxErrors = 1 }).AskAsync("{ rows { damaged } }");

        var logged = Assert.Single(_log);
        Assert.Equal(("Row.damaged", "A stored number is damaged."), (logged.Field, logged.Exception.Message));
        Assert.Contains($$$"""["rows",1,"damaged"],"extensions":{"code":"INTERNAL_SERVER_ERROR","traceId":"{{{logged.TraceId}}}"}},{"message":"1 more errors were left out""", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Execute_Should_TellEachRow_When_AStepFailsForMany()
    {
        var errors = await Server().ErrorsAsync("{ rows { bad } }");

        Assert.Equal(["rows.0.bad CONFLICT", "rows.1.bad CONFLICT", "rows.2.bad CONFLICT"], errors);
    }

    [Fact]
    public async Task Execute_Should_TellOneRow_When_ASourceFunctionThrowsForIt() =>
        Assert.Equal(["rows.1.odd NOT_FOUND"], await Server().ErrorsAsync("{ rows { odd } }"));

    [Fact]
    public async Task Execute_Should_CountWhatItLeavesOut_When_ErrorsAreTooMany()
    {
        using var json = JsonDocument.Parse(await Server(new GraphQLExecutorOptions { MaxErrors = 2 }).AskAsync("{ rows { bad } more: rows { bad } }"));

        var messages = json.RootElement.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("message").GetString());
        Assert.Equal(["no", "no", "4 more errors were left out: a response tells at most 2."], messages);
    }

    [Theory]
    [InlineData("{ short }")]
    [InlineData("{ wrong }")]
    public async Task Execute_Should_LogAFault_When_AColumnDoesNotFitItsField(string query)
    {
        var body = await Server().AskAsync(query);

        Assert.Contains("INTERNAL_SERVER_ERROR", body, StringComparison.Ordinal);
        Assert.Matches("The step of Query.* yielded a .* rows for 1 parents.", Assert.Single(_log).Exception.Message);
    }

    [Fact]
    public async Task Execute_Should_Fail_When_TheResponseIsTooLarge() => Assert.Equal(
        """{"errors":[{"message":"The response exceeds 5000 bytes. Select less, or page.","extensions":{"code":"LIMIT_EXCEEDED"}}],"data":null}""",
        await Server(new GraphQLExecutorOptions { MaxResponseBytes = 5000 }).AskAsync("{ large }"));

    private TestServer Server(GraphQLExecutorOptions? options = null)
    {
        var known = new GraphQLError("No such run.", ErrorCodes.NotFound)
        {
            Extensions = ImmutableDictionary<string, object?>.Empty.Add("hint", new Dictionary<string, object?> { ["ids"] = new object?[] { 1, "a", null, true, 2.5 } }),
        };
        var damaged = new GraphQLError("A stored number is damaged.", ErrorCodes.Internal);
        return new TestServer(
            "type Query { ok: Int known: Int knownFault: Int crash: Int crashLater: Int short: Int wrong: Int large: String rows: [Row!]! } type Row { bad: Int odd: Int damaged: Int } type Subscription { tick: Int }",
            bindings => bindings
                .Bind("Query", "ok", FieldResolver.FromRequest(_ => ValueTask.FromResult(1)))
                .Bind("Query", "known", FieldResolver.FromRequest<int>(_ => throw new GraphQLException(known)))
                .Bind("Query", "knownFault", FieldResolver.FromRequest<int>(_ =>
                    throw new GraphQLException(new GraphQLError("A stored number is too large.", ErrorCodes.Internal), new OverflowException("secret cause"))))
                .Bind("Query", "crash", FieldResolver.FromRequest<int>(_ => throw new InvalidOperationException("secret connection string")))
                .Bind("Query", "crashLater", FieldResolver.FromRequest<int>(async _ =>
                {
                    await Task.Yield();
                    throw new InvalidOperationException("secret connection string");
                }))
                .Bind("Query", "short", FieldResolver.FromBatch((_, _) => ValueTask.FromResult<Column>(new Int32Column([]))))
                .Bind("Query", "wrong", FieldResolver.FromBatch((_, _) => ValueTask.FromResult<Column>(new ListColumn([0, 0], new Int32Column([])))))
                .Bind("Query", "large", FieldResolver.FromRequest(_ => ValueTask.FromResult(new string('x', 100_000))))
                .Bind("Query", "rows", FieldResolver.FromRequest(_ => ValueTask.FromResult(new[] { 0, 1, 2 })))
                .Bind("Row", "bad", FieldResolver.FromBatch((_, _) => throw new GraphQLException(new GraphQLError("no", ErrorCodes.Conflict))))
                .Bind("Row", "damaged", FieldResolver.FromBatch((_, _) => ValueTask.FromResult<Column>(new Int32Column([1, 0, 0]) { Errors = new Dictionary<int, GraphQLError> { [1] = damaged, [2] = damaged } })))
                .Bind("Row", "odd", FieldResolver.FromSource((int row) => row == 1 ? throw new GraphQLException(known) : row))
                .Bind("Subscription", "tick", FieldResolver.FromEvents(_ => ValueTask.FromResult(new[] { 1 }.ToAsyncEnumerable()))),
            new GraphQLExecutorOptions
            {
                OnUnexpectedError = _log.Add,
                MaxErrors = options?.MaxErrors ?? 100,
                MaxResponseBytes = options?.MaxResponseBytes ?? int.MaxValue,
            });
    }
}
