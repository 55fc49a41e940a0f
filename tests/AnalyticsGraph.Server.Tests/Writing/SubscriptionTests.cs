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

        // Each is read before the next is written: what waits for one subscriber is told together.
        await empty.LogAsync(other, "loss", 1.0);
        await empty.LogAsync(two, "acc", 0.5);
        Assert.Equal(
            $$$"""{"metricPoints":{"run":{"id":"{{{two}}}","metrics":[{"count":1}]},"points":[{"key":"acc","label":"","scope":"RUN","rank":0,"epoch":0,"step":0,"value":0.5,"seq":1}]}}""", await all.ReadAsync());

        // The second of these is there already, and told by nobody again.
        var again = new { runId = one, metrics = new[] { new { key = "loss", value = "NaN", step = 5, time = "2026-01-01T00:00:00Z" }, new { key = "loss", value = "NaN", step = 5, time = "2026-01-01T00:00:00Z" } } };
        await empty.Server.RunAsync("mutation($input: LogBatchInput!) { logBatch(input: $input) { newPoints } }", new { input = again });
        Assert.Equal(
            $$$"""{"metricPoints":{"run":{"id":"{{{one}}}","metrics":[{"count":2}]},"points":[{"key":"loss","label":"","scope":"RUN","rank":0,"epoch":0,"step":5,"value":"NaN","seq":2}]}}""", await all.ReadAsync());

        await empty.LogAsync(one, "acc", 0.25);
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

    [Fact]
    public async Task MetricPoints_Should_GoOnAfterTheCursor()
    {
        var run = await empty.CreateRunAsync();
        const string Query = "subscription($r: ID!, $after: String) { metricPoints(runIds: [$r], after: $after) { cursor points { key seq } } }";
        string cursor;
        using (var first = await SubscribeAsync(Query, new { r = run }))
        {
            await empty.LogAsync(run, "loss", 1.0, 2.0);
            using var told = JsonDocument.Parse(await first.ReadAsync());
            cursor = told.RootElement.At("metricPoints.cursor").GetString()!;
        }

        await empty.LogAsync(run, "acc", 1.0);
        using var again = await SubscribeAsync(Query, new { r = run, after = cursor });
        using var missed = JsonDocument.Parse(await again.ReadAsync());
        await empty.LogAsync(run, "late", 1.0);
        using var live = JsonDocument.Parse(await again.ReadAsync());

        Assert.Equal("""[{"key":"acc","seq":3}]""", missed.RootElement.At("metricPoints.points").GetRawText());
        Assert.Equal("""[{"key":"late","seq":4}]""", live.RootElement.At("metricPoints.points").GetRawText());
    }

    [Fact]
    public async Task JobRuntime_Should_BeToldFromAnyPositionOn()
    {
        var (job, _, _) = await empty.CreateOwnersAsync();
        const string Query = "subscription($j: ID!, $after: String) { jobRuntime(jobId: $j, after: $after) { job { id } cursor records { globalStep speed workerCpu } } }";
        await LogRuntimeAsync(job, 1);
        string cursor;
        using (var first = await SubscribeAsync(Query, new { j = job }))
        {
            await LogRuntimeAsync(job, 2);
            using var told = JsonDocument.Parse(await first.ReadAsync());
            Assert.Equal("""[{"globalStep":2,"speed":0.5,"workerCpu":{"0":1.5}}]""", told.RootElement.At("jobRuntime.records").GetRawText());
            Assert.Equal(job, told.RootElement.At("jobRuntime.job.id").GetString());
            cursor = told.RootElement.At("jobRuntime.cursor").GetString()!;
        }

        await LogRuntimeAsync(job, 3);
        using var again = await SubscribeAsync(Query, new { j = job, after = cursor });
        using var missed = JsonDocument.Parse(await again.ReadAsync());
        await LogRuntimeAsync(job, 4);
        using var live = JsonDocument.Parse(await again.ReadAsync());

        Assert.Equal((3, 4), (missed.RootElement.At("jobRuntime.records")[0].GetProperty("globalStep").GetInt32(), live.RootElement.At("jobRuntime.records")[0].GetProperty("globalStep").GetInt32()));
        Assert.Equal(1, live.RootElement.At("jobRuntime.records").GetArrayLength());
    }

    [Fact]
    public async Task RowsInBulk_Should_BeTold_When_TheyArePublished()
    {
        const int Points = 140_000;
        var ((job, _, _), run) = (await empty.CreateOwnersAsync(), await empty.CreateRunAsync());
        using var runtime = await SubscribeAsync("subscription($j: ID!) { jobRuntime(jobId: $j) { records { globalStep } } }", new { j = job });
        using var points = await SubscribeAsync("subscription($r: [ID!]!) { metricPoints(runIds: $r) { points { step } } }", new { r = new[] { run } });

        await IngestAsync($"job-runtime?jobId={job}", "time,globalStep\n2026-01-01T00:00:00Z,7\n");
        await IngestAsync($"metrics?runId={run}", "key,step,value\n" + string.Concat(Enumerable.Range(0, Points).Select(step => $"bulk,{step},1\n")));

        using var records = JsonDocument.Parse(await runtime.ReadAsync());
        Assert.Equal("""[{"globalStep":7}]""", records.RootElement.At("jobRuntime.records").GetRawText());
        for (var told = 0; told < Points;)
        {
            using var chunk = JsonDocument.Parse(await points.ReadAsync());
            var steps = chunk.RootElement.At("metricPoints.points").EnumerateArray().Select(point => point.GetProperty("step").GetInt32()).ToArray();
            Assert.Equal(Enumerable.Range(told, steps.Length), steps);
            told += steps.Length;
        }

        async Task IngestAsync(string path, string csv)
        {
            using var content = new StringContent(csv, null, "text/csv");
            using var response = await empty.Server.Http.PostAsync(new Uri($"ingest/{path}", UriKind.Relative), content);
            Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        }
    }

    [Theory]
    [InlineData("subscription { metricPoints(runIds: []) { points { value } } }", "BAD_USER_INPUT")]
    [InlineData("subscription { metricPoints(runIds: [\"nonsense\"]) { points { value } } }", "BAD_USER_INPUT")]
    [InlineData("subscription { metricPoints(runIds: [\"UnVuOjk5OTk5OTk5OQ==\"]) { points { value } } }", "NOT_FOUND")]
    [InlineData("subscription { jobRuntime(jobId: \"Sm9iOjk5OTk5OTk5\") { cursor } }", "NOT_FOUND")]
    [InlineData("subscription { runChanged(experimentId: \"RXhwZXJpbWVudDo5OTk5OTk5OTk=\") { run { name } } }", "NOT_FOUND")]
    public async Task Subscription_Should_BeRefused_When_ThereIsNothingToHear(string query, string code)
    {
        using var stream = await SubscribeAsync(query, new { });

        Assert.Contains($"\"code\":\"{code}\"", await stream.ReadPayloadAsync(), StringComparison.Ordinal);
    }

    private Task LogRuntimeAsync(string job, int step) => empty.Server.RunAsync(
        "mutation($input: LogJobRuntimeInput!) { logJobRuntime(input: $input) { errors { __typename } } }",
        new { input = new { jobId = job, records = new[] { new { time = $"2026-01-01T00:00:0{step}Z", globalStep = step, speed = 0.5, workerCpu = new[] { new { name = "0", value = 1.5 } } } } } });

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
