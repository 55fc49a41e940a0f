using System.Data.Common;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using AnalyticsGraph.Analytics.Aggregates;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.Mapping;
using AnalyticsGraph.Server.Export;
using AnalyticsGraph.Server.Hosting;
using AnalyticsGraph.Server.Tests.Running;

namespace AnalyticsGraph.Server.Tests.Reading;

/// <summary>Answers as files.</summary>
[Collection("empty")]
public sealed class BulkExportTests(EmptyServer empty)
{
    private static readonly Dictionary<string, string> MediaTypes = new()
    {
        ["CSVWithNames"] = "text/csv",
        ["JSONEachRow"] = "application/x-ndjson",
        ["ArrowStream"] = "application/vnd.apache.arrow.stream",
        ["Parquet"] = "application/vnd.apache.parquet",
    };

    [Fact]
    public async Task Series_Should_BeLines_When_ItsRunsAreNamed()
    {
        var (one, two) = (await CreateRunAsync(), await CreateRunAsync());
        await LogAsync(one.Id, ("loss", 0, 0.5, "2026-01-01T00:00:00.125Z"), ("loss", 1, "NaN", "2026-01-01T00:00:01Z"), ("acc", 0, 1, "2026-01-01T00:00:00Z"));
        await LogAsync(two.Id, ("loss", 3, "-Infinity", "2026-01-01T00:00:03Z"));

        Assert.Equal(
            $"""
            "run","key","label","scope","rank","epoch","step","time","value"
            "{one.Uuid}","loss","","RUN",0,0,0,"2026-01-01T00:00:00.125Z",0.5
            "{one.Uuid}","loss","","RUN",0,0,1,"2026-01-01T00:00:01.000Z",nan
            "{two.Uuid}","loss","","RUN",0,0,3,"2026-01-01T00:00:03.000Z",-inf

            """,
            Sorted(await TextAsync($"series?key=loss&format=csv&runIds={one.Id}&runIds={two.Id}")));
        Assert.Equal(
            $$"""{"run":"{{one.Uuid}}","key":"loss","label":"","scope":"RUN","rank":0,"epoch":0,"step":1,"time":"2026-01-01T00:00:01.000Z","value":"nan"}""",
            (await TextAsync($"series?key=loss&from=1&runIds=[\"{one.Id}\"]")).TrimEnd('\n'));
        Assert.Equal(["0 0.5", "1 nan"], (await LinesAsync($"series?key=loss&minValue=-1e300&maxValue=0.5&runIds={one.Id}&runIds={two.Id}")).Select(line => $"{line.GetProperty("step")} {line.GetProperty("value")}"));
        Assert.Equal(["acc 0"], (await LinesAsync($"series?minValue=0.75&to=0&runIds={one.Id}")).Select(line => $"{line.GetProperty("key")} {line.GetProperty("step")}"));
        Assert.Equal(["acc", "loss", "loss"], (await LinesAsync($"series?runIds={one.Id}")).Select(line => line.GetProperty("key").GetString()));
        Assert.Equal("\"run\",\"key\",\"label\",\"scope\",\"rank\",\"epoch\",\"step\",\"time\",\"value\"\n", await TextAsync($"series?key=none&format=csv&runIds={one.Id}"));
        Assert.Equal("", await TextAsync("series?where={\"uuid\":{\"eq\":\"nobody\"}}"));
    }

    [Theory]
    [InlineData("CSVWithNames")]
    [InlineData("JSONEachRow")]
    [InlineData("ArrowStream")]
    [InlineData("Parquet")]
    public async Task Series_Should_BeReadable_When_ItHasManyBlocks(string format)
    {
        const int Points = 300_000;
        var run = await CreateRunAsync(Points);
        using var request = new HttpRequestMessage(HttpMethod.Post, "export/series") { Content = JsonContent.Create(new { runIds = new[] { run.Id }, key = "loss" }), Headers = { { "Accept", MediaTypes[format] } } };
        using var response = await empty.Server.Http.SendAsync(request);

        Assert.Equal((HttpStatusCode.OK, MediaTypes[format]), (response.StatusCode, response.Content.Headers.ContentType!.MediaType));
        Assert.Matches("^series-[0-9]{8}-[0-9]{6}\\.(csv|ndjson|arrows|parquet)$", response.Content.Headers.ContentDisposition!.FileName!.Trim('"'));
        Assert.Equal(
            $"{Points}\t{run.Uuid}\tloss\tRUN\t{(long)Points * (Points - 1) / 2}\t2026-01-01 00:00:00.000\t{Enumerable.Range(0, Points).Sum(step => step % 1000 / 8.0).ToString(CultureInfo.InvariantCulture)}\n",
            await ReadBackAsync(format, await response.Content.ReadAsByteArrayAsync(), "run String, key String, scope String, step Int64, time DateTime64(3, 'UTC'), value Float64", "count(), any(run), any(key), any(scope), sum(step), max(time), sum(value)"));
    }

    [Theory]
    [InlineData("{\"minMax\":{\"points\":20}}", null)]
    [InlineData("{\"lttb\":{\"points\":50}}", "{\"ema\":{\"halfLife\":5}}")]
    [InlineData("{\"bucket\":{\"width\":100}}", null)]
    public async Task Series_Should_BeTheGraphs_When_ItIsThinned(string sample, string? smoothing)
    {
        var run = await CreateRunAsync(1000);
        var buckets = sample.Contains("bucket", StringComparison.Ordinal);
        var (sampled, smoothed) = (JsonDocument.Parse(sample).RootElement, smoothing is null ? (JsonElement?)null : JsonDocument.Parse(smoothing).RootElement);
        var series = (await empty.Server.RunAsync(
            "query ($r: ID!, $s: SeriesSampleInput, $m: SmoothingInput) { run(id: $r) { series(key: \"loss\", to: 800, minValue: 5, maxValue: 90, sample: $s, smoothing: $m) { steps values smoothed buckets { counts max } } } }",
            new { r = run.Id, s = sampled, m = smoothed })).At("run.series");

        var lines = await LinesAsync($"series?key=loss&to=800&minValue=5&maxValue=90&runIds={run.Id}&sample={Uri.EscapeDataString(sample)}{(smoothing is null ? "" : $"&smoothing={Uri.EscapeDataString(smoothing)}")}");

        Assert.Equal(Raw(series.GetProperty("steps")), Column(lines, "step"));
        Assert.Equal(Raw(series.GetProperty("values")), Column(lines, "value"));
        Assert.Equal(smoothing is null ? [] : Raw(series.GetProperty("smoothed")), smoothing is null ? [] : Column(lines, "smoothed"));
        Assert.Equal(buckets ? Raw(series.At("buckets.counts")) : [], buckets ? Column(lines, "count") : []);
        Assert.Equal(buckets ? Raw(series.At("buckets.max")) : [], buckets ? Column(lines, "max") : []);
        Assert.Equal([run.Uuid], lines.Select(line => line.GetProperty("run").GetString()).Distinct());
    }

    [Fact]
    public void Series_Should_KnowEveryArgumentOfTheGraphs() =>
        Assert.Equal(((ComplexType)empty.Server.Graph.Executor.Schema.Schema.Types["Run"]).Fields["series"].Arguments.Keys.Order(), SeriesRoute.OfSeries.Order());

    [Fact]
    public async Task Runs_Should_HaveTheirValuesAsColumns()
    {
        var experiment = await empty.CreateExperimentAsync();
        var (one, two) = (await CreateRunAsync(experiment: experiment), await CreateRunAsync(experiment: experiment));
        await empty.Server.RunAsync("""mutation ($r: ID!) { logBatch(input: {runId: $r, params: [{key: "lr", value: "0.1"}, {key: "a/b c", value: "x,\"y"}], tags: [{key: "t", value: "v"}]}) { errors { __typename } } }""", new { r = one.Id });
        await LogAsync(one.Id, ("loss", 0, 0.5, "2026-01-01T00:00:00Z"), ("loss", 1, 0.25, "2026-01-01T00:00:01Z"));
        await LogAsync(two.Id, ("acc", 0, "NaN", "2026-01-01T00:00:00Z"));
        var which = $"order={{\"id\":\"ASC\"}}&where={{\"experiment\":{{\"id\":{{\"eq\":\"{experiment}\"}}}}}}";

        var rows = (await TextAsync($"runs?format=csv&{which}")).Split('\n');
        var some = (await LinesAsync($"runs?{which}&params=lr&tags=[]&metrics=loss&metrics=none")).Select(line => line.EnumerateObject().Skip(9).ToDictionary(value => value.Name, value => value.Value.GetRawText())).ToArray();
        var all = await LinesAsync($"runs?long=true&{which}&first=1");

        Assert.Equal("\"id\",\"uuid\",\"name\",\"experiment\",\"user\",\"status\",\"lifecycle_stage\",\"start_time\",\"end_time\",\"params.a/b c\",\"params.lr\",\"tags.mlflow.runName\",\"tags.t\",\"metrics.acc\",\"metrics.loss\"", rows[0]);
        Assert.StartsWith($"\"{one.Id}\",\"{one.Uuid}\",", rows[1], StringComparison.Ordinal);
        Assert.Matches(",\"x,\"\"y\",\"0.1\",\"[a-z-]+[0-9]*\",\"v\",\\\\N,0.25$", rows[1]);
        Assert.Matches(",\\\\N,\\\\N,\"[a-z-]+[0-9]*\",\\\\N,nan,\\\\N$", rows[2]);
        Assert.Equal(4, rows.Length);
        Assert.Equal([new() { ["params.lr"] = "\"0.1\"", ["metrics.loss"] = "0.25", ["metrics.none"] = "null" }, new() { ["params.lr"] = "null", ["metrics.loss"] = "null", ["metrics.none"] = "null" }], some);
        Assert.Equal(
            ["param a/b c x,\"y null", "param lr 0.1 0.1", "tag t v null", "metric loss  0.25"],
            all.Where(line => line.GetProperty("key").GetString() != "mlflow.runName").Select(line => $"{line.GetProperty("kind")} {line.GetProperty("key")} {line.GetProperty("text")} {line.GetProperty("value").GetRawText()}"));
    }

    [Theory]
    [InlineData("ArrowStream")]
    [InlineData("Parquet")]
    public async Task Runs_Should_BeReadable_When_ThereAreSeveralPages(string format)
    {
        var experiment = await empty.CreateExperimentAsync();
        await empty.ExecuteAsync($"""
            WITH r AS (INSERT INTO run (source, experiment_id, uuid, status_text, lifecycle_stage, start_time) SELECT 'local', {EmptyServer.KeyOf(experiment)}, replace(gen_random_uuid()::text, '-', ''), 'FINISHED', 'ACTIVE', '2026-01-02 00:00:00.123456Z' FROM generate_series(1, 450) RETURNING id)
            INSERT INTO run_param (run_id, key, value) SELECT id, 'n', (row_number() OVER ())::text FROM r
            """);
        var bytes = await empty.Server.Http.GetByteArrayAsync($"export/runs?format={(format == "Parquet" ? "parquet" : "arrow")}&where={{\"experiment\":{{\"id\":{{\"eq\":\"{experiment}\"}}}}}}");

        Assert.Equal(
            "450\t450\t101475\t2026-01-02 00:00:00.123456\n",
            await ReadBackAsync(format, bytes, "uuid String, start_time Nullable(DateTime64(6, 'UTC')), `params.n` Nullable(String)", "count(), uniqExact(uuid), sum(toInt64(`params.n`)), min(start_time)"));
    }

    [Theory]
    [InlineData("JSONEachRow")]
    [InlineData("CSVWithNames")]
    [InlineData("Parquet")]
    public async Task Runs_Should_HaveAllTheirColumns_When_TheirNamesAreLongerThanAQueryUsuallyIs(string format)
    {
        var run = await CreateRunAsync();
        string[] keys = [.. Enumerable.Range(0, 900).Select(i => $"{i}{new string('k', 300)}")];
        using var request = new HttpRequestMessage(HttpMethod.Post, "export/runs")
        {
            Content = JsonContent.Create(new { runIds = new[] { run.Id }, @params = keys, tags = Array.Empty<string>(), metrics = Array.Empty<string>() }),
            Headers = { { "Accept", MediaTypes[format] } },
        };
        using var response = await empty.Server.Http.SendAsync(request);
        var file = await response.Content.ReadAsByteArrayAsync();

        Assert.True(response.IsSuccessStatusCode, Encoding.UTF8.GetString(file));
        Assert.Equal($"1\t{run.Uuid}\t0\n", await ReadBackAsync(format, file, $"uuid String, `params.{keys[^1]}` Nullable(String)", $"count(), any(uuid), count(`params.{keys[^1]}`)"));
    }

    [Fact]
    public async Task Comparison_Should_HaveARowForEachPoint()
    {
        var run = await CreateRunAsync();
        await LogAsync(run.Id, ("loss", 0, 1, "2026-01-01T00:00:00Z"), ("loss", 4, 3, "2026-01-01T00:00:01Z"));

        Assert.Equal(
            $"\"run\",\"key\",\"position\",\"count\",\"value\"\n\"{run.Uuid}\",\"loss\",0,1,1\n\"{run.Uuid}\",\"loss\",4,1,3\n", await TextAsync($"compare?format=csv&keys=loss&runIds={run.Id}"));
        Assert.Equal(
            "\"group\",\"key\",\"position\",\"runs\",\"mean\",\"min\",\"max\",\"standard_deviation\"\n\\N,\"loss\",0,1,1,1,1,\\N\n\\N,\"loss\",4,1,3,3,3,\\N\n",
            await TextAsync($"compare?format=csv&keys=loss&runIds={run.Id}&groupBy={{\"tag\":\"none\"}}"));
    }

    [Fact]
    public async Task Aggregates_Should_HaveARowForEachGroup()
    {
        var experiment = await empty.CreateExperimentAsync();
        var (one, two) = (await CreateRunAsync(experiment: experiment), await CreateRunAsync(experiment: experiment));
        await LogAsync(one.Id, ("loss", 0, 1, "2026-01-01T00:00:00Z"), ("loss", 1, 2, "2026-01-01T00:00:01Z"));
        await LogAsync(two.Id, ("loss", 0, 5, "2026-01-01T00:00:00Z"), ("acc", 0, "NaN", "2026-01-01T00:00:00Z"));
        var which = new { where = new { experiment = new { id = new { eq = experiment } } }, groupBy = new object[] { new { key = new { } } }, measures = new object[] { new { function = "COUNT", name = "count" }, new { function = "MAX", name = "max" } } };
        using var response = await empty.Server.Http.PostAsJsonAsync("export/aggregate?format=csv", which);

        Assert.Equal("\"key\",\"count\",\"max\"\n\"acc\",1,\\N\n\"loss\",3,5\n", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Null_Should_MeanAll_When_TheGraphTakesItSo()
    {
        var experiment = await empty.CreateExperimentAsync();
        var run = await CreateRunAsync(experiment: experiment);
        await empty.Server.RunAsync(
            """mutation ($r: ID!) { logBatch(input: {runId: $r, metrics: [{key: "loss", value: 1}, {key: "loss", value: 7, label: "a"}, {key: "loss", value: 8, label: "a", scope: EPOCH}, {key: "loss", value: 9, label: "a", rank: 1}]}) { errors { __typename } } }""",
            new { r = run.Id });
        var where = new { experiment = new { id = new { eq = experiment } } };
        var groupBy = new[] { new { label = new { } } };
        var measures = new[] { new { function = "COUNT", name = "count" } };
        var all = (string?)null;

        Assert.Equal("\"label\",\"count\"\n\"\",1\n", await PostAsync("aggregate", new { where, keys = new[] { "loss" }, groupBy, measures }));
        Assert.Equal("\"label\",\"count\"\n\"\",1\n\"a\",1\n", await PostAsync("aggregate", new { where, keys = new[] { "loss" }, label = all, groupBy, measures }));
        Assert.Equal("\"label\",\"count\"\n\"\",1\n\"a\",3\n", await PostAsync("aggregate", new { where, keys = new[] { "loss" }, label = all, scope = all, rank = all, groupBy, measures }));
        Assert.Equal("\"from\",\"to\",\"count\"\n1,9,4\n", await PostAsync("histogram", new { where, key = "loss", label = all, scope = all, rank = all, bins = 1 }));

        // The graph takes no null here: it is what is left out.
        Assert.Equal($"\"run\",\"key\",\"position\",\"count\",\"value\"\n\"{run.Uuid}\",\"loss\",0,1,1\n", await PostAsync("compare", new { where, keys = new[] { "loss" }, label = all, rank = all }));
        Assert.Equal(
            $"\"run\",\"key\",\"label\",\"scope\",\"value\"\n\"{run.Uuid}\",\"loss\",\"\",\"RUN\",1\n",
            WithoutTime(await PostAsync("series", new { where, key = "loss", label = all, rank = all, sample = new { lttb = new { points = 10 } } })));

        async Task<string> PostAsync(string path, object body)
        {
            using var response = await empty.Server.Http.PostAsJsonAsync($"export/{path}?format=csv", body);
            return await response.Content.ReadAsStringAsync();
        }

        // `run, key, label, scope, step, time, value`, without what a clock gave.
        static string WithoutTime(string csv) => string.Join('\n', csv.Split('\n').Select(line => line.Split(',') is { Length: 7 } cells ? string.Join(',', cells[..4].Append(cells[6])) : line));
    }

    [Theory]
    [InlineData("ndjson", "\"nan\"")]
    [InlineData("csv", "nan")]
    public async Task NaN_Should_HaveNoSign_When_ItIsComputed(string format, string nan)
    {
        var experiment = await empty.CreateExperimentAsync();
        var run = await CreateRunAsync(experiment: experiment);
        await LogAsync(run.Id, ("nn", 1, "Infinity", "2026-01-01T00:00:00Z"), ("nn", 1, "-Infinity", "2026-01-01T00:00:01Z"), ("nn", 2, "NaN", "2026-01-01T00:00:02Z"));
        var which = $"format={format}&where={{\"experiment\":{{\"id\":{{\"eq\":\"{experiment}\"}}}}}}";
        string[] functions = ["SUM", "AVG", "STDDEV", "MEDIAN"];

        // Columns may have the names that others have on their way.
        var aggregates = await TextAsync($"aggregate?{which}&keys=nn&groupBy={{\"key\":{{}}}}&measures=[{string.Join(',', functions.Select((function, i) => $"{{\"function\":\"{function}\",\"name\":\"c{i}\"}}"))}]");
        var latest = await TextAsync($"runs?{which}&params=[]&tags=[]");
        var compared = await TextAsync($"compare?{which}&keys=nn");

        Assert.Equal(
            format == "csv" ? "\"key\",\"c0\",\"c1\",\"c2\",\"c3\"\n\"nn\",nan,nan,nan,nan\n" : """{"key":"nn","c0":"nan","c1":"nan","c2":"nan","c3":"nan"}""" + "\n", aggregates);
        Assert.Contains(nan, latest, StringComparison.Ordinal);
        Assert.Contains(nan, compared, StringComparison.Ordinal);
        Assert.DoesNotContain("-nan", latest + compared, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_Should_BeRefusedInTime_When_ItsRowsAreSentAndClickHouseIsSilent()
    {
        await empty.CreateRunAsync();
        await using var wire = await ClickHouseWire.ListenAsync(empty.ClickHouse);
        await using var server = await InProcessServer.StartAsync(empty.Postgres, wire.ConnectionString, new ServerLimits { Mapping = new MappingLimits { StatementTimeout = TimeSpan.FromSeconds(1) } });
        wire.HeldAfter = wire.Bytes;

        Assert.Equal(("STORE_UNAVAILABLE", true), await RefusalAsync(server, "runs?long=true&first=1", "ClickHouse cannot be reached or cannot answer").WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void Status_Should_BeTheGraphsOwn_When_TheTimeOfAQuestionWasUp() =>
        Assert.Equal((int)HttpStatusCode.ServiceUnavailable, ProblemAnswers.StatusOf(ErrorCodes.Cancelled, (int)HttpStatusCode.UnprocessableEntity));

    [Fact]
    public async Task Questions_Should_HaveTheirAnswersAsRows()
    {
        var experiment = await empty.CreateExperimentAsync();
        var runs = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            var run = (await CreateRunAsync(experiment: experiment)).Id;
            runs.Add(run);
            await empty.Server.RunAsync("mutation ($r: ID!, $v: String!) { logBatch(input: {runId: $r, params: [{key: \"lr\", value: $v}]}) { errors { __typename } } }", new { r = run, v = i.ToString(CultureInfo.InvariantCulture) });
            await LogAsync(run, ("acc", 0, i * 2, "2026-01-01T00:00:00Z"), ("odd", 0, i == 3 ? "NaN" : i == 2 ? "Infinity" : i, "2026-01-01T00:00:00Z"));
        }

        var which = $"where={{\"experiment\":{{\"id\":{{\"eq\":\"{experiment}\"}}}}}}";
        Assert.Equal(
            $"\"run\",\"acc LATEST\",\"param lr\"\n\"{runs[3]}\",6,\"3\"\n\"{runs[2]}\",4,\"2\"\n", await TextAsync($"leaderboard?format=csv&{which}&metric={{\"key\":\"acc\"}}&params=lr&first=2"));
        Assert.Equal(
            $"\"run\",\"acc LATEST\",\"acc rank 1 LATEST\",\"acc[a] EPOCH LATEST\"\n\"{runs[3]}\",6,\\N,\\N\n",
            await TextAsync($"leaderboard?format=csv&{which}&metric={{\"key\":\"acc\"}}&metrics=[{{\"key\":\"acc\",\"rank\":1}},{{\"key\":\"acc\",\"label\":\"a\",\"scope\":\"EPOCH\"}}]&first=1"));
        Assert.Equal(
            ["acc LATEST 6", "param lr 3"],
            (await LinesAsync($"leaderboard?long=true&{which}&metric={{\"key\":\"acc\"}}&params=lr&first=1"))
                .Select(line => $"{line.GetProperty("name").GetString()} {(line.GetProperty("text").ValueKind == JsonValueKind.Null ? line.GetProperty("number").GetRawText() : line.GetProperty("text").GetString())}"));
        Assert.Equal(
            "\"kind\",\"name\",\"runs\",\"categories\",\"pearson\",\"spearman\",\"variance_explained\",\"importance\"\n\"PARAM\",\"lr\",4,\\N,1,1,1,1\n",
            await TextAsync($"correlations?format=csv&{which}&target={{\"key\":\"acc\"}}"));
        Assert.Equal("\"from\",\"to\",\"count\"\n0,3,2\n3,6,2\n", await TextAsync($"histogram?format=csv&{which}&key=acc&bins=2"));
        Assert.Equal("\"from\",\"to\",\"count\"\n\\N,0.5,1\n0.5,1.5,1\n1.5,\\N,1\n\\N,\\N,1\n", await TextAsync($"histogram?format=csv&{which}&key=odd&bins=1&from=0.5&to=1.5"));
        Assert.Equal(
            "4\t12\t12\n",
            await ReadBackAsync("Parquet", await empty.Server.Http.GetByteArrayAsync($"export/histogram?format=parquet&{which}&key=acc&bins=4"), "`from` Nullable(Float64), `to` Nullable(Float64), count Int64", "sum(count), count() * 3, toInt64(sum(`to`) - sum(`from`)) * 2"));
    }

    [Theory]
    [InlineData("histogram?key=acc&bins=0", 400, "BAD_USER_INPUT", "bins")]
    [InlineData("leaderboard?long=true", 400, "BAD_USER_INPUT", "The argument `metric`")]
    [InlineData("nothing", 404, "NOT_FOUND", "there are series, runs, compare, aggregate")]
    [InlineData("series?kye=loss", 400, "BAD_USER_INPUT", "There is no argument `kye`")]
    [InlineData("series?format=xls", 400, "BAD_USER_INPUT", "format=parquet")]
    [InlineData("series?from=many", 400, "BAD_USER_INPUT", "The argument `from` does not fit")]
    [InlineData("series?first=-1", 400, "BAD_USER_INPUT", "`first` is -1")]
    [InlineData("runs?first=-1", 400, "BAD_USER_INPUT", "`first` is -1")]
    [InlineData("series?from=2&to=1", 400, "BAD_USER_INPUT", "The window is empty")]
    [InlineData("series?minValue=2&maxValue=1", 400, "BAD_USER_INPUT", "The window is empty")]
    [InlineData("series?maxValue=NaN", 400, "BAD_USER_INPUT", "NaN is no bound")]
    [InlineData("series?sample={\"lttb\":{\"points\":10}}", 400, "BAD_USER_INPUT", "Name the metric in `key`")]
    [InlineData("series?key=loss&sample={\"lttb\":{\"points\":1}}", 400, "BAD_USER_INPUT", "sample.lttb.points")]
    [InlineData("runs?where={\"uuid\":{\"like\":1}}", 400, "BAD_USER_INPUT", "at .uuid")]
    [InlineData("compare", 400, "BAD_USER_INPUT", "The argument `keys` of the type [String!]! is missing")]
    [InlineData("leaderboard?metric={\"key\":\"loss\"}&params=lr&params=lr", 400, "BAD_USER_INPUT", "Two columns are called \"param lr\"")]
    [InlineData("pareto?objectives={\"metric\":{\"key\":\"loss\"},\"goal\":\"MIN\"}&objectives={\"metric\":{\"key\":\"loss\"},\"goal\":\"MAX\"}", 400, "BAD_USER_INPUT", "Two columns are called \"loss LATEST\"")]
    [InlineData("aggregate?keys=none&groupBy={\"key\":{}}&measures={\"function\":\"COUNT\",\"name\":\"key\"}", 400, "BAD_USER_INPUT", "Two columns are called \"key\"")]
    [InlineData("aggregate?keys=none&groupBy={\"param\":{\"key\":\"lr\"}}&groupBy={\"param\":{\"key\":\"lr\",\"width\":1}}&measures={\"function\":\"COUNT\"}", 400, "BAD_USER_INPUT", "Two columns are called \"param lr\"")]
    public async Task Export_Should_BeRefused_When_ItsArgumentsDoNotFit(string path, int status, string code, string told)
    {
        await empty.CreateRunAsync();
        using var response = await empty.Server.Http.GetAsync($"export/{path}");
        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync());

        Assert.Equal((status, "application/problem+json"), ((int)response.StatusCode, response.Content.Headers.ContentType!.MediaType));
        Assert.Equal(code, problem.RootElement.GetProperty("code").GetString());
        Assert.Contains(told, problem.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"key": "\ud800"}""")]
    [InlineData("""{"key": "loss", "where": {"name": {"eq": "a\udfff"}}}""")]
    [InlineData("""{"key": "loss", "where": {"na\ud800me": {"eq": "a"}}}""")]
    [InlineData("""{"ke\ud800y": "loss"}""")]
    public async Task Export_Should_BeRefused_When_ItsArgumentsAreNoText(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await empty.Server.Http.PostAsync("export/series", content);

        Assert.Equal((HttpStatusCode.BadRequest, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType!.MediaType));
    }

    [Fact]
    public async Task Format_Should_BeTheOneThatIsRatherAccepted()
    {
        Assert.Equal((HttpStatusCode.OK, "application/vnd.apache.parquet"), await AcceptAsync("text/csv;q=0.5, application/vnd.apache.parquet, image/png"));
        Assert.Equal((HttpStatusCode.OK, "text/csv"), await AcceptAsync("image/png, text/*;q=0.1"));
        Assert.Equal((HttpStatusCode.OK, "application/x-ndjson"), await AcceptAsync("*/*"));
        Assert.Equal((HttpStatusCode.OK, "text/csv"), await AcceptAsync("application/x-ndjson;q=0, */*"));
        Assert.Equal((HttpStatusCode.OK, "application/vnd.apache.arrow.stream"), await AcceptAsync("*/*, application/x-ndjson;q=0.5, text/*;q=0.1"));
        Assert.Equal((HttpStatusCode.OK, "text/csv"), await AcceptAsync("*/*;q=0, text/csv"));
        Assert.Equal((HttpStatusCode.NotAcceptable, "application/problem+json"), await AcceptAsync("image/png, text/csv;q=0"));
    }

    [Fact]
    public async Task Export_Should_SayWhichLimit_When_OneIsPassed()
    {
        var experiment = await empty.CreateExperimentAsync();
        for (var i = 0; i < 3; i++)
        {
            await empty.LogAsync(await empty.CreateRunAsync(experiment), "loss", 1);
        }

        await using var wire = await ClickHouseWire.ListenAsync(empty.ClickHouse);
        await using var server = await InProcessServer.StartAsync(empty.Postgres, wire.ConnectionString, new ServerLimits
        {
            Export = new ExportLimits { MaxExports = 1, MaxRuns = 2, MaxColumns = 9, StallTimeout = TimeSpan.FromSeconds(60) },
            Mapping = new MappingLimits { ClickHouse = new ClickHouseLimits { MaxRowsRead = 5_000_000 } },
            Aggregates = new AggregateLimits { MaxGroups = 2 },
        });
        var which = $"where={{\"experiment\":{{\"id\":{{\"eq\":\"{experiment}\"}}}}}}";

        Assert.Equal(("LIMIT_EXCEEDED", true), await RefusalAsync(server, $"series?{which}", "Export:MaxRuns"));
        Assert.Equal(("LIMIT_EXCEEDED", true), await RefusalAsync(server, $"runs?{which}&first=1", "Export:MaxColumns"));

        // Pages are no larger than they may be, and all of them come.
        Assert.Equal(3, (await server.Http.GetStringAsync($"export/aggregate?{which}&groupBy={{\"run\":{{}}}}&measures={{\"function\":\"COUNT\"}}")).Count(letter => letter == '\n'));
        var large = await CreateRunAsync(6_000_000);
        Assert.Equal(("LIMIT_EXCEEDED", true), await RefusalAsync(server, $"series?runIds={large.Id}", "Mapping:ClickHouse:MaxRowsRead"));

        // One that is under way takes the only place, until its client leaves; then its query ends.
        var some = await CreateRunAsync(2_000_000);
        wire.HeldAfter = wire.Bytes + 3_000_000;
        await using var store = new ClickHouseClient(ClickHouseOptions.Parse(empty.ClickHouse));
        using (var response = await server.Http.GetAsync($"export/series?runIds={some.Id}", HttpCompletionOption.ResponseHeadersRead))
        {
            Assert.True(await (await response.Content.ReadAsStreamAsync()).ReadAsync(new byte[100]) > 0);
            Assert.Equal(("RESOURCE_EXHAUSTED", true), await RefusalAsync(server, "series", "Export:MaxExports"));
            Assert.Equal(1UL, await RunningAsync(store));
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await RunningAsync(store) != 0)
        {
            await Task.Delay(20, limit.Token);
        }

        // A file that cannot be ended does not look whole.
        wire.Release();
        wire.BrokenAfter = wire.Bytes + 3_000_000;
        using var broken = await UntilThereIsRoomAsync(server, $"export/series?runIds={some.Id}&format=csv", limit.Token);
        Assert.Equal(HttpStatusCode.OK, broken.StatusCode);
        await Assert.ThrowsAnyAsync<IOException>(async () => await (await broken.Content.ReadAsStreamAsync()).CopyToAsync(Stream.Null));
    }

    private static async Task<HttpResponseMessage> UntilThereIsRoomAsync(InProcessServer server, string path, CancellationToken ct)
    {
        while (true)
        {
            var response = await server.Http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, ct);
            if (response.StatusCode != HttpStatusCode.TooManyRequests)
            {
                return response;
            }

            response.Dispose();
            await Task.Delay(20, ct);
        }
    }

    private static async Task<(string?, bool)> RefusalAsync(InProcessServer server, string path, string told)
    {
        using var response = await server.Http.GetAsync($"export/{path}");
        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return (problem.RootElement.GetProperty("code").GetString(), problem.RootElement.GetProperty("detail").GetString()!.Contains(told, StringComparison.Ordinal));
    }

    private async Task<(HttpStatusCode, string?)> AcceptAsync(string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "export/series?key=nothing&first=1");
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using var response = await empty.Server.Http.SendAsync(request);
        return (response.StatusCode, response.Content.Headers.ContentType!.MediaType);
    }

    private static async Task<ulong> RunningAsync(ClickHouseClient store)
    {
        await using var result = await store.QueryAsync(new ClickHouseQuery(
            "SELECT count() FROM system.processes WHERE current_database = currentDatabase() AND query LIKE 'WITH % AS names SELECT transform%'"));
        return (await result.ReadColumnAsync<ulong>("count()")).Single();
    }

    private async Task<string> TextAsync(string path)
    {
        using var response = await empty.Server.Http.GetAsync($"export/{path}");
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return text;
    }

    private async Task<List<JsonElement>> LinesAsync(string path) =>
        [.. (await TextAsync(path)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    private static string[] Raw(JsonElement list) => [.. list.EnumerateArray().Select(item => item.ToString())];

    private static string[] Column(IEnumerable<JsonElement> lines, string name) => [.. lines.Select(line => line.GetProperty(name).ToString())];

    // Runs of different experiments come in these' order.
    private static string Sorted(string csv) => csv.Split('\n') is [var head, .. var rows, ""] ? string.Join('\n', [head, .. rows.OrderBy(row => row.Split(',')[6], StringComparer.Ordinal), ""]) : csv;

    /// <summary>What ClickHouse makes of a file.</summary>
    private async Task<string> ReadBackAsync(string format, byte[] file, string columns, string selection)
    {
        var socket = (string)new DbConnectionStringBuilder { ConnectionString = empty.ClickHouse }["Socket"];
        using var store = new HttpClient(new SocketsHttpHandler { ConnectCallback = (_, cancellation) => ConnectAsync(socket, cancellation) }) { BaseAddress = new Uri("http://localhost") };
        var form = new MultipartFormDataContent { { new StringContent($"SELECT {selection} FROM file"), "query" }, { new ByteArrayContent(file), "file", "file" } };
        var response = await store.PostAsync($"/?file_format={format}&file_structure={Uri.EscapeDataString(columns)}&input_format_skip_unknown_fields=1&input_format_parquet_allow_missing_columns=1", form);
        return await response.Content.ReadAsStringAsync();

        static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellation)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
    }

    private Task LogAsync(string run, params (string Key, long Step, object Value, string Time)[] points) => empty.Server.RunAsync(
        "mutation ($input: LogBatchInput!) { logBatch(input: $input) { errors { __typename } } }",
        new { input = new { runId = run, metrics = points.Select(point => new { key = point.Key, step = point.Step, value = point.Value, time = point.Time }) } });

    /// <summary>A run with the points 0, 0.125, 0.25 ... of the key `loss`, put where the flusher would.</summary>
    private async Task<(string Id, string Uuid)> CreateRunAsync(int points = 0, string? experiment = null)
    {
        var run = await empty.CreateRunAsync(experiment);
        var uuid = (await empty.Server.RunAsync("query ($r: ID!) { run(id: $r) { uuid } }", new { r = run })).At("run.uuid").GetString()!;
        if (points > 0)
        {
            var key = EmptyServer.KeyOf(run);
            await LogAsync(run, ("loss", 0, 0, "2026-01-01T00:00:00Z"));
            await empty.Server.RunAsync("query ($r: ID!) { run(id: $r) { series(key: \"loss\") { steps } } }", new { r = run });
            await using var store = new ClickHouseClient(ClickHouseOptions.Parse(empty.ClickHouse));
            await store.ExecuteAsync(new ClickHouseQuery(
                """
                INSERT INTO metric_point (experiment_id, key, label, run_id, scope, rank, epoch, step, time, value)
                SELECT (SELECT experiment_id FROM metric_point WHERE run_id = {run:Int64}), 'loss', '', {run:Int64}, 'RUN', 0, 0, number, '2026-01-01 00:00:00', number % 1000 / 8
                FROM numbers(1, {points:UInt32} - 1)
                """).With("run", "Int64", key).With("points", "UInt32", points));
            await empty.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"UPDATE run_metric SET count = {points}, last_step = {points - 1} WHERE run_id = {key}"));
        }

        return (run, uuid);
    }
}
