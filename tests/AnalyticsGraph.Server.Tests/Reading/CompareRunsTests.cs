using System.Globalization;
using System.Text.Json;
using AnalyticsGraph.Server.Tests.Running;

namespace AnalyticsGraph.Server.Tests.Reading;

/// <summary><c>compareRuns</c> over runs that were just logged.</summary>
[Collection("empty")]
public sealed class CompareRunsTests(EmptyServer empty)
{
    [Fact]
    public async Task Comparison_Should_HaveOneColumnForEachRun_When_RunsAreSelectedByAFilter()
    {
        var (experiment, runs) = await LogRunsAsync();

        var answer = await CompareAsync(
            $"where: {{experiment: {{id: {{eq: \"{experiment}\"}}}}, params: {{some: {{key: {{eq: \"lr\"}}, number: {{lt: 0.5}}}}}}}}, order: [{{name: DESC}}], keys: [\"loss\", \"acc\"]",
            "positions times series { key count counts values run { name } }");

        Assert.Equal("[0,1,2,3]", answer.GetProperty("positions").GetRawText());
        Assert.Equal(JsonValueKind.Null, answer.GetProperty("times").ValueKind);
        Assert.Equal(
            [
                """loss r2 4 [1,1,1,1] [10,"NaN",30,40]""", """loss r1 2 [1,0,1,0] [1,null,3,null]""", """loss r0 3 [1,1,1,0] [0,1,2,null]""",
                """acc r2 1 [0,1,0,0] [null,0.5,null,null]""",
            ],
            answer.GetProperty("series").EnumerateArray().Select(s => $"{s.GetProperty("key")} {s.At("run.name")} {s.GetProperty("count")} {s.GetProperty("counts").GetRawText()} {s.GetProperty("values").GetRawText()}"));
        Assert.Equal(4, runs.Count);
    }

    [Fact]
    public async Task Comparison_Should_HaveTheBandOfEachGroup_When_RunsAreGroupedByAParam()
    {
        var (_, runs) = await LogRunsAsync();

        var answer = await CompareAsync($"""runIds: [{Ids(runs)}], keys: ["loss"], groupBy: """ + "{param: \"lr\"}", "positions groups { value runCounts mean min max standardDeviation }");

        Assert.Equal(
            """[{"value":"0.1","runCounts":[2,1,2,0],"mean":[0.5,1,2.5,null],"min":[0,1,2,null],"max":[1,1,3,null],"standardDeviation":[0.7071067811865476,null,0.7071067811865476,null]},"""
            + """{"value":"0.2","runCounts":[1,0,1,1],"mean":[10,"NaN",30,40],"min":[10,"NaN",30,40],"max":[10,"NaN",30,40],"standardDeviation":[null,null,null,null]},"""
            + """{"value":null,"runCounts":[1,0,0,0],"mean":[7,null,null,null],"min":[7,null,null,null],"max":[7,null,null,null],"standardDeviation":[null,null,null,null]}]""",
            answer.GetProperty("groups").GetRawText());
    }

    [Fact]
    public async Task Comparison_Should_HaveSmoothedColumns_When_TheyAreAskedFor()
    {
        var (_, runs) = await LogRunsAsync();

        var answer = await CompareAsync($"""runIds: ["{runs[2]}", "{runs[1]}"], keys: ["loss"], smoothing: """ + "{movingAverage: {window: 2}}", "series { values smoothed } groups { smoothed }");
        var plain = await CompareAsync($"""runIds: ["{runs[1]}"], keys: ["loss"]""", "series { smoothed } groups { smoothed }");

        Assert.Equal(
            """[{"values":[1,null,3,null],"smoothed":[1,null,2,null]},{"values":[10,"NaN",30,40],"smoothed":[10,"NaN",20,35]}]""",
            answer.GetProperty("series").GetRawText());
        Assert.Equal("""[{"smoothed":[5.5,"NaN",11,28.25]}]""", answer.GetProperty("groups").GetRawText());
        Assert.Equal("""{"series":[{"smoothed":null}],"groups":[{"smoothed":null}]}""", plain.GetRawText());
    }

    [Theory]
    [InlineData("{tag: \"team\"}", "blue:2 red:1 -:1")]
    [InlineData("{property: STATUS}", "RUNNING:4")]
    [InlineData("{property: USER}", "ada:2 -:2")]
    [InlineData("{property: EXPERIMENT}", "*:4")]
    [InlineData("null", "-:4")]
    public async Task Groups_Should_BeThoseOfTheRuns_When_AnotherPropertyIsAsked(string groupBy, string expected)
    {
        var (_, runs) = await LogRunsAsync();

        var answer = await CompareAsync($"""runIds: [{Ids(runs)}], keys: ["loss"], points: 1, groupBy: {groupBy}""", "groups { value runCounts } series { run { name } }");

        Assert.Equal(4, answer.GetProperty("series").GetArrayLength());
        Assert.Equal(expected, string.Join(' ', answer.GetProperty("groups").EnumerateArray().Select(group =>
            $"{(expected[0] == '*' ? "*" : group.GetProperty("value").GetString() ?? "-")}:{group.GetProperty("runCounts")[0]}")));
    }

    [Fact]
    public async Task Comparison_Should_AlignMoments_When_TimesAreAsked()
    {
        var (_, runs) = await LogRunsAsync();

        var wall = await CompareAsync($"""runIds: ["{runs[0]}", "{runs[2]}"], keys: ["loss"], align: WALL_TIME, points: 100000""", "positions times series { values }");
        var relative = await CompareAsync($"""runIds: ["{runs[0]}", "{runs[2]}"], keys: ["loss"], align: RELATIVE_TIME, from: 1000, to: 2000""", "positions times series { values }");

        Assert.Equal(JsonValueKind.Null, relative.GetProperty("times").ValueKind);
        Assert.Equal("""{"values":[1,2]}""", relative.At("series.0").GetRawText());
        Assert.Equal(7, wall.GetProperty("times").GetArrayLength());
        Assert.Equal(wall.GetProperty("positions").EnumerateArray().Select(at => at.GetInt64()), wall.GetProperty("times").EnumerateArray().Select(at => at.GetDateTimeOffset().ToUnixTimeMilliseconds()));
    }

    [Theory]
    [InlineData("points: 1")]
    [InlineData("points: 20")]
    [InlineData("points: 200")]
    [InlineData("points: 140, scale: LOG")]
    public async Task Comparison_Should_HaveNoMorePlacesThanAsked_When_ARunWasResumedLater(string axis)
    {
        // Neither the last, nor the least, nor the greatest point is one of those that came a day later.
        var run = await empty.CreateRunAsync();
        var begin = DateTime.UnixEpoch.AddDays(20_000);
        var points = Enumerable.Range(0, 201).Select(step => (Step: step, Time: begin.AddSeconds(18 * step), Value: 1000.0 - step))
            .Concat(Enumerable.Range(100, 80).Select(step => (Step: step, Time: begin.AddDays(1).AddMinutes(step), Value: 999.0 - step)));
        await empty.Server.RunAsync(
            "mutation ($input: LogBatchInput!) { logBatch(input: $input) { errors { __typename } } }",
            new { input = new { runId = run, metrics = points.Select(point => new { key = "loss", step = point.Step, time = point.Time, value = point.Value }) } });
        var most = int.Parse(axis.Split(',')[0]["points: ".Length..], CultureInfo.InvariantCulture);

        foreach (var align in new[] { "RELATIVE_TIME", "WALL_TIME" })
        {
            var answer = await CompareAsync($"""runIds: ["{run}"], keys: ["loss"], align: {align}, {axis}""", "positions series { count counts }");

            Assert.InRange(answer.GetProperty("positions").GetArrayLength(), Math.Min(most, 2), most);
            Assert.Equal((281, 281), (answer.At("series.0.count").GetInt32(), answer.At("series.0.counts").EnumerateArray().Sum(count => count.GetInt32())));
        }
    }

    [Fact]
    public async Task Comparison_Should_AskClickHouseOnce_AndMissNothing_When_PointsWereJustAcknowledged()
    {
        var (_, runs) = await LogRunsAsync();
        for (var round = 4; round < 7; round++)
        {
            await empty.Server.RunAsync(
                "mutation ($r: ID!, $step: Long!) { logBatch(input: {runId: $r, metrics: [{key: \"loss\", value: 9, step: $step}]}) { errors { __typename } } }", new { r = runs[0], step = round });
            var (data, counters) = await empty.Server.CountAsync($$"""{ compareRuns(runIds: [{{Ids(runs)}}], keys: ["loss"], groupBy: {param: "lr"}) { series { count } groups { mean } } }""");

            Assert.Equal(1, counters.ClickHouseQueries);
            Assert.Equal(round, data.At("compareRuns.series.0.count").GetInt32());
        }
    }

    [Fact]
    public async Task Comparison_Should_BeEmpty_When_NoRunHasTheMetric()
    {
        var (_, runs) = await LogRunsAsync();

        var answer = await CompareAsync($"""runIds: [{Ids(runs)}], keys: ["nothing"]""", "positions times series { key } groups { key }");

        Assert.Equal("""{"positions":[],"times":null,"series":[],"groups":[]}""", answer.GetRawText());
    }

    [Theory]
    [InlineData("keys: []", "BAD_USER_INPUT", "keys")]
    [InlineData("keys: [\"a\"], points: 0", "BAD_USER_INPUT", "points")]
    [InlineData("keys: [\"a\"], points: 100001", "BAD_USER_INPUT", "100000")]
    [InlineData("keys: [\"a\"], points: 100, scale: LOG", "BAD_USER_INPUT", "130")]
    [InlineData("keys: [\"a\"], from: 5, to: 4", "BAD_USER_INPUT", "from")]
    [InlineData("keys: [\"a\"], minValue: 5, maxValue: 4", "BAD_USER_INPUT", "minValue")]
    [InlineData("keys: [\"a\"], maxValue: \"NaN\"", "BAD_USER_INPUT", "NaN")]
    [InlineData("keys: [\"a\"], align: EPOCH", "BAD_USER_INPUT", "epoch")]
    [InlineData("keys: [\"a\"], first: -1", "BAD_USER_INPUT", "first")]
    [InlineData("keys: [\"a\\u0000\"]", "BAD_USER_INPUT", "U+0000")]
    [InlineData("keys: [\"a\"], runIds: [\"nobody\"]", "BAD_USER_INPUT", "nobody")]
    [InlineData("keys: [\"a\"], groupBy: {}", "GRAPHQL_VALIDATION_FAILED", "exactly one")]
    public async Task Comparison_Should_SayWhatFits_When_AnArgumentDoesNot(string arguments, string code, string named)
    {
        var answer = await empty.Server.AskAsync($"{{ compareRuns({arguments}) {{ positions }} }}");

        Assert.Equal([code], answer.Codes);
        Assert.Contains(named, answer.Message, StringComparison.OrdinalIgnoreCase);
    }

    private static string Ids(IEnumerable<string> runs) => string.Join(", ", runs.Select(run => $"\"{run}\""));

    private async Task<JsonElement> CompareAsync(string arguments, string selection) =>
        (await empty.Server.RunAsync($"{{ compareRuns({arguments}) {{ {selection} }} }}")).GetProperty("compareRuns");

    // Three runs with params and a fourth without: r0 and r1 with lr 0.1, r2 with 0.2; each second a step.
    private async Task<(string Experiment, List<string> Runs)> LogRunsAsync()
    {
        var experiment = await empty.CreateExperimentAsync();
        var runs = new List<string>();
        (string? Rate, string? Team, string? User, (string Key, object Value, int Step)[] Points)[] plans =
        [
            ("0.1", "red", "ada", [("loss", 0, 0), ("loss", 1, 1), ("loss", 2, 2)]),
            ("0.1", "blue", null, [("loss", 1, 0), ("loss", 3, 2)]),
            ("0.2", "blue", "ada", [("loss", 10, 0), ("loss", "NaN", 1), ("loss", 30, 2), ("loss", 40, 3), ("acc", 0.5, 1)]),
            (null, null, null, [("loss", 7, 0)]),
        ];
        foreach (var (rate, team, user, points) in plans)
        {
            var run = (await empty.Server.RunAsync(
                "mutation ($i: CreateRunInput!) { createRun(input: $i) { run { id } errors { __typename } } }",
                new { i = new { experimentId = experiment, name = $"r{runs.Count}", user, status = "RUNNING", @params = Pairs("lr", rate), tags = Pairs("team", team) } })).At("createRun.run.id").GetString()!;
            var start = DateTimeOffset.UnixEpoch.AddSeconds(1_700_000_000 + (runs.Count * 50));
            var metrics = points.Select(point => new { key = point.Key, value = point.Value, step = point.Step, time = start.AddSeconds(point.Step).ToString("o", CultureInfo.InvariantCulture) });
            await empty.Server.RunAsync("mutation ($i: LogBatchInput!) { logBatch(input: $i) { errors { __typename } } }", new { i = new { runId = run, metrics } });
            runs.Add(run);
        }

        return (experiment, runs);

        static object[] Pairs(string key, string? value) => value is null ? [] : [new { key, value }];
    }
}
