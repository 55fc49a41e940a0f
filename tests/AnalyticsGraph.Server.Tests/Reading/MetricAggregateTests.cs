using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Mapping.Rows;
using AnalyticsGraph.Server.Tests.Running;

namespace AnalyticsGraph.Server.Tests.Reading;

/// <summary>Aggregates of metrics against what brute force makes of the same points.</summary>
[Collection("empty")]
public sealed class MetricAggregateTests(EmptyServer empty)
{
    private static readonly string[] Functions =
        ["COUNT", "COUNT_DISTINCT", "NAN_COUNT", "SUM", "AVG", "MIN", "MAX", "STDDEV", "VARIANCE", "MEDIAN", "QUANTILE", "FIRST", "LAST", "ARG_MIN", "ARG_MAX", "SLOPE"];

    private static readonly string[] OfSummaries = [.. Functions.Take(11)];

    [Theory]
    [InlineData("")]
    [InlineData("experiment")]
    [InlineData("run")]
    [InlineData("key")]
    [InlineData("label")]
    [InlineData("scope")]
    [InlineData("rank")]
    [InlineData("trial")]
    [InlineData("status")]
    [InlineData("user")]
    [InlineData("job")]
    [InlineData("model")]
    [InlineData("dataset")]
    [InlineData("epoch")]
    [InlineData("step")]
    [InlineData("step by 7")]
    [InlineData("param")]
    [InlineData("param by 0.25")]
    [InlineData("tag")]
    [InlineData("MINUTE")]
    [InlineData("HOUR")]
    [InlineData("DAY")]
    [InlineData("WEEK")]
    [InlineData("MONTH")]
    [InlineData("QUARTER")]
    [InlineData("YEAR")]
    [InlineData("status, key, param")]
    public async Task Points_Should_BeAggregatedAsByBruteForce_When_GroupedBy(string dimensions)
    {
        var scene = await MetricScene.OfAsync(empty);
        string[] names = dimensions.Length == 0 ? [] : dimensions.Split(", ");

        foreach (var direction in names.Length == 0 ? [""] : new[] { "ASC", "DESC" })
        {
            var columns = await ColumnsAsync(
                $"where: {scene.Where}, label: null, scope: null, rank: null, first: 1000, groupBy: [{string.Join(", ", names.Select(name => GroupBy(name, direction)))}], measures: [{string.Join(", ", Functions.Select(Measure))}]");

            var groups = scene.Points.SelectMany(point => names.Aggregate(new List<string[]> { Array.Empty<string>() }, (keys, name) => [.. keys.SelectMany(key => KeysOf(name, point).Select(part => key.Append(part).ToArray()))]).Select(key => (Key: string.Join('|', key), point)))
                .ToLookup(pair => pair.Key, pair => pair.point);
            var found = Rows(columns, names.Length);
            Assert.Equal(groups.Select(group => group.Key).Order(StringComparer.Ordinal), found.Select(row => row.Key).Order(StringComparer.Ordinal));
            Assert.Equal(found.Select(row => row.Key), names is [var only] ? Sorted(only, found.Select(row => row.Key), direction == "DESC") : found.Select(row => row.Key));
            foreach (var (key, values) in found)
            {
                for (var i = 0; i < Functions.Length; i++)
                {
                    AssertClose(MetricOracle.Of(Functions[i], [.. groups[key]]), values[i], $"{Functions[i]} of {key}");
                }
            }
        }
    }

    [Theory]
    [InlineData("LATEST")]
    [InlineData("FIRST")]
    [InlineData("MIN")]
    [InlineData("MAX")]
    [InlineData("MEAN")]
    [InlineData("SUM")]
    [InlineData("STDDEV")]
    [InlineData("COUNT")]
    [InlineData("NAN_COUNT")]
    [InlineData("at MIN")]
    [InlineData("at MAX")]
    [InlineData("at LAST")]
    public async Task Summaries_Should_BeAggregatedAsByBruteForce_When_EachSeriesIsOneValue(string stat)
    {
        var scene = await MetricScene.OfAsync(empty);
        var value = stat.StartsWith("at", StringComparison.Ordinal) ? $"at: {{key: \"acc\", stat: {stat[3..]}}}" : $"stat: {stat}";
        foreach (var (names, groupBy) in new (string[], string)[] { ([], ""), (["param"], GroupBy("param", "ASC")), (["experiment", "job"], GroupBy("experiment", "ASC") + GroupBy("job", "DESC")) })
        {
            var columns = await ColumnsAsync(
                $"where: {scene.Where}, of: SUMMARIES, keys: [\"loss\", \"acc\"], first: 1000, groupBy: [{groupBy}], measures: [{string.Join(", ", OfSummaries.Select(function => Measure(function).Replace("}", $", {value} }}", StringComparison.Ordinal)))}]");

            var series = scene.Points.Where(point => point is { Scope: "RUN", Label: "", Rank: 0, Key: "loss" or "acc" }).GroupBy(point => (point.Run.Id, point.Key)).ToList();
            var groups = series.SelectMany(one => names.Aggregate(new List<string[]> { Array.Empty<string>() }, (keys, name) => [.. keys.SelectMany(key => KeysOf(name, one.First()).Select(part => key.Append(part).ToArray()))])
                .Select(key => (Key: string.Join('|', key), Run: one.Key.Id, Value: SummaryOf(stat, [.. one], scene)))).ToLookup(one => one.Key);
            var found = Rows(columns, names.Length);
            Assert.Equal(groups.Select(group => group.Key).Order(StringComparer.Ordinal), found.Select(row => row.Key).Order(StringComparer.Ordinal));
            foreach (var (key, values) in found)
            {
                var all = groups[key].ToList();
                var numbers = all.Where(one => one.Value is { } number && !double.IsNaN(number)).Select(one => one.Value!.Value).ToList();
                for (var i = 0; i < OfSummaries.Length; i++)
                {
                    double? expected = OfSummaries[i] switch
                    {
                        "COUNT" => all.Count,
                        "COUNT_DISTINCT" => all.Select(one => one.Run).Distinct().Count(),
                        "NAN_COUNT" => all.Count(one => one.Value is double.NaN),
                        var function => MetricOracle.OfNumbers(function, numbers),
                    };
                    AssertClose(expected, values[i], $"{OfSummaries[i]} of {stat} of {key}");
                }
            }
        }
    }

    [Theory]
    [InlineData("order: [{measure: \"low\", direction: DESC}], groupBy: [{run: {} }, {key: {} }]")]
    [InlineData("order: [{measure: \"low\"}, {measure: \"n\", direction: DESC}], groupBy: [{param: {key: \"lr\", direction: DESC} }, {job: {} }]")]
    [InlineData("groupBy: [{user: {} }, {model: {direction: DESC} }, {step: {width: 5} }]")]
    [InlineData("order: [{measure: \"last\", direction: ASC}], groupBy: [{run: {direction: DESC} }, {key: {direction: DESC} }]")]
    [InlineData("groupBy: [{param: {key: \"lr\", width: 3} }, {time: {unit: DAY, zone: \"Europe/Berlin\", direction: DESC} }], order: [{measure: \"low\"}]")]
    [InlineData("groupBy: []")]
    public async Task Pages_Should_HaveEveryGroupOnce_When_OneFollowsTheOther(string order)
    {
        var scene = await MetricScene.OfAsync(empty);
        var arguments = $"where: {scene.Where}, label: null, {order}, measures: [{{name: \"low\", function: MIN}}, {{name: \"n\", function: COUNT}}, {{name: \"last\", function: LAST}}]";
        var whole = (await empty.Server.RunAsync($"{{ metricAggregates({arguments}, first: 1000) {{ count hasNextPage rows {{ cursor keys {{ name text number integer time id }} values }} }} }}")).At("metricAggregates");

        var pages = new List<string>();
        string? after = null;
        do
        {
            var page = (await empty.Server.RunAsync($"query ($after: String) {{ metricAggregates({arguments}, first: 7, after: $after) {{ count hasNextPage endCursor rows {{ cursor keys {{ name text number integer time id }} values }} }} }}", new { after })).At("metricAggregates");
            pages.AddRange(page.At("rows").EnumerateArray().Select(row => row.GetRawText()));
            after = page.At("hasNextPage").GetBoolean() ? page.At("endCursor").GetString() : null;
        }
        while (after is not null && pages.Count < 2000);

        Assert.False(whole.At("hasNextPage").GetBoolean());
        Assert.Equal(whole.At("rows").EnumerateArray().Select(row => row.GetRawText()), pages);
    }

    [Theory]
    [InlineData("function: AVG", "ASC")]
    [InlineData("function: STDDEV", "DESC")]
    [InlineData("of: SUMMARIES, function: MAX, stat: MEAN", "ASC")]
    public async Task Page_Should_BeginAfterTheLastGroup_When_SumsDifferInTheirLastDigits(string measure, string direction)
    {
        var experiment = await empty.CreateExperimentAsync();
        var random = new Random(7);
        for (var i = 0; i < 4; i++)
        {
            await empty.LogAsync(await empty.CreateRunAsync(experiment), "loss", [.. Enumerable.Range(0, 20).Select(_ => (object)((random.NextDouble() - (i % 2)) * 100))]);
        }

        var (of, function) = measure.StartsWith("of", StringComparison.Ordinal) ? (measure[..14], measure[15..]) : ("", measure);
        var arguments = $"where: {{experiment: {{id: {{eq: \"{experiment}\"}} }} }}, {of} groupBy: [{{run: {{}} }}], measures: [{{name: \"m\", {function}}}], order: [{{measure: \"m\", direction: {direction}}}]";
        var rows = (await empty.Server.RunAsync($"{{ metricAggregates({arguments}) {{ rows {{ cursor keys {{ id }} }} }} }}")).At("metricAggregates.rows").EnumerateArray().ToList();

        Assert.Equal(4, rows.Count);
        for (var i = 0; i + 1 < rows.Count; i++)
        {
            var next = rows[i + 1].At("keys.0.id").GetString();
            foreach (var other in new Func<double, double>[] { number => number, Math.BitIncrement, Math.BitDecrement })
            {
                var page = await empty.Server.RunAsync($"query ($after: String) {{ metricAggregates({arguments}, first: 1, after: $after) {{ rows {{ keys {{ id }} }} }} }}", new { after = Changed(rows[i].At("cursor").GetString()!, other) });
                Assert.Equal(next, page.At("metricAggregates.rows.0.keys.0.id").GetString());
            }
        }

        // The cursor as it would be had the sum been computed in another order: its parts are the question, the measure's class and number, then what is grouped by.
        static string Changed(string cursor, Func<double, double> change)
        {
            var parts = JsonSerializer.Deserialize<string[]>(Base64Url.DecodeFromChars(cursor))!;
            parts[2] = change(double.Parse(parts[2], CultureInfo.InvariantCulture)).ToString("R", CultureInfo.InvariantCulture);
            return Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(parts));
        }
    }

    [Fact]
    public async Task Params_Should_BeInTheBinsOfTheirNames_When_TheyAreWrittenAsDecimals()
    {
        var experiment = await empty.CreateExperimentAsync();
        foreach (var value in new[] { "0.29", "0.2", "0.3", "0.7", "-0.3", "-0.31", "1e300", "Infinity" })
        {
            var run = (await empty.Server.RunAsync(
                "mutation ($e: ID!, $value: String!) { createRun(input: {experimentId: $e, params: [{key: \"dropout\", value: $value}]}) { run { id } errors { __typename } } }", new { e = experiment, value })).At("createRun.run.id").GetString()!;
            await empty.LogAsync(run, "loss", 1);
        }

        var bins = await empty.Server.RunAsync(
            "query ($e: ID!) { tenths: metricAggregates(where: {experiment: {id: {eq: $e}}}, groupBy: [{param: {key: \"dropout\", width: 0.1}}], measures: [{function: COUNT}]) { columns { numbers integers } } hundredths: metricAggregates(where: {experiment: {id: {eq: $e}}}, groupBy: [{param: {key: \"dropout\", width: 0.01}}], measures: [{function: COUNT}]) { columns { numbers } } }",
            new { e = experiment });

        Assert.Equal("[-0.4,-0.3,0.2,0.3,0.7,1E+300,null]", bins.At("tenths.columns.0.numbers").GetRawText());
        Assert.Equal("[-0.31,-0.3,0.2,0.29,0.3,0.7,1E+300,null]", bins.At("hundredths.columns.0.numbers").GetRawText());
    }

    [Fact]
    public async Task Order_Should_HaveNaNAndMissingLast_When_ByAMeasure()
    {
        var scene = await MetricScene.OfAsync(empty);
        foreach (var direction in new[] { "ASC", "DESC" })
        {
            var columns = await ColumnsAsync($"where: {scene.Where}, first: 1000, groupBy: [{{run: {{}} }}], order: [{{measure: \"v\", direction: {direction}}}], measures: [{{name: \"v\", function: LAST, key: \"acc\"}}], keys: [\"acc\", \"loss\"]");

            var values = Rows(columns, 1).Select(row => row.Values[0]).ToList();
            var sorted = values.OrderBy(value => value is null ? 2 : double.IsNaN(value.Value) ? 1 : 0).ThenBy(value => direction == "ASC" ? value : -value).ToList();
            Assert.Equal(sorted, values);
            Assert.Contains(null, values);
            Assert.Contains(double.NaN, values);
        }
    }

    [Fact]
    public async Task Having_Should_KeepGroups_When_AllConditionsHold()
    {
        var scene = await MetricScene.OfAsync(empty);
        var columns = await ColumnsAsync($"where: {scene.Where}, groupBy: [{{run: {{}} }}], measures: [{{function: COUNT, key: \"loss\"}}, {{name: \"low\", function: MIN, key: \"loss\"}}], having: [{{measure: \"COUNT(loss)\", value: {{gte: 10}} }}, {{measure: \"low\", value: {{lt: -90}} }}]");

        var expected = scene.Points.Where(point => point is { Key: "loss", Rank: 0 }).GroupBy(point => point.Run.Id)
            .Where(run => run.Count() >= 10 && MetricOracle.Of("MIN", [.. run]) < -90).Select(run => GlobalId.Of("Run", run.Key));
        Assert.Equal(expected.Order(), Rows(columns, 1).Select(row => row.Key).Order());
    }

    [Fact]
    public async Task Filters_Should_Combine_When_RunsAndPointsAreFiltered()
    {
        var scene = await MetricScene.OfAsync(empty);
        var columns = await ColumnsAsync(
            $"where: {{and: [{scene.Where}, {{params: {{some: {{key: {{eq: \"lr\"}}, number: {{lte: 9}} }} }} }}, {{jobs: {{any: true}} }}, {{points: {{some: {{key: {{eq: \"loss\"}}, value: {{gt: 50}} }} }} }}]}}, points: {{step: {{gte: 5}}, or: [{{model: {{name: {{eq: \"m\"}} }} }}, {{value: {{lt: 0}} }}]}}, measures: [{{function: COUNT}}, {{function: SUM, key: \"loss\"}}]");

        var runs = scene.Runs.Where(run => run.Jobs.Length > 0 && run.Rate is "0.1" or "0.01" or "1e-2" or "9" or "-3" && run.Jobs.Length > 0 && scene.Points.Exists(point => point.Run == run && point is { Key: "loss", Value: > 50 })).ToList();
        var points = scene.Points.Where(point => runs.Contains(point.Run) && point is { Label: "", Scope: "RUN", Rank: 0, Step: >= 5 } && (point.Model != 0 || point.Value < 0)).ToList();
        Assert.NotEmpty(points);
        var (_, values) = Assert.Single(Rows(columns, 0));
        Assert.Equal(points.Count, values[0]);
        AssertClose(MetricOracle.Of("SUM", [.. points.Where(point => point.Key == "loss")]), values[1], "SUM");
    }

    [Fact]
    public async Task Keys_Should_BeObjects_When_TheirFieldsAreSelected()
    {
        var scene = await MetricScene.OfAsync(empty);
        var rows = (await empty.Server.RunAsync($"{{ metricAggregates(where: {scene.Where}, first: 1000, measures: [{{function: COUNT}}], groupBy: [{{experiment: {{}} }}, {{run: {{}} }}, {{job: {{}} }}, {{model: {{}} }}]) {{ rows {{ keys {{ name kind experiment {{ name }} run {{ status }} job {{ uid }} model {{ name }} }} }} }} }}")).At("metricAggregates.rows");

        foreach (var row in rows.EnumerateArray())
        {
            Assert.StartsWith(scene.Name, row.At("keys.0.experiment.name").GetString(), StringComparison.Ordinal);
            Assert.Contains(row.At("keys.1.run.status").GetString(), new[] { "RUNNING", "FINISHED", "KILLED" });
            Assert.Equal("ID", row.At("keys.2.kind").GetString());
        }

        Assert.Contains(rows.EnumerateArray(), row => row.At("keys.2.job").ValueKind == JsonValueKind.Object && row.At("keys.3.model").ValueKind == JsonValueKind.Object);
        Assert.Contains(rows.EnumerateArray(), row => row.At("keys.2.job").ValueKind == JsonValueKind.Null);
    }

    [Fact]
    public async Task Groups_Should_BeNone_When_NoRunIsMeant()
    {
        var answer = await empty.Server.RunAsync("{ a: metricAggregates(where: {uuid: {eq: \"none\"}}, groupBy: [{param: {key: \"lr\"}}], measures: [{function: AVG}]) { count endCursor } b: metricAggregates(where: {uuid: {eq: \"none\"}}, measures: [{function: AVG}, {function: COUNT}]) { rows { values } } }");

        Assert.Equal("""{"a":{"count":0,"endCursor":null},"b":{"rows":[{"values":[null,0]}]}}""", answer.GetRawText());
    }

    [Fact]
    public async Task Question_Should_CostOneQueryOfClickHouse_When_ItIsLarge()
    {
        var scene = await MetricScene.OfAsync(empty);
        var (_, counters) = await empty.Server.CountAsync(
            $"{{ metricAggregates(where: {scene.Where}, of: SUMMARIES, groupBy: [{{param: {{key: \"lr\", width: 1}} }}, {{tag: {{key: \"team\"}} }}, {{job: {{}} }}], measures: [{{function: AVG, key: \"loss\"}}, {{function: MAX, key: \"acc\", at: {{key: \"loss\", stat: MIN}} }}], order: [{{measure: \"AVG(loss, LATEST)\"}}]) {{ count }} }}");

        Assert.Equal((1, 1), (counters.PostgresRoundTrips, counters.ClickHouseQueries));
    }

    [Theory]
    [InlineData("metricAggregates(of: SUMMARIES, measures: [{function: SUM, stat: SUM}, {name: \"mean\", function: MAX, stat: MEAN}], KEY) { rows { values } }", "keys: [\"m\"]", "[3,1.5]", "[10,2]")]
    [InlineData("metricHistogram(of: SUMMARIES, bins: 1, KEY) { edges count }", "key: \"m\"", "[2,2]", "[4,4]")]
    public async Task Summaries_Should_BeReadAsTheyAreKept_When_PointsWereJustLogged(string field, string key, string first, string second)
    {
        var run = await empty.CreateRunAsync(await empty.CreateExperimentAsync());
        var query = $"{{ a: {field.Replace("KEY", $"{key}, where: {{id: {{eq: \"{run}\"}} }}", StringComparison.Ordinal)} }}";

        await empty.LogAsync(run, "m", 1, 2);
        var (answer, counters) = await empty.Server.CountAsync(query);
        Assert.Contains(first, answer.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(1, counters.ClickHouseQueries);
        Assert.DoesNotContain("metric_point", Assert.Single(counters.Statements, statement => statement.Contains("FINAL", StringComparison.Ordinal)), StringComparison.Ordinal);

        await empty.LogAsync(run, "m", 1, 2, 4);
        Assert.Contains(second, (await empty.Server.RunAsync(query)).GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runs_Should_BeFound_When_ThereAreAHundredThousand()
    {
        var name = $"many-{Guid.NewGuid():n}";
        await empty.ExecuteAsync(
            $"""
            BEGIN;
            SET LOCAL session_replication_role = replica;
            INSERT INTO experiment (source, name) VALUES ('local', '{name}');
            INSERT INTO run (source, experiment_id, uuid, status_text) SELECT 'local', id, md5('{name}' || i), 'FINISHED' FROM experiment, generate_series(1, 100000) AS i WHERE name = '{name}';
            INSERT INTO run_param (run_id, key, value) SELECT run.id, 'half', (run.id % 2)::text FROM run JOIN experiment ON experiment.id = experiment_id WHERE experiment.name = '{name}';
            COMMIT
            """);
        var (data, _) = await empty.Server.CountAsync($"{{ experiment(name: \"{name}\") {{ id runs(first: 1, order: [{{id: ASC}}]) {{ nodes {{ id }} }} }} }}");
        var (experiment, first) = (EmptyServer.KeyOf(data.At("experiment.id").GetString()!), EmptyServer.KeyOf(data.At("experiment.runs.nodes.0.id").GetString()!));
        await using var client = new ClickHouseClient(ClickHouseOptions.Parse(empty.ClickHouse));
        await client.ExecuteAsync(new ClickHouseQuery($"INSERT INTO metric_point (experiment_id, key, run_id, step, time, value) SELECT {experiment}, 'loss', {first} + number, 0, now64(), number FROM numbers(100000)"));

        var (answer, counters) = await empty.Server.CountAsync($$"""
            { metricAggregates(where: {experiment: {name: {eq: "{{name}}"} } }, groupBy: [{param: {key: "half"} }], measures: [{function: COUNT}, {function: COUNT_DISTINCT}, {function: SUM}]) { rows { values } }
              metricPoints(where: {run: {experiment: {name: {eq: "{{name}}"} } } }) { totalCount } }
            """);
        await empty.ExecuteAsync(
            $"""
            BEGIN;
            SET LOCAL session_replication_role = replica;
            DELETE FROM run_param USING run JOIN experiment ON experiment.id = experiment_id WHERE run.id = run_id AND experiment.name = '{name}';
            DELETE FROM run USING experiment WHERE experiment.id = experiment_id AND experiment.name = '{name}';
            DELETE FROM experiment WHERE name = '{name}';
            COMMIT
            """);

        // The numbers from 0 to 99,999, the even ones and the odd ones: one of the sums is greater by 50,000.
        Assert.Equal(["50000 50000 2499950000", "50000 50000 2500000000"], answer.At("metricAggregates.rows").EnumerateArray().Select(row => string.Join(' ', row.At("values").EnumerateArray())).Order(StringComparer.Ordinal));
        Assert.Equal(100_000, answer.At("metricPoints.totalCount").GetInt32());
        Assert.DoesNotContain(counters.Statements, statement => statement.Contains("{runs_id", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Points_Should_BeThere_When_TheyWereJustAcknowledged()
    {
        var run = await empty.CreateRunAsync();
        await empty.LogAsync(run, "loss", 1, 2, "NaN", 6);

        var answer = await empty.Server.RunAsync("query ($id: ID!) { metricAggregates(where: {id: {eq: $id}}, measures: [{function: AVG}, {function: COUNT}]) { rows { values } } }", new { id = run });

        Assert.Equal("[3,4]", answer.At("metricAggregates.rows.0.values").GetRawText());
    }

    [Fact]
    public async Task Bins_Should_BeInOrder_When_StepsAreAtTheEndsOfIntegers()
    {
        var run = await empty.CreateRunAsync();
        await empty.Server.RunAsync(
            "mutation ($input: LogBatchInput!) { logBatch(input: $input) { errors { __typename } } }",
            new { input = new { runId = run, metrics = new[] { long.MinValue, -1, 5, long.MaxValue }.Select(step => new { key = "ends", step, value = 1 }) } });

        var bins = await empty.Server.RunAsync("query ($id: ID!) { metricAggregates(where: {id: {eq: $id}}, keys: [\"ends\"], groupBy: [{step: {width: 1000}}], measures: [{function: COUNT}]) { columns { integers } } }", new { id = run });
        var series = (await empty.Server.RunAsync(
            "query ($id: ID!) { run(id: $id) { one: series(key: \"ends\", sample: {bucket: {points: 1}}) { steps buckets { counts } } wide: series(key: \"ends\", sample: {bucket: {width: 9223372036854775807}}) { steps buckets { counts } } extremes: series(key: \"ends\", sample: {minMax: {points: 2}}) { steps } } compareRuns(runIds: [$id], keys: [\"ends\"], points: 1) { positions series { counts } } }",
            new { id = run }));

        Assert.Equal("[-9223372036854775808,-1000,0,9223372036854775000]", bins.At("metricAggregates.columns.0.integers").GetRawText());
        Assert.Equal("""{"one":{"steps":[-9223372036854775808],"buckets":{"counts":[4]}},"wide":{"steps":[-9223372036854775808,-9223372036854775807,0,9223372036854775807],"buckets":{"counts":[1,1,1,1]}},"extremes":{"steps":[-9223372036854775808]}}""", series.At("run").GetRawText());
        Assert.Equal("""{"positions":[-9223372036854775808],"series":[{"counts":[4]}]}""", series.At("compareRuns").GetRawText());
    }

    [Theory]
    [InlineData("measures: []", "measures")]
    [InlineData("measures: [{function: QUANTILE}]", "measures.0.quantile")]
    [InlineData("measures: [{function: AVG}, {function: QUANTILE, quantile: 1.5}]", "measures.1.quantile")]
    [InlineData("measures: [{function: AVG, quantile: 0.5}]", "measures.0.quantile")]
    [InlineData("measures: [{function: AVG}, {function: AVG}]", "measures.1.name")]
    [InlineData("groupBy: [{key: {}}, {param: {key: \"lr\"}}], measures: [{function: AVG}, {name: \"key\", function: AVG}]", "measures.1.name")]
    [InlineData("groupBy: [{param: {key: \"lr\"}}], measures: [{name: \"param lr\", function: AVG}]", "measures.0.name")]
    [InlineData("measures: [{function: AVG, stat: MIN}]", "measures.0.stat")]
    [InlineData("of: SUMMARIES, measures: [{function: SLOPE}]", "measures.0.function")]
    [InlineData("of: SUMMARIES, measures: [{function: AVG, stat: MIN, at: {key: \"a\", stat: MAX}}]", "measures.0.at")]
    [InlineData("of: SUMMARIES, groupBy: [{key: {}}, {step: {}}], measures: [{function: AVG}]", "groupBy.1.step")]
    [InlineData("groupBy: [{step: {width: 0.5}}], measures: [{function: AVG}]", "groupBy.0.step.width")]
    [InlineData("groupBy: [{param: {key: \"a\", width: 0}}], measures: [{function: AVG}]", "groupBy.0.param.width")]
    [InlineData("groupBy: [{param: {key: \"\\u0000\"}}], measures: [{function: AVG}]", "groupBy.0.param.key")]
    [InlineData("groupBy: [{time: {unit: DAY, zone: \"Mars\"}}], measures: [{function: AVG}]", "groupBy.0.time.zone")]
    [InlineData("keys: [\"a\", \"\\u0000\"], measures: [{function: AVG}]", "keys.1")]
    [InlineData("measures: [{function: AVG}], order: [{measure: \"x\"}]", "order.0.measure")]
    [InlineData("measures: [{function: AVG}], having: [{measure: \"x\", value: {gt: 1}}]", "having.0.measure")]
    [InlineData("measures: [{function: AVG}], after: \"x\"", "after")]
    [InlineData("measures: [{function: AVG}], after: \"WyJhIiwiYiJd\"", "after")]
    public async Task Question_Should_BeRefused_When_AnArgumentDoesNotFit(string arguments, string argument)
    {
        var answer = await empty.Server.AskAsync($"{{ metricAggregates({arguments}) {{ count }} }}");

        Assert.Equal(["BAD_USER_INPUT"], answer.Codes);
        Assert.Equal(argument, answer.Json.At("errors.0.extensions.argument").GetString());
    }

    [Theory]
    [InlineData("first: 10001, measures: [{function: AVG}]", "first")]
    [InlineData("groupBy: [{key: {}}, {key: {}}, {key: {}}, {key: {}}, {key: {}}, {key: {}}, {key: {}}, {key: {}}, {key: {}}], measures: [{function: AVG}]", "groupBy")]
    public async Task Question_Should_BeRefused_When_ItIsBeyondALimit(string arguments, string argument)
    {
        var answer = await empty.Server.AskAsync($"{{ metricAggregates({arguments}) {{ count }} }}");

        Assert.Equal(["LIMIT_EXCEEDED"], answer.Codes);
        Assert.Equal(argument, answer.Json.At("errors.0.extensions.argument").GetString());
    }

    [Theory]
    [InlineData("' OR 1=1 --")]
    [InlineData("\\'); DROP TABLE metric_point; --")]
    [InlineData("{p1:String}")]
    [InlineData("{key} \\ ` \" \n\t")]
    [InlineData("🦉 \uFFFD")]
    public async Task Texts_Should_BeValues_When_TheyAreHostile(string text)
    {
        var answer = await empty.Server.AskAsync(
            """
            query ($t: String!) { metricAggregates(keys: [$t], label: $t, where: {params: {some: {key: {eq: $t}}}}, points: {key: {neq: $t}}, of: SUMMARIES, groupBy: [{param: {key: $t}}, {tag: {key: $t}}],
              measures: [{name: $t, function: AVG, key: $t, at: {key: $t, label: $t, stat: MAX}}], order: [{measure: $t}], having: [{measure: $t, value: {gt: 1}}]) { count columns { name } } }
            """,
            new { t = text });

        Assert.Equal(0, answer.Data.At("metricAggregates.count").GetInt32());
        Assert.Equal([$"param {text}", $"tag {text}", text], answer.Data.At("metricAggregates.columns").EnumerateArray().Select(column => column.At("name").GetString()));
    }

    private async Task<List<JsonElement>> ColumnsAsync(string arguments)
    {
        var answer = await empty.Server.RunAsync($"{{ metricAggregates({arguments}) {{ hasNextPage columns {{ name kind texts numbers integers times ids }} }} }}");
        Assert.False(answer.At("metricAggregates.hasNextPage").GetBoolean());
        return [.. answer.At("metricAggregates.columns").EnumerateArray()];
    }

    private static List<(string Key, double?[] Values)> Rows(List<JsonElement> columns, int dimensions)
    {
        var lists = columns.Select(column => column.At(column.At("kind").GetString()!.ToLowerInvariant() + "s").EnumerateArray().ToList()).ToList();
        return [.. Enumerable.Range(0, lists[0].Count).Select(row => (
            string.Join('|', lists.Take(dimensions).Select(list => list[row].ToString())),
            lists.Skip(dimensions).Select(list => list[row].ValueKind == JsonValueKind.Null ? (double?)null : list[row].ValueKind == JsonValueKind.String ? double.Parse(list[row].GetString()!, CultureInfo.InvariantCulture) : list[row].GetDouble()).ToArray()))];
    }

    private static string Measure(string function) => function == "QUANTILE" ? "{function: QUANTILE, quantile: 0.95}" : $"{{function: {function}}}";

    private static string GroupBy(string name, string direction) => name switch
    {
        "step by 7" => $"{{step: {{width: 7, direction: {direction}}} }}",
        "param by 0.25" => $"{{param: {{key: \"lr\", width: 0.25, direction: {direction}}} }}",
        "param" => $"{{param: {{key: \"lr\", direction: {direction}}} }}",
        "tag" => $"{{tag: {{key: \"team\", direction: {direction}}} }}",
        _ when char.IsUpper(name[0]) => $"{{time: {{unit: {name}, zone: \"Europe/Berlin\", direction: {direction}}} }}",
        _ => $"{{{name}: {{direction: {direction}}} }}",
    };

    private static IEnumerable<string> KeysOf(string name, ScenePoint point) => name switch
    {
        "experiment" => [GlobalId.Of("Experiment", point.Run.Experiment)],
        "run" => [GlobalId.Of("Run", point.Run.Id)],
        "key" => [point.Key],
        "label" => [point.Label],
        "scope" => [point.Scope],
        "rank" => [Text(point.Rank)],
        "trial" => [point.Run.Trial is { } trial ? GlobalId.Of("Trial", trial) : ""],
        "status" => [point.Run.Status],
        "user" => [point.Run.User ?? ""],
        "job" => point.Run.Jobs.Length == 0 ? [""] : point.Run.Jobs.Select(job => GlobalId.Of("Job", job)),
        "model" => [point.Model == 0 ? "" : GlobalId.Of("LoggedModel", point.Model)],
        "dataset" => [point.Dataset == 0 ? "" : GlobalId.Of("Dataset", point.Dataset)],
        "epoch" => [Text(point.Epoch)],
        "step" => [Text(point.Step)],
        "step by 7" => [Text((long)Math.Floor(point.Step / 7.0) * 7)],
        "param" => [point.Run.Rate ?? ""],
        "param by 0.25" => [double.TryParse(point.Run.Rate, CultureInfo.InvariantCulture, out var rate) && double.IsFinite(rate) ? (Math.Floor(rate / 0.25) * 0.25).ToString(CultureInfo.InvariantCulture) : ""],
        "tag" => [point.Run.Tag ?? ""],
        _ => [BeginOf(name, point.Time).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)],
    };

    private static DateTime BeginOf(string unit, DateTime time)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        var local = TimeZoneInfo.ConvertTimeFromUtc(time, zone);
        var day = local.Date;
        return unit switch
        {
            "MINUTE" => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMinute)),
            "HOUR" => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerHour)),
            "DAY" => Utc(day),
            "WEEK" => Utc(day.AddDays(-(((int)day.DayOfWeek + 6) % 7))),
            "MONTH" => Utc(new DateTime(day.Year, day.Month, 1)),
            "QUARTER" => Utc(new DateTime(day.Year, day.Month - ((day.Month - 1) % 3), 1)),
            _ => Utc(new DateTime(day.Year, 1, 1)),
        };

        DateTime Utc(DateTime begin) => TimeZoneInfo.ConvertTimeToUtc(DateTime.SpecifyKind(begin, DateTimeKind.Unspecified), zone);
    }

    // Ids come in the order of their keys; texts that are numbers in the order of those, then NaN, then other texts, missing ones last.
    private static IEnumerable<string> Sorted(string name, IEnumerable<string> keys, bool descending)
    {
        var isOfIds = name is "experiment" or "run" or "trial" or "job" or "model" or "dataset";
        var present = keys.Where(key => key.Length > 0 || name == "label").GroupBy(key => isOfIds ? 0 : NumberOf(key) is not { } number ? 2 : double.IsNaN(number) ? 1 : 0).OrderBy(kind => kind.Key).SelectMany(kind =>
        {
            var sorted = kind.OrderBy(key => isOfIds ? EmptyServer.KeyOf(key) : NumberOf(key) ?? 0).ThenBy(key => key, StringComparer.Ordinal);
            return descending ? sorted.Reverse() : sorted;
        });
        return present.Concat(keys.Where(key => key.Length == 0 && name != "label"));

        static double? NumberOf(string key) => key == "inf" ? double.PositiveInfinity : double.TryParse(key, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    private static double? SummaryOf(string stat, List<ScenePoint> series, MetricScene scene)
    {
        if (stat.StartsWith("at", StringComparison.Ordinal))
        {
            return MetricScene.AtBest(scene.Series(series[0].Run, "acc"), stat[3..], series)?.Value;
        }

        var values = series.Where(point => !double.IsNaN(point.Value)).Select(point => point.Value).ToList();
        return stat switch
        {
            "LATEST" => MetricOracle.Of("LAST", series),
            "FIRST" or "COUNT" or "NAN_COUNT" => MetricOracle.Of(stat, series),
            "MEAN" => MetricOracle.OfNumbers("AVG", values),
            _ => MetricOracle.OfNumbers(stat, values),
        };
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static void AssertClose(double? expected, double? actual, string what)
    {
        var isClose = expected is null || actual is null || !double.IsFinite(expected.Value) || !double.IsFinite(actual.Value) ? Equals(expected, actual)
            : Math.Abs(expected.Value - actual.Value) <= 1e-9 * Math.Max(1, Math.Max(Math.Abs(expected.Value), Math.Abs(actual.Value)));
        Assert.True(isClose, $"{what}: {expected} expected, {actual} found");
    }
}
