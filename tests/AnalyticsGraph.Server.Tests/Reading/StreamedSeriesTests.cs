using System.Globalization;
using System.Text;
using System.Text.Json;
using AnalyticsGraph.Analytics.Series;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Server.Hosting;
using AnalyticsGraph.Server.Tests.Running;
using AnalyticsGraph.Tests;

namespace AnalyticsGraph.Server.Tests.Reading;

/// <summary>Series that are sent while ClickHouse still reads them.</summary>
[Collection("empty")]
public sealed class StreamedSeriesTests(EmptyServer empty)
{
    private const int Many = 2_000_000;
    private const string Streamed = "query ($r: ID!) { run(id: $r) { series(key: \"loss\") { count steps @stream(initialCount: 3) values @stream } } }";

    [Fact]
    public async Task FirstPart_Should_Leave_When_ClickHouseHasNotSentTheRest()
    {
        var run = await CreateRunAsync(Many);
        await using var wire = await ClickHouseWire.ListenAsync(empty.ClickHouse);
        await using var server = await InProcessServer.StartAsync(empty.Postgres, wire.ConnectionString);
        (wire.HeldAfter, var queries) = (wire.Bytes + 3_000_000, wire.Queries);

        await using var parts = new Parts(server, Streamed, run);

        // The store's answer stands still: what was told is all that can be.
        var first = (await parts.NextAsync())!.Value;
        Assert.Equal("""{"run":{"series":{"count":2000000,"steps":[0,1,2],"values":[]}}}""", first.GetProperty("data").GetRawText());
        Assert.InRange(Items((await parts.NextAsync())!.Value, 1).GetArrayLength(), 1_000, 20_000);

        wire.Release();
        await parts.ReadToEndAsync();
        Assert.Equal((Many, Many), (parts.Steps.Count, parts.Values.Count));
        Assert.Equal(Enumerable.Range(0, Many).Select(step => (long)step), parts.Steps);
        Assert.Equal(Enumerable.Range(0, Many).Select(step => step % 1000 / 8.0), parts.Values);
        Assert.Equal((2, 1), (parts.Counters.PostgresRoundTrips, parts.Counters.ClickHouseQueries));
        Assert.Equal(queries + 1, wire.Queries);
    }

    [Fact]
    public async Task Reading_Should_Stop_When_TheClientTakesNoMore()
    {
        var run = await CreateRunAsync(5_000_000);
        await using var wire = await ClickHouseWire.ListenAsync(empty.ClickHouse);
        await using var server = await InProcessServer.StartAsync(
            empty.Postgres, wire.ConnectionString, new ServerLimits { Series = new SeriesLimits { MaxPointsPerSeries = 5_000_000 } });
        var before = wire.Bytes;
        await using var parts = new Parts(server, Streamed, run);

        // However far the client is: no more was read ahead than the buffers of two sockets hold, and no part is larger than a block.
        const int RowBytes = 29;
        var largest = 0;
        for (var n = 0; await parts.NextAsync() is { } part; n++)
        {
            largest = Math.Max(largest, part.GetRawText().Length);
            if (n % 60 == 1)
            {
                var ahead = await wire.WaitForSilenceAsync() - before - ((long)parts.Values.Count * RowBytes);
                Assert.InRange(ahead, long.MinValue, 24 << 20);
            }
        }

        Assert.Equal(5_000_000, parts.Values.Count);
        Assert.InRange(largest, 1, 2_000_000);
    }

    [Fact]
    public async Task Query_Should_EndInTheStore_When_TheClientLeaves()
    {
        var run = await CreateRunAsync(Many);
        await using var wire = await ClickHouseWire.ListenAsync(empty.ClickHouse);
        await using var server = await InProcessServer.StartAsync(empty.Postgres, wire.ConnectionString, new ServerLimits { Series = new SeriesLimits { MaxStreams = 1 } });
        await using var store = new ClickHouseClient(ClickHouseOptions.Parse(empty.ClickHouse));

        // Over HTTP, a client that hangs up; then its place is another's.
        for (var round = 0; round < 2; round++)
        {
            wire.HeldAfter = wire.Bytes + 3_000_000;
            using (var request = new HttpRequestMessage(HttpMethod.Post, "graphql") { Content = Body(Streamed, run) })
            {
                request.Headers.Add("Accept", "multipart/mixed");
                using var response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                var body = await response.Content.ReadAsStreamAsync();
                Assert.True(await body.ReadAsync(new byte[1024]) > 0);
                Assert.Equal(1UL, await RunningAsync(store));
            }

            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            while (await RunningAsync(store) != 0)
            {
                await Task.Delay(20, limit.Token);
            }
        }
    }

    [Fact]
    public async Task Lists_Should_EndWithAnError_When_TheStoreIsLostInTheMiddle()
    {
        var run = await CreateRunAsync(Many);
        await using var wire = await ClickHouseWire.ListenAsync(empty.ClickHouse);
        await using var server = await InProcessServer.StartAsync(empty.Postgres, wire.ConnectionString);
        wire.BrokenAfter = wire.Bytes + 20_000_000;
        await using var parts = new Parts(server, Streamed, run);

        var last = (await parts.ReadToEndAsync())[^1];

        Assert.InRange(parts.Values.Count, 20_000, Many - 1);
        Assert.Equal(parts.Steps.Count, parts.Values.Count);
        Assert.Equal(["STORE_UNAVAILABLE", "STORE_UNAVAILABLE"], last.GetProperty("completed").EnumerateArray().Select(end => end.GetProperty("errors")[0].At("extensions.code").GetString()));
        Assert.Equal("""["run","series","steps"]""", last.GetProperty("completed")[0].GetProperty("errors")[0].GetProperty("path").GetRawText());
        Assert.False(last.GetProperty("hasNext").GetBoolean());
    }

    [Fact]
    public async Task Series_Should_HaveThePoints_When_TheyWereJustAcknowledged()
    {
        var run = await empty.CreateRunAsync();
        for (var round = 1; round <= 3; round++)
        {
            await empty.Server.RunAsync(
                "mutation ($r: ID!, $step: Long!) { logBatch(input: {runId: $r, metrics: [{key: \"loss\", value: 0.5, step: $step}]}) { errors { __typename } } }", new { r = run, step = round });
            await using var parts = new Parts(empty.Server, Streamed, run);

            var series = DeliveredParts.Of(await parts.ReadToEndAsync()).Data!["run"]!["series"]!;

            Assert.Equal($"[{string.Join(',', Enumerable.Range(1, round))}]", series["steps"]!.ToJsonString());
            Assert.Equal(round, (int)series["count"]!);
        }
    }

    [Theory]
    [InlineData("series(key: \"loss\") { steps @stream values @stream }", 1)]
    [InlineData("series(key: \"loss\") { times @stream ... @defer { label } }", 1)]
    [InlineData("series(key: \"loss\", from: 100, to: 49999) { count steps @stream }", 2)]
    [InlineData("... @defer { series(key: \"loss\") { count steps @stream(initialCount: 30000) values @stream } }", 1)]
    [InlineData("series(key: \"loss\") { count steps @stream values }", 1)]
    [InlineData("series(key: \"loss\") { steps @stream ... @defer { values @stream } }", 2)]
    [InlineData("series(key: \"loss\") { steps @stream nonFinite { count } }", 1)]
    [InlineData("series(key: \"loss\", sample: {lttb: {points: 500}}) { steps @stream values @stream }", 1)]
    [InlineData("series(key: \"loss\", smoothing: {ema: {alpha: 0.5}}) { smoothed @stream values @stream }", 1)]
    [InlineData("series(key: \"none\") { count steps @stream }", 0)]
    [InlineData("a: series(key: \"loss\") { steps @stream } b: series(key: \"loss\", to: 9) { values @stream(initialCount: 4) }", 2)]
    [InlineData("series(key: \"loss\") { steps @stream(initialCount: -1) }", 1)]
    public async Task Parts_Should_MakeTheWholeResponse(string selection, int queries)
    {
        var run = await CreateRunAsync(60_000);
        var query = $"query ($r: ID!) {{ run(id: $r) {{ {selection} }} }}";
        using var response = await empty.Server.Http.PostAsync("graphql", Body(query, run));
        using var whole = JsonDocument.Parse(await response.Content.ReadAsStringAsync());

        await using var parts = new Parts(empty.Server, query, run);
        var all = await parts.ReadToEndAsync();

        if (selection.Contains("-1", StringComparison.Ordinal))
        {
            Assert.Equal("BAD_USER_INPUT", Assert.Single(all).GetProperty("errors")[0].At("extensions.code").GetString());
            return;
        }

        Assert.Equal(DeliveredParts.Of([whole.RootElement]).DataText(), DeliveredParts.Of(all).DataText());
        Assert.InRange(parts.Counters.ClickHouseQueries, 0, Math.Max(queries, 1));
    }

    [Fact]
    public async Task Series_Should_BeReadWhole_When_AllPlacesAreTaken()
    {
        var run = await CreateRunAsync(60_000);
        await using var server = await InProcessServer.StartAsync(empty.Postgres, empty.ClickHouse, new ServerLimits { Series = new SeriesLimits { MaxStreams = 0 } });
        await using var parts = new Parts(server, Streamed, run);

        await parts.ReadToEndAsync();

        Assert.Equal(60_000, parts.Values.Count);
    }

    [Fact]
    public async Task Series_Should_EndWithTheLimit_When_AWindowHasTooManyPoints()
    {
        var run = await CreateRunAsync(60_000);
        await using var server = await InProcessServer.StartAsync(empty.Postgres, empty.ClickHouse, new ServerLimits { Series = new SeriesLimits { MaxPointsPerSeries = 50_000 } });
        await using var parts = new Parts(server, "query ($r: ID!) { run(id: $r) { series(key: \"loss\", from: 0) { values @stream } } }", run);

        var last = (await parts.ReadToEndAsync())[^1];

        Assert.InRange(parts.Values.Count, 1, 50_000);
        Assert.Equal("LIMIT_EXCEEDED", last.GetProperty("completed")[0].GetProperty("errors")[0].At("extensions.code").GetString());
    }

    /// <summary>A run with the points 0, 0.125, 0.25 ... of a key; most of them put where the flusher would.</summary>
    private async Task<string> CreateRunAsync(int points)
    {
        var run = await empty.CreateRunAsync();
        await empty.LogAsync(run, "loss", 0);
        await empty.Server.RunAsync("query ($r: ID!) { run(id: $r) { series(key: \"loss\") { steps } } }", new { r = run });
        var key = EmptyServer.KeyOf(run);
        await using var store = new ClickHouseClient(ClickHouseOptions.Parse(empty.ClickHouse));
        await store.ExecuteAsync(new ClickHouseQuery(
            """
            INSERT INTO metric_point (experiment_id, key, label, run_id, scope, rank, epoch, step, time, value)
            SELECT (SELECT experiment_id FROM metric_point WHERE run_id = {run:Int64}), 'loss', '', {run:Int64}, 'RUN', 0, 0, number, '2026-01-01 00:00:00', number % 1000 / 8
            FROM numbers(1, {points:UInt32} - 1)
            """).With("run", "Int64", key).With("points", "UInt32", points));
        await empty.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"UPDATE run_metric SET count = {points}, last_step = {points - 1} WHERE run_id = {key}"));

        // That no server takes the time to summarize them.
        await empty.ExecuteAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"INSERT INTO run_metric_rollup (run_id, scope, key, label, rank, seq, points, least_width, greatest_width) SELECT run_id, scope, key, label, rank, 0, count, 128, 128 FROM run_metric WHERE run_id = {key}"));
        return run;
    }

    private static async Task<ulong> RunningAsync(ClickHouseClient store)
    {
        await using var result = await store.QueryAsync(new ClickHouseQuery(
            "SELECT count() FROM system.processes WHERE current_database = currentDatabase() AND query LIKE '%metric\\_point AS p%' AND query NOT LIKE '%system%'"));
        return (await result.ReadColumnAsync<ulong>("count()")).Single();
    }

    private static StringContent Body(string query, string run) => new(JsonSerializer.Serialize(new { query, variables = new { r = run } }), Encoding.UTF8, "application/json");

    private static JsonElement Items(JsonElement part, int list) => part.GetProperty("incremental")[list].GetProperty("items");

    /// <summary>What the parts bring of the lists `steps` and `values`.</summary>
    private sealed class Parts(InProcessServer server, string query, string run) : PartReader(server, query, new { r = run })
    {
        public List<long> Steps { get; } = [];

        public List<double> Values { get; } = [];

        protected override void Take(string list, JsonElement items)
        {
            switch (list)
            {
                case "steps":
                    Steps.AddRange(items.EnumerateArray().Select(item => item.GetInt64()));
                    break;
                case "values":
                    Values.AddRange(items.EnumerateArray().Select(item => item.GetDouble()));
                    break;
            }
        }
    }
}
