using System.Net;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Execution;

namespace AnalyticsGraph.GraphQL.Http.Tests;

/// <summary>Lists of requests, and requests with lists of variables.</summary>
public sealed class BatchTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const string Hello = """{"query":"query($n: String) { hello(name: $n) }","variables":{"n":"NAME"}}""";

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/graphql-response+json")]
    public async Task List_Should_BeAnsweredInItsOrder(string accept)
    {
        using var response = await shared.Server.PostAsync($"\r\n\t [{Hello.Replace("NAME", "a", StringComparison.Ordinal)}, {Hello.Replace("NAME", "b", StringComparison.Ordinal)}] ", accept);

        var bytes = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal("""[{"data":{"hello":"Hello a"}},{"data":{"hello":"Hello b"}}]""", System.Text.Encoding.UTF8.GetString(bytes));
        Assert.Equal((HttpStatusCode.OK, accept, (long?)bytes.Length), (response.StatusCode, response.Content.Headers.ContentType!.MediaType, response.Content.Headers.ContentLength));
    }

    [Theory]
    [InlineData("""[{"query":"{ numbers(count: 30000) }"},{"query":"{ hello }"}]""", """[{"data":{"numbers":[N]}},{"data":{"hello":"Hello world"}}]""")]
    [InlineData("""{"query":"query($n: Int!) { numbers(count: $n) }","variables":[{"n":30000},{"n":0}]}""", """[{"data":{"numbers":[N]}},{"data":{"numbers":[]}}]""")]
    public async Task LongLists_Should_BeWrittenAsTheyAreSent(string body, string expected)
    {
        using var response = await shared.Server.PostAsync(body);

        Assert.Equal(expected.Replace("N", string.Join(',', Enumerable.Range(0, 30_000)), StringComparison.Ordinal), await response.Content.ReadAsStringAsync());
        Assert.True(response.Headers.TransferEncodingChunked);
    }

    [Fact]
    public async Task List_Should_AnswerTheOthers_When_SomeAreFaulty()
    {
        string[] entries =
        [
            """{"query":"{ hello }"}""", "1", "[]", """[{"query":"{ hello }"}]""", "{}", """{"query":"{ nothing }"}""", """{"query":"{ fail }"}""", """{"query":"{ crash }"}""",
            """{"query":"{ hello }","variables":3}""", """{"query":"{ hello }","variables":[]}""", """{"query":"\ud800"}""", """{"query":"subscription { count(to: 1) }"}""", """{"query":"{ hello }"}""",
        ];

        using var response = await shared.Server.PostAsync($"[{string.Join(',', entries)}]");

        using var answers = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(
            [
                null, "BAD_REQUEST", "BAD_REQUEST", "BAD_REQUEST", "BAD_REQUEST", "GRAPHQL_VALIDATION_FAILED", "NOT_FOUND", "INTERNAL_SERVER_ERROR",
                "BAD_REQUEST", "BAD_REQUEST", "BAD_REQUEST", "OPERATION_NOT_ALLOWED", null,
            ],
            answers.RootElement.EnumerateArray().Select(Code));
    }

    [Fact]
    public async Task List_Should_RunEachOnce_When_TheyAreTheSameMutation()
    {
        await using var server = await GraphQLServer.StartAsync();

        using var response = await server.PostAsync($"[{string.Join(',', Enumerable.Repeat("""{"query":"mutation { bump }"}""", 50))}]");

        using var answers = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(Enumerable.Range(1, 50), answers.RootElement.EnumerateArray().Select(answer => answer.GetProperty("data").GetProperty("bump").GetInt32()).Order());
    }

    [Theory]
    [InlineData(50, true)]
    [InlineData(51, false)]
    [InlineData(200_000, false)]
    public async Task List_Should_BeRefusedWhole_When_ItIsTooLong(int length, bool runs)
    {
        await using var server = await GraphQLServer.StartAsync();

        using var response = await server.PostAsync($"[{string.Join(',', Enumerable.Repeat("""{"query":"mutation{bump}"}""", length))}]");

        Assert.Equal((runs ? HttpStatusCode.OK : HttpStatusCode.BadRequest, runs ? length : 0), (response.StatusCode, server.Bumps));
        Assert.Equal(!runs, (await response.Content.ReadAsStringAsync()).Contains("LIMIT_EXCEEDED", StringComparison.Ordinal));
    }

    [Fact]
    public async Task List_Should_RunTogether_When_OneWaitsForAnother()
    {
        await using var server = await GraphQLServer.StartAsync();

        var answer = server.PostAsync("""[{"query":"{ gate }"},{"query":"mutation { bump }"}]""");
        while (server.Bumps == 0)
        {
            await Task.Delay(5);
        }

        server.Gate.SetResult("open");
        using var response = await answer;
        Assert.Equal("""[{"data":{"gate":"open"}},{"data":{"bump":1}}]""", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task List_Should_BeCancelled_When_ClientGoesAway()
    {
        await using var server = await GraphQLServer.StartAsync();
        using var leaving = new CancellationTokenSource();
        using var content = new StringContent("""[{"query":"{ hello }"},{"query":"{ forever }"}]""", null, "application/json");

        var answer = server.Client.PostAsync(server.Url, content, leaving.Token);
        await server.Waiting.Task;
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        await server.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Variables_Should_BeAnsweredByAList_When_TheyAreAList()
    {
        using var response = await shared.Server.PostAsync("""{"query":"query($n: Int!) { sum(numbers: [$n, 1]) }","variables":[{"n":1},{"n":"x"},{"n":2},{},null]}""");

        var bytes = await response.Content.ReadAsByteArrayAsync();
        using var answers = JsonDocument.Parse(bytes);
        Assert.Equal((HttpStatusCode.OK, (long?)bytes.Length), (response.StatusCode, response.Content.Headers.ContentLength));
        Assert.Equal([null, "BAD_USER_INPUT", null, "BAD_USER_INPUT", "BAD_USER_INPUT"], answers.RootElement.EnumerateArray().Select(Code));
        Assert.Equal("""{"data":{"sum":3}}""", answers.RootElement[2].GetRawText());
    }

    [Fact]
    public async Task Variables_Should_BeAnsweredByAListInTheList_When_TheRequestIsOneOfABatch()
    {
        using var response = await shared.Server.PostAsync(
            """[{"query":"{ hello }"},{"query":"query($n: Int!) { sum(numbers: [$n]) }","variables":[{"n":1},{"n":2}]},{"query":"{ hello }","variables":[{}]}]""");

        Assert.Equal(
            """[{"data":{"hello":"Hello world"}},[{"data":{"sum":1}},{"data":{"sum":2}}],[{"data":{"hello":"Hello world"}}]]""", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("""{"query":"mutation { bump }","variables":[SETS]}""")]
    [InlineData("""[{"query":"mutation { bump }"},{"query":"mutation { bump }","variables":[SETS]}]""")]
    public async Task Variables_Should_CountToTheSameLimit(string body)
    {
        await using var server = await GraphQLServer.StartAsync(new GraphQLHttpOptions { Batch = new GraphQLBatchOptions { MaxSize = 3 } });

        using var response = await server.PostAsync(body.Replace("SETS", body[0] == '[' ? "{},{},{}" : "{},{},{},{}", StringComparison.Ordinal));

        Assert.Equal((HttpStatusCode.BadRequest, 0), (response.StatusCode, server.Bumps));
        Assert.Contains("LIMIT_EXCEEDED", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_Should_Refuse_When_VariablesAreAList()
    {
        using var response = await shared.Server.GetAsync("?query={hello}&variables=[{}]");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Batch_Should_NotBeAnswered_When_OnlyPartsAreAccepted()
    {
        using var response = await shared.Server.PostAsync($"[{Hello}]", "multipart/mixed");

        Assert.Equal(HttpStatusCode.NotAcceptable, response.StatusCode);
    }

    private static string? Code(JsonElement answer) =>
        answer.TryGetProperty("errors", out var errors) ? errors[0].GetProperty("extensions").GetProperty("code").GetString() : null;
}
