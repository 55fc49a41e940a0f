using AnalyticsGraph.Server.Tests.Running;

namespace AnalyticsGraph.Server.Tests.Writing;

/// <summary>Series and orders over what was logged right before.</summary>
[Collection("empty")]
public sealed class WrittenSeriesTests(EmptyServer empty)
{
    [Fact]
    public async Task Series_Should_HaveThePoints_When_TheyWereJustAcknowledged()
    {
        var run = await empty.CreateRunAsync();
        for (var round = 1; round <= 3; round++)
        {
            await empty.Server.RunAsync(
                "mutation ($r: ID!, $step: Long!) { logBatch(input: {runId: $r, metrics: [{key: \"loss\", value: 0.5, step: $step}]}) { errors { __typename } } }", new { r = run, step = round });
            var data = await empty.Server.RunAsync("query ($r: ID!) { run(id: $r) { series(key: \"loss\") { count steps values } points { totalCount } } }", new { r = run });

            Assert.Equal(round, data.At("run.series.steps").GetArrayLength());
            Assert.Equal(round, data.At("run.series.count").GetInt32());
            Assert.Equal(round, data.At("run.points.totalCount").GetInt32());
        }
    }

    [Fact]
    public async Task Order_Should_HaveTheLatestValue_When_ItWasJustAcknowledged()
    {
        var experiment = await empty.CreateExperimentAsync();
        var runs = new List<string>();
        for (var i = 0; i < 7; i++)
            runs.Add(await empty.CreateRunAsync(experiment));
        for (var round = 0; round < 4; round++)
        {
            // Ties between two runs, both infinities, NaN, and one run that never logs the key; every round they change places.
            object[] values = ["Infinity", 2, "NaN", 2, "-Infinity", 1];
            var placed = values.Select((value, i) => (Run: runs[(i + round) % 6], Value: value)).ToDictionary(pair => pair.Run, pair => pair.Value);
            foreach (var (run, value) in placed)
            {
                await empty.Server.RunAsync(
                    "mutation ($i: LogBatchInput!) { logBatch(input: $i) { errors { __typename } } }", new { i = new { runId = run, metrics = new[] { new { key = "placed", value, step = round } } } });
            }

            foreach (var (direction, sign) in new[] { ("ASC", 1), ("DESC", -1) })
            {
                var expected = runs.OrderBy(run => !placed.TryGetValue(run, out var value) ? 2 : value is "NaN" ? 1 : 0)
                    .ThenBy(run => placed.GetValueOrDefault(run) switch { "Infinity" => sign * double.PositiveInfinity, "-Infinity" => sign * double.NegativeInfinity, int number => sign * number, _ => 0 })
                    .ThenBy(EmptyServer.KeyOf);
                var order = $"order: [{{metric: {{key: \"placed\", direction: {direction}, stat: LATEST}}}}], where: {{experiment: {{id: {{eq: \"{experiment}\"}}}}}}";
                Assert.Equal(expected, (await empty.Server.AllAsync($"runs({order})", "id", page: 2)).Select(run => run.GetProperty("id").GetString()));
                Assert.Equal(expected, (await empty.Server.RunAsync($"{{ runs({order}, last: 7) {{ nodes {{ id }} }} }}")).At("runs.nodes").Texts("id"));
            }
        }
    }

    [Fact]
    public async Task OtherRows_Should_HideThoseWithCredentials_When_TheyAreListedFilteredOrReachedByTheirSource()
    {
        await empty.ExecuteAsync(
            """
            INSERT INTO source (name, system) VALUES ('with-secrets', 'MLFLOW');
            INSERT INTO other_row (source, table_name, ordinal, data, is_withheld)
            VALUES ('with-secrets', 'secrets', 1, '{"encrypted_value": "hush"}', true), ('with-secrets', 'scorers', 1, '{"scorer_name": "s"}', false)
            """);

        var data = await empty.Server.RunAsync(
            """
            { otherRows(where: {source: {eq: "with-secrets"}}) { totalCount nodes { tableName data } }
              secrets: otherRows(where: {tableName: {eq: "secrets"}}) { totalCount nodes { data } }
              source(name: "with-secrets") { otherRows { totalCount nodes { tableName } } }
              sources(where: {otherRows: {some: {tableName: {eq: "secrets"}}}}) { totalCount } }
            """);

        Assert.DoesNotContain("hush", data.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(
            """{"otherRows":{"totalCount":1,"nodes":[{"tableName":"scorers","data":{"scorer_name": "s"}}]},"secrets":{"totalCount":0,"nodes":[]},"source":{"otherRows":{"totalCount":1,"nodes":[{"tableName":"scorers"}]}},"sources":{"totalCount":0}}""",
            data.GetRawText());
    }

    [Fact]
    public async Task Series_Should_KeepWhatIsNotFiniteBeside_When_ItIsThinned()
    {
        var run = await empty.CreateRunAsync();
        await empty.LogAsync(run, "loss", 1, "NaN", 3, "Infinity", "-Infinity", 6);

        var series = (await empty.Server.RunAsync(
            "query ($r: ID!) { run(id: $r) { all: series(key: \"loss\") { values } thin: series(key: \"loss\", sample: {lttb: {points: 2}}) { count steps nonFinite { count steps values } } } }", new { r = run })).GetProperty("run");

        Assert.Equal("""[1,"NaN",3,"Infinity","-Infinity",6]""", series.At("all.values").GetRawText());
        Assert.Equal("""{"count":6,"steps":[0,5],"nonFinite":{"count":3,"steps":[1,3,4],"values":["NaN","Infinity","-Infinity"]}}""", series.At("thin").GetRawText());
    }

    [Fact]
    public async Task Series_Should_NameTheLimit_When_TooManyPointsAreAskedUnthinned()
    {
        var run = await empty.CreateRunAsync();
        await empty.LogAsync(run, "loss", 1, 2, 3);
        // Two million and one points take long to log; the summary is what the limit is checked against.
        await empty.ExecuteAsync($"UPDATE run_metric SET count = 2000001 WHERE run_id = {EmptyServer.KeyOf(run)}");

        var answer = await empty.Server.AskAsync("query ($r: ID!) { run(id: $r) { series(key: \"loss\") { values } } }", new { r = run });
        var thinned = await empty.Server.AskAsync("query ($r: ID!) { run(id: $r) { series(key: \"loss\", sample: {last: {points: 2}}) { values } } }", new { r = run });

        Assert.Equal(["LIMIT_EXCEEDED"], answer.Codes);
        Assert.Contains("2000000", answer.Message, StringComparison.Ordinal);
        Assert.Contains("sample", answer.Message, StringComparison.Ordinal);
        Assert.Equal("[2,3]", thinned.At("run.series.values").GetRawText());
    }

    [Theory]
    [InlineData("ASC", new[] { "low", "high", "endless", "odd", "none" })]
    [InlineData("DESC", new[] { "endless", "high", "low", "odd", "none" })]
    public async Task Order_Should_PutNaNAfterNumbersAndMissingLast_When_RunsAreOrderedByAMetric(string direction, string[] expected)
    {
        var experiment = await empty.CreateExperimentAsync();
        foreach (var (name, value) in new (string, object?)[] { ("odd", "NaN"), ("none", null), ("high", 9), ("endless", "Infinity"), ("low", -1) })
        {
            var run = (await empty.Server.RunAsync(
                "mutation ($e: ID!, $name: String!) { createRun(input: {experimentId: $e, name: $name}) { run { id } } }", new { e = experiment, name })).At("createRun.run.id").GetString()!;
            if (value is not null)
            {
                await empty.LogAsync(run, "score", value);
            }
        }

        var names = new List<string?>();
        for (string? after = null; ;)
        {
            var page = (await empty.Server.RunAsync(
                $"query ($e: ID!, $after: String) {{ experiment(id: $e) {{ runs(first: 2, after: $after, order: [{{metric: {{key: \"score\", stat: LATEST, direction: {direction}}}}}]) {{ nodes {{ name }} pageInfo {{ hasNextPage endCursor }} }} }} }}",
                new { e = experiment, after })).At("experiment.runs");
            names.AddRange(page.GetProperty("nodes").Texts("name"));
            after = page.At("pageInfo.endCursor").GetString();
            if (!page.At("pageInfo.hasNextPage").GetBoolean())
            {
                break;
            }
        }

        Assert.Equal(expected, names);
    }
}
