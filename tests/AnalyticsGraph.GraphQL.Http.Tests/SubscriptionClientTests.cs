using System.Text.Json;
using AnalyticsGraph.Tests.Differential;

namespace AnalyticsGraph.GraphQL.Http.Tests;

/// <summary>The clients that the protocols come from understand us: <c>graphql-ws</c> and <c>graphql-sse</c>.</summary>
public sealed class SubscriptionClientTests
{
    [Fact]
    public async Task Clients_Should_HearEveryKindOfAnswer()
    {
        await using var server = await GraphQLServer.StartAsync();

        using var answers = JsonDocument.Parse(await NodeScript.RunAsync(["subscriptions.mjs", server.Url.ToString()]));

        Assert.Equal(["opened", "connected", "pong"], answers.RootElement.GetProperty("events").EnumerateArray().Select(text => text.GetString()));
        AssertAnswers(answers.RootElement.GetProperty("socket"), invalid: """[{"error":["GRAPHQL_VALIDATION_FAILED"]}]""");
        AssertAnswers(answers.RootElement.GetProperty("distinct"), invalid: null);
        AssertAnswers(answers.RootElement.GetProperty("single"), invalid: """[{"error":"NetworkError: Server responded with 400: Bad Request"}]""");
        await server.WaitForSubscriptionsAsync(0);
    }

    private static void AssertAnswers(JsonElement answers, string? invalid)
    {
        Assert.Equal("""[{"data":{"hello":"Hello you"}},"complete"]""", Text("query"));
        Assert.Equal("""[{"data":{"publish":true}},"complete"]""", Text("mutation"));
        Assert.Equal("""[{"fail":null,"hello":"Hello world"},"complete"]""", Text("fieldError"));
        Assert.Equal("""[{"data":{"count":1}},{"data":{"count":2}},{"data":{"count":3}},"complete"]""", Text("subscription"));
        Assert.Equal("""[{"data":{"heard":"a"}},{"data":{"heard":"a"}},"complete"]""", Text("left"));
        Assert.Equal("""[{"data":{"again":"a"}},"complete"]""", Text("other"));
        Assert.StartsWith("""[{"data":{"fails":1}},{"error""", Text("failing"), StringComparison.Ordinal);
        if (invalid is not null)
        {
            Assert.Equal(invalid, Text("invalid"));
            Assert.Equal(invalid.Replace("GRAPHQL_VALIDATION_FAILED", "NOT_FOUND", StringComparison.Ordinal), Text("refused"));
        }
        else
        {
            Assert.Contains("GRAPHQL_VALIDATION_FAILED", Text("invalid"), StringComparison.Ordinal);
            Assert.EndsWith(",\"complete\"]", Text("invalid"), StringComparison.Ordinal);
            Assert.Contains("NOT_FOUND", Text("refused"), StringComparison.Ordinal);
        }

        string Text(string step) => answers.GetProperty(step).GetRawText();
    }
}
