using System.Globalization;
using System.Text.Json;
using AnalyticsGraph.Mapping.Rows;
using AnalyticsGraph.Server.Tests.Running;

namespace AnalyticsGraph.Server.Tests.Reading;

/// <summary>Leaderboards, fronts, correlations, histograms and values at the best step, against what brute force makes of the same runs.</summary>
[Collection("empty")]
public sealed class RunQuestionTests(EmptyServer empty)
{
    [Theory]
    [InlineData("MAX", "LATEST", "LAST")]
    [InlineData("MIN", "MIN", "MIN")]
    [InlineData("MAX", "MAX", "MAX")]
    public async Task Leaderboard_Should_HaveTheBestRuns_When_RankedByAMetric(string goal, string stat, string best)
    {
        var scene = await MetricScene.OfAsync(empty);
        var board = (await empty.Server.RunAsync(
            $"{{ leaderboard(where: {scene.Where}, metric: {{key: \"acc\", stat: {stat}}}, goal: {goal}, params: [\"lr\", \"none\"], tags: [\"team\"], metrics: [{{key: \"loss\", stat: MEAN}}], atBest: [\"loss\"], first: 5) {{ count hasMore rows {{ place run {{ id }} value values {{ name text number }} }} wide {{ name texts numbers ids }} long {{ name texts numbers ids }} }} }}")).At("leaderboard");

        var ranked = scene.Runs.Select(run => (Run: run, Value: ValueOf(scene, run, "acc", stat))).Where(one => one.Value is { } value && !double.IsNaN(value)).ToList();
        ranked = [.. (goal == "MAX" ? ranked.OrderByDescending(one => one.Value) : ranked.OrderBy(one => one.Value)).ThenBy(one => one.Run.Id)];
        Assert.Equal((5, ranked.Count > 5), (board.At("count").GetInt32(), board.At("hasMore").GetBoolean()));
        Assert.True(ranked.Count < scene.Runs.Count);
        foreach (var first in new[] { ranked.Count - 1, ranked.Count, ranked.Count + 1 })
        {
            var all = (await empty.Server.RunAsync($"{{ leaderboard(where: {scene.Where}, metric: {{key: \"acc\", stat: {stat}}}, goal: {goal}, first: {first}) {{ count hasMore }} }}")).At("leaderboard");
            Assert.Equal((Math.Min(first, ranked.Count), first < ranked.Count), (all.At("count").GetInt32(), all.At("hasMore").GetBoolean()));
        }

        Assert.Equal(ranked.Take(5).Select((one, i) => $"{i + 1} {IdOf(one.Run)}"), board.At("rows").EnumerateArray().Select(row => $"{row.At("place")} {row.At("run.id")}"));
        foreach (var (row, (run, value)) in board.At("rows").EnumerateArray().Zip(ranked))
        {
            Assert.Equal(["param lr", "param none", "tag team", "loss MEAN", $"loss at {best}"], row.At("values").EnumerateArray().Select(one => one.At("name").GetString()));
            Assert.Equal([run.Rate, null, run.Tag], row.At("values").EnumerateArray().Take(3).Select(one => one.At("text").GetString()));
            Assert.Equal(value, Number(row.At("value")));
            AssertClose(ValueOf(scene, run, "loss", "MEAN"), Number(row.At("values.3.number")));
            AssertClose(MetricScene.AtBest(scene.Series(run, "acc"), best, scene.Series(run, "loss"))?.Value, Number(row.At("values.4.number")));
        }

        Assert.Equal(["run", $"acc {stat}", "param lr", "param none", "tag team", "loss MEAN", $"loss at {best}"], board.At("wide").EnumerateArray().Select(column => column.At("name").GetString()));
        Assert.Equal(board.At("rows").EnumerateArray().Select(row => row.At("value").ToString()), board.At("wide.1.numbers").EnumerateArray().Select(value => value.ToString()));
        Assert.Equal(5 * 6, board.At("long.0.ids").GetArrayLength());
        Assert.Equal(board.At("rows.1.value").ToString(), board.At("long.3.numbers.6").ToString());
    }

    [Theory]
    [InlineData("loss MIN MIN", "acc MAX MAX")]
    [InlineData("loss LATEST MAX", "acc COUNT MIN", "loss MEAN MIN")]
    [InlineData("acc MEAN MAX")]
    public async Task ParetoFront_Should_HaveTheRunsThatNoneIsBetterThan_When_ComparedWithAll(params string[] objectives)
    {
        var scene = await MetricScene.OfAsync(empty);
        var parts = objectives.Select(objective => objective.Split(' ')).ToList();
        var front = (await empty.Server.RunAsync(
            $"{{ paretoFront(where: {scene.Where}, objectives: [{string.Join(", ", parts.Select(part => $"{{metric: {{key: \"{part[0]}\", stat: {part[1]}}}, goal: {part[2]}}}"))}]) {{ considered count points {{ run {{ id }} values }} columns {{ name ids numbers }} }} }}")).At("paretoFront");

        var runs = scene.Runs.Select(run => (Run: run, Values: parts.Select(part => ValueOf(scene, run, part[0], part[1]) * (part[2] == "MAX" ? -1 : 1)).ToList())).Where(one => one.Values.TrueForAll(value => value is { } number && !double.IsNaN(number))).ToList();
        var best = runs.Where(one => !runs.Exists(other => other.Values.Zip(one.Values).All(pair => pair.First <= pair.Second) && other.Values.Zip(one.Values).Any(pair => pair.First < pair.Second)))
            .OrderBy(one => one.Values[0]).ThenBy(one => one.Values.ElementAtOrDefault(1)).ThenBy(one => one.Values.ElementAtOrDefault(2)).ThenBy(one => one.Run.Id).ToList();
        Assert.Equal((runs.Count, best.Count), (front.At("considered").GetInt32(), front.At("count").GetInt32()));
        Assert.Equal(best.Select(one => IdOf(one.Run)), front.At("points").EnumerateArray().Select(point => point.At("run.id").GetString()));
        Assert.Equal(best.Select(one => IdOf(one.Run)), front.At("columns.0.ids").EnumerateArray().Select(id => id.GetString()));
    }

    [Fact]
    public async Task Correlations_Should_TellWhatExplainsATarget_When_ParamsAndMetricsAreGiven()
    {
        var experiment = await empty.CreateExperimentAsync();
        double[] targets = [1, 2, 4, 8, 16];
        for (var i = 0; i < targets.Length; i++)
        {
            var run = (await empty.Server.RunAsync(
                "mutation ($e: ID!, $params: [KeyValueInput!]) { createRun(input: {experimentId: $e, params: $params}) { run { id } errors { __typename } } }",
                new { e = experiment, @params = new[] { new { key = "depth", value = $"{i}" }, new { key = "kind", value = i < 3 ? "a" : "b" }, new { key = "same", value = "7" }, new { key = "mixed", value = i == 0 ? "auto" : "1" } } })).At("createRun.run.id").GetString()!;
            await empty.LogAsync(run, "acc", targets[i]);
            await empty.LogAsync(run, "down", i == 4 ? "NaN" : (object)-targets[i]);
        }

        var found = (await empty.Server.RunAsync(
            "query ($e: ID!) { correlations(where: {experiment: {id: {eq: $e}}}, target: {key: \"acc\"}, metrics: [{key: \"down\"}]) { kind name runs categories pearson spearman varianceExplained importance } some: correlations(where: {experiment: {id: {eq: $e}}}, target: {key: \"acc\"}, params: [\"kind\"]) { name } }", new { e = experiment }));

        var factors = found.At("correlations").EnumerateArray().ToDictionary(factor => factor.At("name").GetString()!);
        Assert.Equal(["depth", "down LATEST", "kind", "mixed", "same"], factors.Keys.Order());
        Assert.Equal("same", found.At("correlations").EnumerateArray().Last().At("name").GetString());
        Assert.Equal("kind", Assert.Single(found.At("some").EnumerateArray()).At("name").GetString());

        // 0..4 against 1, 2, 4, 8, 16: the sum of products is 36, of squares 10 and 148.8.
        Assert.Equal(36 / Math.Sqrt(10 * 148.8), factors["depth"].At("pearson").GetDouble(), 1e-12);
        Assert.Equal(1, factors["depth"].At("spearman").GetDouble(), 1e-12);
        Assert.Equal((4, -1.0), (factors["down LATEST"].At("runs").GetInt32(), Math.Round(factors["down LATEST"].At("pearson").GetDouble(), 12)));

        // Means 7/3 and 12 about 6.2.
        Assert.Equal(((3 * Math.Pow((7 / 3.0) - 6.2, 2)) + (2 * Math.Pow(12 - 6.2, 2))) / 148.8, factors["kind"].At("varianceExplained").GetDouble(), 1e-12);
        Assert.Equal((2, JsonValueKind.Null), (factors["kind"].At("categories").GetInt32(), factors["kind"].At("pearson").ValueKind));
        Assert.Equal(2, factors["mixed"].At("categories").GetInt32());
        Assert.Equal((5, JsonValueKind.Null, JsonValueKind.Null), (factors["same"].At("runs").GetInt32(), factors["same"].At("pearson").ValueKind, factors["same"].At("importance").ValueKind));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("bins: 7, from: -20, to: 33.5", false)]
    [InlineData("bins: 1", false)]
    [InlineData("bins: 3, from: 10", false)]
    [InlineData("of: SUMMARIES, stat: MAX, bins: 4", true)]
    public async Task Histogram_Should_CountEachValueOnce_When_ComparedWithBruteForce(string arguments, bool ofSummaries)
    {
        var scene = await MetricScene.OfAsync(empty);
        var histogram = (await empty.Server.RunAsync($"{{ metricHistogram(where: {scene.Where}, key: \"acc\", {arguments}) {{ edges counts count nanCount below above }} }}")).At("metricHistogram");

        List<double> values = ofSummaries ? [.. scene.Runs.Select(run => scene.Series(run, "acc")).Where(series => series.Count > 0).Select(series => MetricOracle.Of("MAX", series) ?? double.NaN)]
            : [.. scene.Runs.SelectMany(run => scene.Series(run, "acc")).Select(point => point.Value)];
        var finite = values.Where(double.IsFinite).ToList();
        int Bins() => arguments.IndexOf("bins", StringComparison.Ordinal) is >= 0 and var at ? arguments[at + 6] - '0' : 20;
        var (bins, low, high) = (Bins(), arguments.Contains("from: -20", StringComparison.Ordinal) ? -20 : arguments.Contains("from: 10", StringComparison.Ordinal) ? 10 : finite.Min(), arguments.Contains("to: 33.5", StringComparison.Ordinal) ? 33.5 : finite.Max());
        Assert.Equal(CountsOf(finite, histogram.At("edges")), histogram.At("counts").EnumerateArray().Select(count => count.GetInt64()));
        Assert.Equal((values.Count, values.Count(double.IsNaN), values.Count(value => value < low), values.Count(value => value > high)),
            (histogram.At("count").GetInt32(), histogram.At("nanCount").GetInt32(), histogram.At("below").GetInt32(), histogram.At("above").GetInt32()));
        Assert.Equal((low, high, bins + 1), (histogram.At("edges.0").GetDouble(), histogram.At("edges").EnumerateArray().Last().GetDouble(), histogram.At("edges").GetArrayLength()));
    }

    [Theory]
    [InlineData(100, 1)]
    [InlineData(10, 1)]
    [InlineData(30, 3)]
    [InlineData(70, -7)]
    public async Task Histogram_Should_HaveAValueInTheBinThatBeginsThere_When_ItIsOnAnEdge(int bins, int end)
    {
        var run = await empty.CreateRunAsync();
        double[] values = [.. Enumerable.Range(0, (100 * Math.Abs(end)) + 1).Select(k => Math.Sign(end) * k / 100.0)];
        await empty.LogAsync(run, "acc", [.. values.Select(value => (object)value)]);

        var histogram = (await empty.Server.RunAsync(
            "query ($id: ID!, $bins: Int!, $from: Double!, $to: Double!) { metricHistogram(where: {id: {eq: $id}}, key: \"acc\", bins: $bins, from: $from, to: $to) { edges counts } }",
            new { id = run, bins, @from = Math.Min(0, end), to = Math.Max(0, end) })).At("metricHistogram");

        Assert.Equal(CountsOf(values, histogram.At("edges")), histogram.At("counts").EnumerateArray().Select(count => count.GetInt64()));
        Assert.All(histogram.At("edges").EnumerateArray().Select((edge, i) => (edge.GetDouble(), i)), edge => Assert.Equal(Math.Min(0, end) + (edge.i * (double)Math.Abs(end) / bins), edge.Item1, 1e-12));
    }

    [Fact]
    public async Task Histogram_Should_HaveNoBinsOrOne_When_ValuesAreNotSpread()
    {
        var run = await empty.CreateRunAsync();
        await empty.LogAsync(run, "same", 3, 3, 3);
        await empty.LogAsync(run, "odd", "NaN", "Infinity", "-Infinity", "-Infinity");

        var found = await empty.Server.RunAsync(
            "query ($id: ID!) { same: metricHistogram(where: {id: {eq: $id}}, key: \"same\") { edges counts count } odd: metricHistogram(where: {id: {eq: $id}}, key: \"odd\") { edges counts count nanCount below above } none: metricHistogram(where: {id: {eq: $id}}, key: \"none\") { edges counts count } }", new { id = run });

        Assert.Equal("""{"same":{"edges":[3,3],"counts":[3],"count":3},"odd":{"edges":[],"counts":[],"count":4,"nanCount":1,"below":2,"above":1},"none":{"edges":[],"counts":[],"count":0}}""", found.GetRawText());
    }

    [Theory]
    [InlineData("MIN")]
    [InlineData("MAX")]
    [InlineData("LAST")]
    public async Task At_Should_HaveTheNearestPointBefore_When_AnotherMetricIsBest(string stat)
    {
        var scene = await MetricScene.OfAsync(empty);
        var (data, counters) = await empty.Server.CountAsync($"{{ runs(first: 100, where: {scene.Where}) {{ nodes {{ id at(best: {{key: \"acc\", stat: {stat}}}) {{ key epoch step time value }} }} }} }}");

        Assert.Equal(1, counters.ClickHouseQueries);
        var found = data.At("runs.nodes").EnumerateArray().ToDictionary(run => run.At("id").GetString()!, run => run.At("at").EnumerateArray().Select(one => $"{one.At("key")} {one.At("epoch")} {one.At("step")} {Number(one.At("value"))}").ToList());
        foreach (var run in scene.Runs)
        {
            var expected = new[] { "acc", "it's \\ \"odd\"", "loss" }.Select(key => MetricScene.AtBest(scene.Series(run, "acc"), stat, scene.Series(run, key))).OfType<ScenePoint>();
            Assert.Equal(expected.Select(point => $"{point.Key} {point.Epoch} {point.Step} {point.Value}"), found[IdOf(run)]);
        }
    }

    [Theory]
    [InlineData("leaderboard(metric: {key: \"a\"}, first: 0) { count }", "first")]
    [InlineData("leaderboard(metric: {key: \"a\", stat: MEAN}, atBest: [\"b\"]) { count }", "metric.stat")]
    [InlineData("leaderboard(metric: {key: \"\\u0000\"}) { count }", "metric.key")]
    [InlineData("leaderboard(metric: {key: \"a\"}, params: [\"a\", \"\\u0000\"]) { count }", "params.1")]
    [InlineData("paretoFront(objectives: []) { count }", "objectives")]
    [InlineData("paretoFront(objectives: [{goal: MIN, metric: {key: \"a\"}}], first: 0) { count }", "first")]
    [InlineData("correlations(target: {key: \"a\", label: \"\\u0000\"}) { runs }", "target.label")]
    [InlineData("metricHistogram(key: \"a\", bins: 0) { count }", "bins")]
    [InlineData("metricHistogram(key: \"a\", from: 1, to: 1) { count }", "from")]
    [InlineData("metricHistogram(key: \"a\", to: \"NaN\") { count }", "to")]
    public async Task Question_Should_BeRefused_When_AnArgumentDoesNotFit(string field, string argument)
    {
        var answer = await empty.Server.AskAsync($"{{ {field} }}");

        Assert.Equal(["BAD_USER_INPUT"], answer.Codes);
        Assert.Equal(argument, answer.Json.At("errors.0.extensions.argument").GetString());
    }

    [Theory]
    [InlineData("leaderboard(metric: {key: \"a\"}, first: 1001) { count }")]
    [InlineData("paretoFront(objectives: [{goal: MIN, metric: {key: \"a\"}}], first: 10001) { count }")]
    public async Task Question_Should_BeRefusedAlone_When_ItIsBeyondALimit(string field)
    {
        var answer = await empty.Server.AskAsync($"{{ {field} runs(first: 1) {{ totalCount }} }}");

        Assert.Equal(["LIMIT_EXCEEDED"], answer.Codes);
        Assert.Equal("first", answer.Json.At("errors.0.extensions.argument").GetString());
        Assert.Equal(JsonValueKind.Object, answer.Json.At("data.runs").ValueKind);
    }

    [Fact]
    public async Task Histogram_Should_HaveFiniteEdges_When_ItsRangeIsBeyondANumber()
    {
        var run = await empty.CreateRunAsync();
        await empty.LogAsync(run, "wide", -1.7e308, 1.7e308, 0, 1e308);

        var found = await empty.Server.RunAsync("query ($id: ID!) { metricHistogram(where: {id: {eq: $id}}, key: \"wide\", bins: 4) { edges counts } }", new { id = run });

        Assert.All(new[] { -1.7e308, -8.5e307, 0, 8.5e307, 1.7e308 }.Zip(found.At("metricHistogram.edges").EnumerateArray().Select(edge => edge.GetDouble())), pair => AssertClose(pair.First, pair.Second));
        Assert.Equal(5, found.At("metricHistogram.edges").GetArrayLength());
        Assert.Equal("[1,0,1,2]", found.At("metricHistogram.counts").GetRawText());
    }

    [Fact]
    public async Task Texts_Should_BeValues_When_TheyAreHostile()
    {
        foreach (var text in new[] { "' OR 1=1 --", "\\'); DROP TABLE run; --", "{p1:String}", "🦉 \n\t`\"" })
        {
            var answer = await empty.Server.AskAsync(
                """
                query ($t: String!) { leaderboard(metric: {key: $t, label: $t}, params: [$t], tags: [$t], metrics: [{key: $t}], atBest: [$t]) { count } paretoFront(objectives: [{goal: MIN, metric: {key: $t}}]) { count }
                  correlations(target: {key: $t}, params: [$t], metrics: [{key: $t, label: $t}]) { runs } metricHistogram(key: $t, label: $t) { count } }
                """,
                new { t = text });

            Assert.Equal("0 0 0", $"{answer.Data.At("leaderboard.count")} {answer.Data.At("paretoFront.count")} {answer.Data.At("metricHistogram.count")}");
        }
    }

    private static double? ValueOf(MetricScene scene, SceneRun run, string key, string stat)
    {
        var series = scene.Series(run, key);
        return series.Count == 0 ? null : MetricOracle.Of(stat switch { "LATEST" => "LAST", "MEAN" => "AVG", _ => stat }, series);
    }

    // A value on an edge is in the bin that begins there, but for the last edge.
    private static long[] CountsOf(IEnumerable<double> values, JsonElement edges)
    {
        double[] starts = [.. edges.EnumerateArray().Select(edge => edge.GetDouble())];
        var counts = new long[starts.Length - 1];
        foreach (var value in values.Where(value => value >= starts[0] && value <= starts[^1]))
        {
            counts[Math.Min(counts.Length - 1, Array.FindLastIndex(starts, start => start <= value))]++;
        }

        return counts;
    }

    private static string IdOf(SceneRun run) => GlobalId.Of("Run", run.Id);

    private static double? Number(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => double.Parse(value.GetString()!, CultureInfo.InvariantCulture),
        _ => value.GetDouble(),
    };

    private static void AssertClose(double? expected, double? actual) => Assert.True(
        Equals(expected, actual) || Math.Abs(expected!.Value - actual!.Value) <= 1e-9 * Math.Max(1, Math.Abs(expected.Value)), $"{expected} expected, {actual} found");
}
