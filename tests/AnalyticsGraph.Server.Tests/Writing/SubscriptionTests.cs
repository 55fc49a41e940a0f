using System.Net.Http.Json;
using System.Text.Json;
using AnalyticsGraph.Server.Tests.Running;

namespace AnalyticsGraph.Server.Tests.Writing;

/// <summary>The subscriptions over event streams: what was committed is told, what was not is not.</summary>
[Collection("empty")]
public sealed class SubscriptionTests(EmptyServer empty)
{
    [Fact]
    public async Task MetricPoints_Should_BeTold_When_TheyAreLogged()
    {
        var (one, two, other) = (await empty.CreateRunAsync(), await empty.CreateRunAsync(), await empty.CreateRunAsync());
        await empty.LogAsync(one, "loss", 9.0);
        using var all = await SubscribeAsync(
            "subscription($runs: [ID!]!) { metricPoints(runIds: $runs) { run { id metrics { count } } points { key label scope rank epoch step value seq } } }", new { runs = new[] { one, two, one } });
        using var some = await SubscribeAsync("subscription($runs: [ID!]!) { metricPoints(runIds: $runs, keys: [\"acc\"]) { points { value } } }", new { runs = new[] { one } });

        await empty.LogAsync(other, "loss", 1.0);
        // The first point of these is there already, and told by nobody again.
        await empty.LogAsync(two, "acc", 0.5);
        var again = new { runId = one, metrics = new[] { new { key = "loss", value = "NaN", step = 5, time = "2026-01-01T00:00:00Z" }, new { key = "loss", value = "NaN", step = 5, time = "2026-01-01T00:00:00Z" } } };
        await empty.Server.RunAsync("mutation($input: LogBatchInput!) { logBatch(input: $input) { newPoints } }", new { input = again });
        await empty.LogAsync(one, "acc", 0.25);

        Assert.Equal(
            $$$"""{"metricPoints":{"run":{"id":"{{{two}}}","metrics":[{"count":1}]},"points":[{"key":"acc","label":"","scope":"RUN","rank":0,"epoch":0,"step":0,"value":0.5,"seq":1}]}}""", await all.ReadAsync());
        Assert.Equal(
            $$$"""{"metricPoints":{"run":{"id":"{{{one}}}","metrics":[{"count":2}]},"points":[{"key":"loss","label":"","scope":"RUN","rank":0,"epoch":0,"step":5,"value":"NaN","seq":2}]}}""",
            (await all.ReadAsync()).Replace("{\"count\":1},", "", StringComparison.Ordinal));
        Assert.Equal("""{"metricPoints":{"points":[{"value":0.25}]}}""", await some.ReadAsync());
    }

    [Fact]
    public async Task RunChanged_Should_TellWhatWasCommitted()
    {
        var experiment = await empty.CreateExperimentAsync();
        using var changes = await SubscribeAsync("subscription($e: ID!) { runChanged(experimentId: $e) { run { name status tags(where: { key: { eq: \"a\" } }) { value } } } }", new { e = experiment });

        await empty.CreateRunAsync();
        await empty.Server.RunAsync("mutation($e: ID!) { createRun(input: { experimentId: $e, name: \"bad\", params: [{ key: \"\", value: \"\" }] }) { errors { __typename } } }", new { e = experiment });
        var run = await empty.CreateRunAsync(experiment);
        using (var created = JsonDocument.Parse(await changes.ReadAsync()))
        {
            Assert.Equal("RUNNING", created.RootElement.At("runChanged.run.status").GetString());
        }

        await empty.Server.RunAsync("mutation($r: ID!) { updateRun(input: { id: $r, name: \"renamed\", clientToken: \"t1\" }) { errors { __typename } } }", new { r = run });
        Assert.Equal("""{"runChanged":{"run":{"name":"renamed","status":"RUNNING","tags":[]}}}""", await changes.ReadAsync());

        // Repeated with its token it changes nothing; points are no change of this kind.
        await empty.Server.RunAsync("mutation($r: ID!) { updateRun(input: { id: $r, name: \"renamed\", clientToken: \"t1\" }) { errors { __typename } } }", new { r = run });
        await empty.LogAsync(run, "loss", 1.0);
        await empty.Server.RunAsync("mutation($r: ID!) { logBatch(input: { runId: $r, tags: [{ key: \"a\", value: \"b\" }] }) { errors { __typename } } }", new { r = run });
        Assert.Equal("""{"runChanged":{"run":{"name":"renamed","status":"RUNNING","tags":[{"value":"b"}]}}}""", await changes.ReadAsync());
    }

    [Theory]
    [InlineData("subscription { metricPoints(runIds: []) { points { value } } }", "BAD_USER_INPUT")]
    [InlineData("subscription { metricPoints(runIds: [\"nonsense\"]) { points { value } } }", "BAD_USER_INPUT")]
    [InlineData("subscription { metricPoints(runIds: [\"UnVuOjk5OTk5OTk5OQ==\"]) { points { value } } }", "NOT_FOUND")]
    [InlineData("subscription { runChanged(experimentId: \"RXhwZXJpbWVudDo5OTk5OTk5OTk=\") { run { name } } }", "NOT_FOUND")]
    public async Task Subscription_Should_BeRefused_When_ThereIsNothingToHear(string query, string code)
    {
        using var stream = await SubscribeAsync(query, new { });

        Assert.Contains($"\"code\":\"{code}\"", await stream.ReadPayloadAsync(), StringComparison.Ordinal);
    }

    private async Task<Events> SubscribeAsync(string query, object variables)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "graphql") { Content = JsonContent.Create(new { query, variables }), Headers = { { "Accept", "text/event-stream" } } };
        var response = await empty.Server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return new Events(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    /// <summary>The events of a stream; the response begins when the subscription does.</summary>
    private sealed class Events(HttpResponseMessage response, StreamReader lines) : IDisposable
    {
        public async Task<string> ReadAsync()
        {
            using var payload = JsonDocument.Parse(await ReadPayloadAsync());
            Assert.False(payload.RootElement.TryGetProperty("errors", out var errors), errors.ToString());
            return payload.RootElement.GetProperty("data").GetRawText();
        }

        public async Task<string> ReadPayloadAsync()
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (await lines.ReadLineAsync(patience.Token) is { } line)
            {
                if (line.StartsWith("data: {", StringComparison.Ordinal))
                {
                    return line[6..];
                }
            }

            throw new InvalidOperationException("The stream has ended.");
        }

        public void Dispose() => response.Dispose();
    }
}
