using System.Text.Json;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Tests;

namespace AnalyticsGraph.GraphQL.Tests.Execution;

/// <summary><c>@defer</c>: what comes first, what later, and how it is told.</summary>
public sealed class DeferTests
{
    [Fact]
    public async Task Defer_Should_DeliverAFragmentAfterItsObject()
    {
        var parts = await new IncrementalServer().PartsAsync("""{ book { id ... @defer(label: "more") { title } } }""");

        Assert.Equal(
            [
                """{"data":{"book":{"id":1}},"hasNext":true,"pending":[{"id":"0","path":["book"],"label":"more"}]}""",
                """{"hasNext":false,"incremental":[{"id":"0","data":{"title":"Book 1"}}],"completed":[{"id":"0"}]}""",
            ],
            parts);
    }

    [Fact]
    public async Task Defer_Should_RunAFieldOnceForAllObjects_When_TheyWaitTogether()
    {
        var server = new IncrementalServer(books: 50);

        var parts = await server.PartsAsync("{ books { id ...F @defer } } fragment F on Book { title author { name } }");

        Assert.Equal(2, parts.Count);
        Assert.Equal(["books(1)", "Book.id(50)", "title(50)", "author(50)", "name(50)"], server.Runs);
    }

    [Fact]
    public async Task Defer_Should_NotDeliverTwice_When_TheObjectHasTheFieldAnyway()
    {
        var parts = await new IncrementalServer().PartsAsync("{ book { id author { id } ... @defer { id author { id name } } } }");

        Assert.Equal(
            [
                """{"data":{"book":{"id":1,"author":{"id":1}}},"hasNext":true,"pending":[{"id":"0","path":["book"]}]}""",
                """{"hasNext":false,"incremental":[{"id":"0","subPath":["author"],"data":{"name":"Author 1"}}],"completed":[{"id":"0"}]}""",
            ],
            parts);
    }

    [Fact]
    public async Task Defer_Should_AnswerAtOnce_When_NothingIsLeftToDefer() =>
        Assert.Equal("""{"data":{"book":{"id":1}}}""", Assert.Single(await new IncrementalServer().PartsAsync("{ book { id ... @defer { id } } }")));

    [Fact]
    public async Task Defer_Should_ComeAfterTheFragmentAround_When_Nested()
    {
        var parts = await new IncrementalServer().PartsAsync("{ ... @defer(label: \"outer\") { book { id ... @defer(label: \"inner\") { title } } } }");

        Assert.Equal(
            [
                """{"data":{},"hasNext":true,"pending":[{"id":"0","path":[],"label":"outer"}]}""",
                """{"hasNext":true,"pending":[{"id":"1","path":["book"],"label":"inner"}],"incremental":[{"id":"0","data":{"book":{"id":1}}}],"completed":[{"id":"0"}]}""",
                """{"hasNext":false,"incremental":[{"id":"1","data":{"title":"Book 1"}}],"completed":[{"id":"1"}]}""",
            ],
            parts);
    }

    [Fact]
    public async Task Defer_Should_DeliverSharedFieldsOnce_When_TwoFragmentsHaveThem()
    {
        var parts = await new IncrementalServer().PartsAsync("""{ book { ... @defer(label: "a") { id title } ... @defer(label: "b") { title tags } } }""");

        Assert.Equal(
            [
                """{"data":{"book":{}},"hasNext":true,"pending":[{"id":"0","path":["book"],"label":"a"},{"id":"1","path":["book"],"label":"b"}]}""",
                """{"hasNext":false,"incremental":[{"id":"0","data":{"id":1}},{"id":"0","data":{"title":"Book 1"}},{"id":"1","data":{"tags":["a1","b1"]}}],"completed":[{"id":"0"},{"id":"1"}]}""",
            ],
            parts);
    }

    [Theory]
    [InlineData("books @stream(initialCount: 1) { id ...F }")]
    [InlineData("books @stream { ...F author { ...A } }")]
    [InlineData("books { ...F ... @defer { author { ...A } } }")]
    public async Task Defer_Should_DeliverAllFields_When_OneDirectiveIsReachedTwice(string selection)
    {
        const string fragments = "fragment F on Book { title ...E } fragment E on Book { tags author { ...A } } fragment A on Author { name }";
        var parts = await new IncrementalServer().PartsAsync($$"""{ ... @defer(label: "a") { ...G } ... @defer(label: "b") { ...G } } fragment G on Query { ... @defer { {{selection}} } } {{fragments}}""");

        var books = DeliveredParts.Of([.. parts.Select(part => JsonDocument.Parse(part).RootElement)]).Data!["books"]!.AsArray();
        Assert.Equal(["Book 1", "Book 2", "Book 3"], books.Select(book => book!["title"]!.GetValue<string>()));
        Assert.Equal(["Author 1", "Author 2", "Author 3"], books.Select(book => book!["author"]!["name"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Defer_Should_CompleteWithErrors_When_ANonNullFieldOfTheFragmentFails()
    {
        var parts = await new IncrementalServer().PartsAsync("{ book { id ... @defer { broken } ... @defer { title } } }");

        Assert.Equal(2, parts.Count);
        Assert.Contains("""{"data":{"book":{"id":1}},""", parts[0], StringComparison.Ordinal);
        Assert.Contains("""{"id":"1","data":{"title":"Book 1"}}""", parts[1], StringComparison.Ordinal);
        Assert.Matches("""\{"id":"0","errors":\[\{"message":"The server failed unexpectedly[^}]*"locations":\[\{"line":1,"column":26\}\],"path":\["book","broken"\]""", parts[1]);
        Assert.DoesNotContain("\"data\":null", parts[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Defer_Should_TellOnceWhatIsLeftOut_When_TheFirstPartHasTooManyErrors()
    {
        var parts = await new IncrementalServer(options: new GraphQLExecutorOptions { MaxErrors = 1 }).PartsAsync("{ a: book { broken } b: book { broken } ... @defer { hello } }");

        using var first = JsonDocument.Parse(parts[0]);
        var messages = first.RootElement.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("message").GetString());
        Assert.Equal(["1 more errors were left out: a response tells at most 1."], messages.Skip(1));
    }

    [Fact]
    public async Task Defer_Should_LeaveNothing_When_ItsObjectBecameNull()
    {
        var parts = await new IncrementalServer().PartsAsync("{ hello book { broken author { ... @defer { name } } } }");

        Assert.EndsWith("""data":{"hello":"world","book":null}}""", Assert.Single(parts), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Defer_Should_LeaveNothing_When_TheWholeResponseBecameNull()
    {
        var parts = await new IncrementalServer().PartsAsync("{ broken ... @defer { hello } }");

        Assert.EndsWith("\"data\":null}", Assert.Single(parts), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Defer_Should_DeliverEachFragmentWhenItIsThere_When_AnotherWaits()
    {
        var server = new IncrementalServer();
        await using var parts = server.Server.ReadPartsAsync("{ hello ... @defer { slow } ... @defer { book { title } } }").GetAsyncEnumerator();

        await parts.MoveNextAsync();
        Assert.Equal("""{"data":{"hello":"world"},"hasNext":true,"pending":[{"id":"0","path":[]},{"id":"1","path":[]}]}""", parts.Current);
        await parts.MoveNextAsync();
        Assert.Equal("""{"hasNext":true,"incremental":[{"id":"1","data":{"book":{"title":"Book 1"}}}],"completed":[{"id":"1"}]}""", parts.Current);
        server.Slow.SetResult("at last");
        await parts.MoveNextAsync();
        Assert.Equal("""{"hasNext":false,"incremental":[{"id":"0","data":{"slow":"at last"}}],"completed":[{"id":"0"}]}""", parts.Current);
        Assert.False(await parts.MoveNextAsync());
    }

    [Theory]
    [InlineData("{ book { id ... @defer(if: false) { title } } }", null)]
    [InlineData("query($d: Boolean!) { book { id ... @defer(if: $d) { title } } }", false)]
    public async Task Defer_Should_CountForNothing_When_SwitchedOff(string query, bool? variable) =>
        Assert.Equal("""{"data":{"book":{"id":1,"title":"Book 1"}}}""", Assert.Single(await new IncrementalServer().PartsAsync(query, variable is null ? null : new { d = variable })));

    [Fact]
    public async Task Defer_Should_Count_When_ItsVariableIsNotGiven() =>
        Assert.Equal(2, (await new IncrementalServer().PartsAsync("query($d: Boolean = true) { book { id ... @defer(if: $d) { title } } }")).Count);

    [Fact]
    public async Task Defer_Should_BePassedOver_When_TheRequestTakesOnePart()
    {
        const string Query = "{ book { id ... @defer { title } } }";

        Assert.Equal("""{"data":{"book":{"id":1,"title":"Book 1"}}}""", await new IncrementalServer().Server.AskAsync(Query));
        Assert.Single(await new IncrementalServer(options: new GraphQLExecutorOptions { DeliverParts = false }).PartsAsync(Query));
    }

    [Fact]
    public async Task Defer_Should_TellOpenPartsTheirEnd_When_TheTimeIsUp()
    {
        var server = new IncrementalServer(options: new GraphQLExecutorOptions { Timeout = TimeSpan.FromMilliseconds(50), CancellationGrace = TimeSpan.Zero });

        var parts = await server.PartsAsync("{ hello ... @defer { slow } }");

        Assert.Equal(2, parts.Count);
        Assert.StartsWith("""{"hasNext":false,"completed":[{"id":"0","errors":[{"message":"The request was cancelled, or took longer than 0.05 s.""", parts[1], StringComparison.Ordinal);
        Assert.Contains("\"code\":\"CANCELLED\"", parts[1], StringComparison.Ordinal);
    }
}
