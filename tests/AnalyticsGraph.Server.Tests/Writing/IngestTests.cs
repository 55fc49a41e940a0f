using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using AnalyticsGraph.Server.Tests.Running;

namespace AnalyticsGraph.Server.Tests.Writing;

/// <summary><c>POST /ingest/{stream}</c>: rows in bulk.</summary>
[Collection("empty")]
public sealed class IngestTests(EmptyServer empty)
{
    /// <summary>For each stream: its rows as NDJSON, as CSV, as a query whose answer ClickHouse writes; how the graph tells them.</summary>
    private static readonly (string Stream, string Ndjson, string Csv, string Sql, string Ask, string Told)[] Streams =
    [
        ("metrics",
            """
            {"runId":"$run","key":"loss","step":0,"time":"2026-01-01T00:00:00.125Z","value":0.5}
            {"runId":"$run","key":"loss","step":1,"time":"2026-01-01T01:00:01.125+01:00","value":"NaN"}
            {"runId":"$run","key":"loss","step":2,"time":1767225602125,"value":"-Infinity"}
            """,
            "runUuid,key,step,time,value\r\n$uuid,loss,0,2026-01-01T00:00:00.125Z,0.5\r\n$uuid,\"loss\",1,2026-01-01 00:00:01.125,nan\r\n$uuid,loss,2,1767225602125,-inf\r\n",
            "SELECT '$run' AS runId, 'loss' AS key, number AS step, toDateTime64('2026-01-01 00:00:00.125', 3, 'UTC') + toIntervalSecond(number) AS time, [0.5, nan, -inf][number + 1] AS value FROM numbers(3)",
            """{ run(id: "$run") { series(key: "loss") { steps times values } } }""",
            """{"run":{"series":{"steps":[0,1,2],"times":["2026-01-01T00:00:00.125Z","2026-01-01T00:00:01.125Z","2026-01-01T00:00:02.125Z"],"values":[0.5,"NaN","-Infinity"]}}}"""),
        ("epochs",
            """
            {"runId":"$run","index":1,"time":"2026-01-01T00:00:00Z"}
            {"runId":"$run","index":0,"time":"2026-01-01T00:00:00Z"}
            {"runId":"$run","index":1,"time":"2026-01-01T00:00:01.000001Z"}
            """,
            "runId,index,time\n$run,1,2026-01-01T00:00:00Z\n$run,0,2026-01-01T00:00:00Z\n$run,1,2026-01-01T00:00:01.000001Z",
            "SELECT '$run' AS runId, toInt32([1, 0, 1][number + 1]) AS index, toDateTime64(['2026-01-01 00:00:00', '2026-01-01 00:00:00', '2026-01-01 00:00:01.000001'][number + 1], 6, 'UTC') AS time FROM numbers(3)",
            """{ run(id: "$run") { epochs { nodes { index time } } } }""",
            """{"run":{"epochs":{"nodes":[{"index":0,"time":"2026-01-01T00:00:00.000Z"},{"index":1,"time":"2026-01-01T00:00:01.000001Z"}]}}}"""),
        ("batches",
            """
            {"runId":"$run","epochIndex":0,"index":7,"time":"2026-01-01T00:00:00Z"}
            """,
            "runId,epochIndex,index,time\n$run,0,7,2026-01-01T00:00:00Z\n",
            "SELECT '$run' AS runId, toUInt8(0) AS epochIndex, toInt64(7) AS index, toDateTime('2026-01-01 00:00:00', 'UTC') AS time",
            """{ run(id: "$run") { epochs(first: 1) { nodes { batches { nodes { index time } } } } } }""",
            """{"run":{"epochs":{"nodes":[{"batches":{"nodes":[{"index":7,"time":"2026-01-01T00:00:00.000Z"}]}}]}}}"""),
        ("job-runtime",
            """
            {"jobId":"$job","time":"2026-01-01T00:00:00Z","globalStep":5,"speed":2.5,"workerCpu":{"0":1.5,"1":2},"psMemory":{"0":4000},"other":{"x":[1]}}
            """,
            "jobId,time,globalStep,speed,workerCpu.0,workerCpu.1,psMemory.0,other\n$job,2026-01-01T00:00:00Z,5,2.5,1.5,2,4000,\"{\"\"x\"\":[1]}\"\n",
            """SELECT '$job' AS jobId, toDateTime64('2026-01-01 00:00:00', 3, 'UTC') AS time, toInt64(5) AS globalStep, toFloat32(2.5) AS speed, CAST(map('0', 1.5, '1', 2), 'Map(String, Float64)') AS workerCpu, CAST(map('0', 4000), 'Map(String, Float64)') AS psMemory, '{"x":[1]}' AS other""",
            """{ job(id: "$job") { runtime(where: {globalStep: {eq: 5}}) { nodes { time ordinal speed workerCpu workerMemory psMemory otherText } } } }""",
            """{"job":{"runtime":{"nodes":[{"time":"2026-01-01T00:00:00.000Z","ordinal":0,"speed":2.5,"workerCpu":{"0":1.5,"1":2},"workerMemory":{},"psMemory":{"0":4000},"otherText":"{\"x\":[1]}"}]}}}"""),
        ("node-usage",
            """
            {"jobId":"$job","time":"2026-01-01T00:00:15Z","globalStep":9,"role":"worker","node":"0","cpu":1.5,"memory":100}
            {"jobId":"$job","time":"2026-01-01T00:00:15Z","globalStep":9,"role":"ps","node":"0","cpu":2}
            """,
            "jobId,time,globalStep,role,node,cpu,memory\n$job,2026-01-01T00:00:15Z,9,worker,0,1.5,100\n$job,2026-01-01T00:00:15Z,9,ps,0,2,\n",
            "SELECT '$job' AS jobId, toDateTime64('2026-01-01 00:00:15', 3, 'UTC') AS time, toInt64(9) AS globalStep, ['worker', 'ps'][number + 1] AS role, '0' AS node, toFloat64([1.5, 2][number + 1]) AS cpu, if(number = 0, 100., NULL) AS memory FROM numbers(2)",
            """{ job(id: "$job") { nodeUsage(where: {globalStep: {eq: 9}}) { nodes { role node cpu memory } } } }""",
            """{"job":{"nodeUsage":{"nodes":[{"role":"ps","node":"0","cpu":2,"memory":null},{"role":"worker","node":"0","cpu":1.5,"memory":100}]}}}"""),
        ("samples",
            """
            {"datasetId":"$dataset","index":0,"features":{"Alcohol":14.2,"Proline":1065},"texts":{"region":"Barolo"}}
            {"datasetId":"$dataset","index":1,"features":{"Alcohol":"NaN"}}
            """,
            "datasetId,index,features.Alcohol,features.Proline,texts.region\n$dataset,0,14.2,1065,Barolo\n$dataset,1,NaN,,\n",
            "SELECT '$dataset' AS datasetId, toInt64(number) AS index, CAST([map('Alcohol', 14.2, 'Proline', 1065), map('Alcohol', nan)][number + 1], 'Map(String, Float64)') AS features, CAST([map('region', 'Barolo'), map()][number + 1], 'Map(String, String)') AS texts FROM numbers(2)",
            """{ dataset(id: "$dataset") { columns { name type } samples { nodes { sampleIndex features texts } } } }""",
            """{"dataset":{"columns":[{"name":"Alcohol","type":"NUMBER"},{"name":"Proline","type":"NUMBER"},{"name":"region","type":"TEXT"}],"samples":{"nodes":[{"sampleIndex":0,"features":{"Alcohol":14.2,"Proline":1065},"texts":{"region":"Barolo"}},{"sampleIndex":1,"features":{"Alcohol":"NaN"},"texts":{}}]}}}"""),
        ("targets",
            """
            {"datasetId":"$dataset","index":0,"sampleIndex":0,"class":"1"}
            {"datasetId":"$dataset","index":1,"sampleIndex":1,"value":2.5}
            """,
            "datasetId,index,sampleIndex,class,value\n$dataset,0,0,1,\n$dataset,1,1,,2.5\n",
            "SELECT '$dataset' AS datasetId, toInt64(number) AS index, toInt64(number) AS sampleIndex, if(number = 0, '1', NULL) AS class, if(number = 0, NULL, 2.5) AS value FROM numbers(2)",
            """{ dataset(id: "$dataset") { targets { nodes { targetIndex sampleIndex class value } } } }""",
            """{"dataset":{"targets":{"nodes":[{"targetIndex":0,"sampleIndex":0,"class":"1","value":null},{"targetIndex":1,"sampleIndex":1,"class":null,"value":2.5}]}}}"""),
        ("predictions",
            """
            {"predictionSetId":"$set","index":0,"sampleIndex":0,"class":"1","probabilities":{"1":0.75,"2":0.25}}
            """,
            "predictionSetId,index,sampleIndex,class,probabilities.1,probabilities.2\n$set,0,0,1,0.75,0.25\n",
            "SELECT '$set' AS predictionSetId, toInt64(0) AS index, toInt64(0) AS sampleIndex, '1' AS class, CAST(map('1', 0.75, '2', 0.25), 'Map(String, Float64)') AS probabilities",
            """{ predictionSet(id: "$set") { predictions { nodes { predictionIndex sampleIndex class value probabilities } } } }""",
            """{"predictionSet":{"predictions":{"nodes":[{"predictionIndex":0,"sampleIndex":0,"class":"1","value":null,"probabilities":{"1":0.75,"2":0.25}}]}}}"""),
    ];

    // What nothing is ever stored for.
    private static Task<Dictionary<string, string>>? _owners;

    [Theory]
    [InlineData("application/x-ndjson", null)]
    [InlineData("text/csv", null)]
    [InlineData("application/octet-stream", "Native")]
    [InlineData("application/vnd.clickhouse.rowbinary", "RowBinaryWithNamesAndTypes")]
    [InlineData("application/vnd.apache.arrow.stream", "ArrowStream")]
    [InlineData("application/vnd.apache.parquet", "Parquet")]
    public async Task Graph_Should_HaveTheRows_When_AnyStreamComesInAnyFormat(string media, string? format)
    {
        var run = await empty.CreateRunAsync();
        var uuid = (await empty.Server.RunAsync("query ($id: ID!) { run(id: $id) { uuid } }", new { id = run })).At("run.uuid").GetString();
        var (job, dataset, set) = await empty.CreateOwnersAsync();
        string Filled(string text) => text.Replace("$run", run).Replace("$uuid", uuid).Replace("$job", job).Replace("$dataset", dataset).Replace("$set", set);
        foreach (var (stream, ndjson, csv, sql, ask, told) in Streams)
        {
            var body = format is null ? Encoding.UTF8.GetBytes(Filled(media == "text/csv" ? csv : ndjson)) : await ClickHouseBytes.AskAsync(empty.ClickHouse, Filled(sql), format);

            var (status, answer) = await PostAsync(stream + (media == "application/octet-stream" ? $"?format={format}" : ""), body, media);

            Assert.True(status == HttpStatusCode.OK, $"{stream}: {answer}");
            Assert.Equal(told, (await empty.Server.RunAsync(Filled(ask))).GetRawText());
        }
    }

    [Theory]
    [InlineData("ArrowStream")]
    [InlineData("Parquet")]
    [InlineData("Native")]
    public async Task Values_Should_BeReadWholeOrRefused_When_ColumnsHaveOtherTypes(string format)
    {
        var run = await empty.CreateRunAsync();
        (string Column, string Sql, string? Read)[] times =
        [
            ("time", "'2026-01-31T12:00:00.25+02:00'", "2026-01-31T10:00:00.250Z"), ("time", "'2026-01-31 12:00:00'", "2026-01-31T12:00:00.000Z"), ("time", "'yesterday'", null),
            ("time", "toInt64(1769860801123)", "2026-01-31T12:00:01.123Z"), ("time", "toDate32('2026-01-31')", "2026-01-31T00:00:00.000Z"), ("time", "toDateTime64('2026-01-31 12:00:00.5', 3, 'Europe/Berlin')", "2026-01-31T11:00:00.500Z"),
            ("time", "CAST(NULL, 'Nullable(Int64)')", ""), ("time", "toInt64(9000000000000000000)", null),
            ("time", "toDateTime64('2299-12-31 23:59:59', 3, 'UTC')", "2299-12-31T23:59:59.000Z"), ("time", "fromUnixTimestamp64Milli(toInt64(253402300799000), 'UTC')", null),
            ("time", "fromUnixTimestamp64Milli(toInt64(-62135596800000), 'UTC')", null),
            ("step", "toUInt64(18446744073709551615)", null), ("step", "toUInt64(7)", "7"), ("step", "1.5", null), ("step", "'7'", null), ("step", "toInt16(-7)", "-7"), ("value", "'x'", null), ("value", "toFloat32(0.5)", "0.5"),
        ];
        foreach (var ((column, sql, read), i) in times.Select((time, i) => (time, i)))
        {
            var columns = new Dictionary<string, string> { ["key"] = $"'k{i}'", ["step"] = "toInt64(1)", ["value"] = "0.5", [column] = sql };
            var body = await ClickHouseBytes.AskAsync(empty.ClickHouse, $"SELECT {string.Join(", ", columns.Select(pair => $"{pair.Value} AS {pair.Key}"))}", format);

            var (status, answer) = await PostAsync($"metrics?format={format}&runId={Uri.EscapeDataString(run)}", body, "application/octet-stream");

            Assert.True(status == (read is null ? HttpStatusCode.BadRequest : HttpStatusCode.OK), $"{column} {sql}: {answer}");
            if (read is not { Length: > 0 })
                continue;
            var series = (await empty.Server.RunAsync("query ($run: ID!, $key: String!) { run(id: $run) { series(key: $key) { steps times values } } }", new { run, key = $"k{i}" })).At("run.series");
            Assert.Equal(read, series.GetProperty($"{column}s")[0].ToString());
        }
    }

    [Theory]
    [InlineData("Native")]
    [InlineData("RowBinaryWithNamesAndTypes")]
    [InlineData("ArrowStream")]
    [InlineData("Parquet")]
    public async Task Entry_Should_BeMissing_When_ItsValueIsNull(string format)
    {
        var (_, dataset, _) = await empty.CreateOwnersAsync();
        const string Sql = "SELECT toInt64(0) AS index, CAST(map('a', 1.5, 'b', NULL), 'Map(String, Nullable(Float64))') AS features, CAST(map('t', NULL, 'u', 'x'), 'Map(String, Nullable(String))') AS texts";

        var (status, answer) = await PostAsync($"samples?format={format}&datasetId={Uri.EscapeDataString(dataset)}", await ClickHouseBytes.AskAsync(empty.ClickHouse, Sql, format), "application/octet-stream");

        Assert.True(status == HttpStatusCode.OK, answer.ToString());
        Assert.Equal(
            """{"dataset":{"columns":[{"name":"a"},{"name":"u"}],"samples":{"nodes":[{"features":{"a":1.5},"texts":{"u":"x"}}]}}}""",
            (await empty.Server.RunAsync("query ($id: ID!) { dataset(id: $id) { columns { name } samples { nodes { features texts } } } }", new { id = dataset })).GetRawText());
    }

    [Fact]
    public async Task Answer_Should_TellWhatWasNew_When_PointsComeAgain()
    {
        var run = await empty.CreateRunAsync();
        var body = Lines(run, 5);

        var first = await PostAsync("metrics", body);
        var second = await PostAsync("metrics", [.. body, .. Lines(run, 1, from: 5)]);

        Assert.Equal("""{"rows":5,"newRows":5}""", first.Body.GetRawText());
        Assert.Equal("""{"rows":6,"newRows":1}""", second.Body.GetRawText());
        Assert.Equal(6, await CountAsync(run));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("zstd")]
    public async Task Body_Should_BeTaken_When_ItIsCompressed(string coding)
    {
        var run = await empty.CreateRunAsync();
        var body = Lines(run, 2000);

        var (status, answer) = await PostAsync("metrics", Encode(body, coding), coding: coding);
        var (cutStatus, cut) = await PostAsync("metrics", Encode(Lines(run, 2000, from: 2000), coding)[..^200], coding: coding);

        Assert.True(status == HttpStatusCode.OK, answer.ToString());
        Assert.Equal((HttpStatusCode.BadRequest, "BAD_REQUEST"), (cutStatus, cut.GetProperty("code").GetString()));
        Assert.Equal(2000, await CountAsync(run));
    }

    [Fact]
    public async Task Body_Should_BeRead_When_ItHasSeveralMembersOfGzip()
    {
        var run = await empty.CreateRunAsync();

        // More than what is read at once, so that members end everywhere.
        var (status, answer) = await PostAsync("metrics", [.. Encode(Lines(run, 3), "gzip"), .. Encode(Lines(run, 5000, from: 3), "gzip"), .. Encode(Lines(run, 2, from: 5003), "gzip")], coding: "gzip");

        Assert.True(status == HttpStatusCode.OK, answer.ToString());
        Assert.Equal(5005, await CountAsync(run));
    }

    [Fact]
    public async Task Body_Should_BeRefused_When_ItDoesNotHoldToItsCoding()
    {
        var run = await empty.CreateRunAsync();
        var (small, large) = (Encode(Lines(run, 3), "gzip"), Encode(Lines(run, 5000), "gzip"));
        (string Coding, byte[] Body, string Told)[] wrong =
        [
            ("gzip", [.. small, 7], "behind the end of the body's gzip"),
            ("gzip", [.. small, .. new byte[20_000]], "behind the end of the body's gzip"),
            ("gzip", [.. large, .. Lines(run, 1)], "behind the end of the body's gzip"),
            ("gzip", [.. small[..^8], 1, 2, 3, 4, .. small[^4..]], "no gzip, or it is damaged or cut"),
            ("gzip", [.. large[..^4], 9, 9, 9, 9], "no gzip, or it is damaged or cut"),
            ("gzip", small[..^3], "no gzip, or it is damaged or cut"),
            ("gzip", Lines(run, 1), "no gzip, or it is damaged or cut"),
            ("zstd", [.. Encode(Lines(run, 3), "zstd"), .. Lines(run, 1)], "no zstd, or it is damaged"),
        ];
        foreach (var (coding, body, told) in wrong)
        {
            var (status, problem) = await PostAsync("metrics", body, coding: coding);

            Assert.Equal((HttpStatusCode.BadRequest, "BAD_REQUEST"), (status, problem.GetProperty("code").GetString()));
            Assert.Contains(told, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        // Their decoders do not tell where they end.
        foreach (var coding in new[] { "br", "deflate" })
            Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await PostAsync("metrics", Lines(run, 1), coding: coding)).Status);
        Assert.Equal(0, await CountAsync(run));
    }

    [Theory]
    [InlineData("GET", "ingest/metrics")]
    [InlineData("PUT", "ingest/metrics")]
    [InlineData("DELETE", "ingest")]
    public async Task Problem_Should_NameTheMethod_When_ItIsNotPost(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await empty.Server.Http.SendAsync(request);
        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync());

        Assert.Equal((HttpStatusCode.MethodNotAllowed, "BAD_REQUEST"), (response.StatusCode, problem.RootElement.GetProperty("code").GetString()));
        Assert.Equal(["POST"], response.Content.Headers.Allow);
    }

    public static TheoryData<string, string, int, string, long?, string?> Refused => new()
    {
        { "metrics", """{"runId":"$run","key":"k","value":1}|{"runId":"$run","key":"k","value":"x"}""", 400, "BAD_USER_INPUT", 2, "value" },
        { "metrics", """{"runId":"$run","key":"k","value":1}|{"runId":"$run","key":"k","value":null}""", 400, "BAD_USER_INPUT", 2, "value" },
        { "metrics", """{"runId":"$run","key":"k","value":1}||{"runId":"$run","key":"k","value":1""", 400, "BAD_USER_INPUT", 2, null },
        { "metrics", """{"runId":"$run","key":"k","value":1}{}""", 400, "BAD_USER_INPUT", 1, null },
        { "metrics", """{"runId":"$run","key":"k","value":1,"value":2}""", 400, "BAD_USER_INPUT", 1, "value" },
        { "metrics", """{"runId":"$run","key":"k","valu":1}""", 400, "BAD_USER_INPUT", 1, null },
        { "metrics", """{"runId":"$run","key":"k","value":1e999}""", 400, "BAD_USER_INPUT", 1, "value" },
        { "metrics", """{"runId":"$run","key":"k","value":1,"step":1.5}""", 400, "BAD_USER_INPUT", 1, "step" },
        { "metrics", """{"runId":"$run","key":"k","value":1,"step":9223372036854775808}""", 400, "BAD_USER_INPUT", 1, "step" },
        { "metrics", """{"runId":"$run","key":"k","value":1,"time":"soon"}""", 400, "BAD_USER_INPUT", 1, "time" },
        { "metrics", """{"runId":"$run","key":"k","value":1,"time":99999999999999}""", 400, "BAD_USER_INPUT", 1, "time" },
        { "metrics", """{"runId":"$run","key":"../k","value":1}""", 400, "BAD_USER_INPUT", 1, "key" },
        { "metrics", """{"runId":"$run","key":"k","value":1,"rank":-1}""", 400, "BAD_USER_INPUT", 1, "rank" },
        { "metrics", """{"runId":"$run","key":"k","value":1,"epoch":1}""", 400, "BAD_USER_INPUT", 1, "epoch" },
        { "metrics", """{"runId":"$run","key":"k","value":1,"scope":"run"}""", 400, "BAD_USER_INPUT", 1, "scope" },
        { "metrics", """{"runId":"$run","key":"k","value":1,"scope":"BATCH","step":-1}""", 400, "BAD_USER_INPUT", 1, "step" },
        { "metrics", """{"runId":"$run","key":"k","value":1,"scope":"BATCH","epoch":-1}""", 400, "BAD_USER_INPUT", 1, "epoch" },
        { "metrics", """{"runId":"$run","key":"k","value":1,"label":"\ud800"}""", 400, "BAD_USER_INPUT", 1, null },
        { "metrics", """{"runId":"$run","key":"k","value":1,"label":"a\u0000"}""", 400, "BAD_USER_INPUT", 1, "label" },
        { "metrics", """{"key":"k","value":1}""", 400, "BAD_USER_INPUT", 1, "runId" },
        { "metrics", """{"runId":"$run","runUuid":"u","key":"k","value":1}""", 400, "BAD_USER_INPUT", 1, "runUuid" },
        { "metrics", """{"runId":"$run","key":"k","value":1}|{"runId":"UnVuOjk5OTk5OTk=","key":"k","value":1}""", 404, "NOT_FOUND", 2, "runId" },
        { "metrics", """{"runId":"$run","key":"k","value":1}|{"runUuid":"nobody","key":"k","value":1}""", 404, "NOT_FOUND", 2, "runUuid" },
        { "metrics", """{"runId":"$deletedRun","key":"k","value":1}""", 409, "CONFLICT", 1, "runId" },
        { "epochs", """{"runId":"$run","index":-1}""", 400, "BAD_USER_INPUT", 1, "index" },
        { "batches", """{"runId":"$run","index":1}""", 400, "BAD_USER_INPUT", 1, "epochIndex" },
        { "job-runtime", """{"jobId":"$job","globalStep":1}""", 400, "BAD_USER_INPUT", 1, "time" },
        { "job-runtime", """{"jobId":"$job","time":0,"globalStep":1,"workerCpu":{"0":"much"}}""", 400, "BAD_USER_INPUT", 1, "workerCpu" },
        { "node-usage", """{"jobId":"$job","time":1,"globalStep":1,"role":"ps","node":"0"}|{"jobId":"$job","time":0,"globalStep":1,"role":"ps","node":"0"}""", 400, "BAD_USER_INPUT", 2, "time" },
        { "node-usage", """{"jobId":"$job","time":0,"globalStep":1,"role":"boss","node":"0"}""", 400, "BAD_USER_INPUT", 1, "role" },
        { "samples", """{"datasetId":"$dataset","index":0,"features":{"a":1}}|{"datasetId":"$dataset","index":1,"texts":{"a":"x"}}""", 400, "BAD_USER_INPUT", 2, "texts" },
        { "samples", """{"datasetId":"$deletedDataset","index":0}""", 409, "CONFLICT", 1, "datasetId" },
        { "targets", """{"datasetId":"$dataset","index":0,"sampleIndex":0}""", 400, "BAD_USER_INPUT", 1, "class" },
        { "predictions", """{"predictionSetId":"$set","index":0,"sampleIndex":0,"value":1,"probabilities":{"a":2}}""", 400, "BAD_USER_INPUT", 1, "probabilities" },
        { "nonsense", "", 404, "NOT_FOUND", null, null },
        { "", "", 404, "NOT_FOUND", null, null },
        { "metrics/more", "", 404, "NOT_FOUND", null, null },
        { "metrics?runID=1", "", 400, "BAD_REQUEST", null, null },
        { "metrics?runId=nobody", "", 404, "NOT_FOUND", null, "runId" },
        { "metrics?format=XML", "", 415, "BAD_REQUEST", null, null },
        { "metrics?format=Csv", "", 400, "BAD_USER_INPUT", null, null },
        { "metrics?format=Csv", "runId,nothing", 400, "BAD_USER_INPUT", null, null },
        { "metrics?format=Csv", "runId,key,key|$run,k,1", 400, "BAD_USER_INPUT", null, null },
        { "metrics?format=Csv", "runId,key,value|$run,k", 400, "BAD_USER_INPUT", 1, null },
        { "metrics?format=Csv", "runId,key,value|$run,k,1|$run,\"k,1", 400, "BAD_USER_INPUT", 2, null },
        { "metrics?format=Csv", "runId,key,value|$run,k,1|$run,k,x", 400, "BAD_USER_INPUT", 2, "value" },
        { "metrics?format=Native", "nonsense", 400, "BAD_USER_INPUT", null, null },
        { "metrics?format=RowBinaryWithNamesAndTypes", "nonsense", 400, "BAD_USER_INPUT", null, null },
        { "metrics?format=ArrowStream", "nonsense", 400, "BAD_USER_INPUT", null, null },
        { "metrics?format=Parquet", "nonsense", 400, "BAD_USER_INPUT", null, null },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Problem_Should_NameCodeAndRow_When_ABodyIsWrong(string stream, string body, int status, string code, long? row, string? column)
    {
        var owners = await (_owners ??= OwnersAsync());
        foreach (var (name, id) in owners)
            body = body.Replace(name, id);

        var (answered, problem) = await PostAsync(stream, Encoding.UTF8.GetBytes(body.Replace('|', '\n')));

        Assert.True((int)answered == status, problem.ToString());
        Assert.Equal((code, row, column), (problem.GetProperty("code").GetString(), problem.TryGetProperty("row", out var told) ? told.GetInt64() : null, problem.TryGetProperty("column", out var name2) ? name2.GetString() : null));
        Assert.Equal(0, await CountAsync(owners["$run"]));
        Assert.Equal("""{"dataset":{"columns":[]}}""", (await empty.Server.RunAsync("query ($id: ID!) { dataset(id: $id) { columns { name } } }", new { id = owners["$dataset"] })).GetRawText());
    }

    [Theory]
    [InlineData("Csv")]
    [InlineData("Native")]
    [InlineData("RowBinaryWithNamesAndTypes")]
    public async Task Problem_Should_NameTheRow_When_AnEntrysTextIsNoUtf8(string format)
    {
        var (_, dataset, _) = await empty.CreateOwnersAsync();
        const string Sql = "SELECT toInt64(number) AS index, CAST(map('name', ['Meier', unhex('4DFC6C6C6572')][number + 1]), 'Map(String, String)') AS texts FROM numbers(2)";
        var body = format == "Csv" ? Encoding.Latin1.GetBytes("index,texts.name\n0,Meier\n1,Müller\n") : await ClickHouseBytes.AskAsync(empty.ClickHouse, Sql, format);

        var (status, problem) = await PostAsync($"samples?format={format}&datasetId={Uri.EscapeDataString(dataset)}", body, "application/octet-stream");

        Assert.Equal((HttpStatusCode.BadRequest, 2, "texts"), (status, problem.GetProperty("row").GetInt32(), problem.GetProperty("column").GetString()));
        Assert.EndsWith("The text is no UTF-8.", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal("""{"dataset":{"samples":{"totalCount":0}}}""", (await empty.Server.RunAsync("query ($id: ID!) { dataset(id: $id) { samples { totalCount } } }", new { id = dataset })).GetRawText());
    }

    [Theory]
    [InlineData("k", 2, "step")]
    [InlineData("../k", 1, "key")]
    public async Task Problem_Should_NameTheFirstRow_When_SeveralOfABlockAreWrong(string key, int row, string column)
    {
        var run = await empty.CreateRunAsync();
        var sql = $"SELECT 0.5 AS value, ['2026-01-31', '2026-01-31', 'yesterday'][number + 1] AS time, [1, 18446744073709551615, 1][number + 1] AS step, ['{key}', 'k', 'k'][number + 1] AS key FROM numbers(3)";

        var (status, problem) = await PostAsync($"metrics?format=Native&runId={Uri.EscapeDataString(run)}", await ClickHouseBytes.AskAsync(empty.ClickHouse, sql, "Native"), "application/octet-stream");

        Assert.Equal((HttpStatusCode.BadRequest, row, column), (status, problem.GetProperty("row").GetInt32(), problem.GetProperty("column").GetString()));
        Assert.Equal(0, await CountAsync(run));
    }

    [Fact]
    public async Task Problem_Should_NameTheColumn_When_ABlockHasItTwice()
    {
        var run = await empty.CreateRunAsync();
        var value = BitConverter.GetBytes(0.5);
        byte[] block = [4, 1, .. Text("key"), .. Text("String"), .. Text("k"), .. Text("value"), .. Text("Float64"), .. value, .. Text("step"), .. Text("UInt8"), 1, .. Text("value"), .. Text("Float64"), .. value];

        var (status, problem) = await PostAsync($"metrics?format=Native&runId={Uri.EscapeDataString(run)}", block, "application/octet-stream");

        Assert.True(status == HttpStatusCode.BadRequest, problem.ToString());
        Assert.Equal(("The column 'value' stands twice.", "value"), (problem.GetProperty("detail").GetString(), problem.GetProperty("column").GetString()));
        Assert.Equal(0, await CountAsync(run));

        static byte[] Text(string text) => [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)];
    }

    [Theory]
    [InlineData("\"texts\":{\"a\":\"x\"}", "texts", "holds numbers already")]
    [InlineData("\"features\":{\"b\":1,\"A\":1}", "features", "differs in case only")]
    public async Task Problem_Should_NameTheRow_When_TheDatasetHasAColumnOtherwise(string values, string column, string told)
    {
        var (dataset, other, third) = ((await empty.CreateOwnersAsync()).Dataset, (await empty.CreateOwnersAsync()).Dataset, (await empty.CreateOwnersAsync()).Dataset);
        static string Line(string owner, int index, string values) => $"{{\"datasetId\":\"{owner}\",\"index\":{index},{values}}}\n";
        Assert.Equal(HttpStatusCode.OK, (await PostAsync("samples", Encoding.UTF8.GetBytes(Line(dataset, 0, "\"features\":{\"a\":1}")))).Status);

        // The fourth row is wrong, too.
        var body = Line(other, 0, "\"features\":{\"z\":1}") + Line(third, 0, "\"features\":{\"z\":1}") + "\n" + Line(dataset, 1, values) + Line(other, 1, "\"features\":{\"Z\":1}");
        var (status, problem) = await PostAsync("samples", Encoding.UTF8.GetBytes(body));

        Assert.True(status == HttpStatusCode.BadRequest, problem.ToString());
        Assert.Equal((3, 4, column), (problem.GetProperty("row").GetInt32(), problem.GetProperty("line").GetInt32(), problem.GetProperty("column").GetString()));
        Assert.Contains(told, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(["a"], await ColumnsAsync(dataset));
        Assert.Empty(await ColumnsAsync(other));
        Assert.Empty(await ColumnsAsync(third));

        async Task<List<string?>> ColumnsAsync(string id) => [.. (await empty.Server.RunAsync("query ($id: ID!) { dataset(id: $id) { columns { name } } }", new { id }))
            .At("dataset.columns").EnumerateArray().Select(had => had.GetProperty("name").GetString())];
    }

    [Fact]
    public async Task Problem_Should_NameTheRow_When_SamplesNameTooManyColumns()
    {
        var datasets = new List<string>();
        for (var i = 0; i < 11; i++)
            datasets.Add((await empty.CreateOwnersAsync()).Dataset);
        static string Line(string dataset, int from, int to) =>
            $"{{\"datasetId\":\"{dataset}\",\"index\":{from},\"features\":{{{string.Join(',', Enumerable.Range(from, to - from).Select(i => $"\"c{i}\":0"))}}}}}\n";

        var (status, problem) = await PostAsync("samples", Encoding.UTF8.GetBytes(Line(datasets[0], 0, 6_000) + Line(datasets[0], 6_000, 10_001)));
        Assert.Equal((HttpStatusCode.BadRequest, "BAD_USER_INPUT", 2, "features"), Told(status, problem));

        (status, problem) = await PostAsync("samples", Encoding.UTF8.GetBytes(string.Concat(datasets.Select(dataset => Line(dataset, 0, 10_000)))));
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "LIMIT_EXCEEDED", 11, "features"), Told(status, problem));

        static (HttpStatusCode, string?, int, string?) Told(HttpStatusCode status, JsonElement problem) =>
            (status, problem.GetProperty("code").GetString(), problem.GetProperty("row").GetInt32(), problem.GetProperty("column").GetString());
    }

    [Theory]
    [InlineData(10_000, 7_777)]
    [InlineData(140_000, 139_000)]
    public async Task Nothing_Should_BeStored_When_OneRowOfManyIsWrong(int rows, int wrong)
    {
        var run = await empty.CreateRunAsync();
        var body = new StringBuilder();
        for (var i = 1; i <= rows; i++)
            body.Append("{\"key\":\"k\",\"value\":").Append(i == wrong ? "true" : "1").Append(",\"step\":").Append(i).Append("}\n");

        var (status, problem) = await PostAsync($"metrics?runId={run}", Encoding.UTF8.GetBytes(body.ToString()));

        Assert.Equal((HttpStatusCode.BadRequest, wrong, wrong), (status, problem.GetProperty("row").GetInt32(), problem.GetProperty("line").GetInt32()));
        Assert.Equal(0, await CountAsync(run));
    }

    [Theory]
    [InlineData("metrics", 3)]
    [InlineData("metrics", 140_000)]
    [InlineData("epochs", 3)]
    public async Task Answer_Should_BeTheSame_When_ABodyIsSentAgainWithItsKey(string stream, int rows)
    {
        var run = await empty.CreateRunAsync();
        var key = Guid.NewGuid().ToString();
        var body = stream == "epochs" ? Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, rows).Select(i => $"{{\"runId\":\"{run}\",\"index\":{i}}}\n"))) : Lines(run, rows);

        var first = await PostAsync(stream, body, key: key);
        var again = await PostAsync(stream, body, key: key);
        var other = await PostAsync(stream, [.. body, .. " "u8], key: key);

        Assert.Equal((HttpStatusCode.OK, rows), (first.Status, first.Body.GetProperty("rows").GetInt32()));
        Assert.Equal((HttpStatusCode.OK, first.Body.GetRawText()), (again.Status, again.Body.GetRawText()));
        Assert.Equal((HttpStatusCode.Conflict, "CONFLICT"), (other.Status, other.Body.GetProperty("code").GetString()));
        Assert.Equal(stream == "metrics" ? rows : 0, await CountAsync(run));
    }

    [Fact]
    public async Task Nothing_Should_BeStored_When_TheClientGoesAwayWithinTheBody()
    {
        var run = await empty.CreateRunAsync();
        var body = Lines(run, 200_000);
        using (var socket = new Socket(SocketType.Stream, ProtocolType.Tcp))
        {
            await socket.ConnectAsync(empty.Server.Url.Host, empty.Server.Url.Port);
            await socket.SendAsync(Encoding.ASCII.GetBytes($"POST /ingest/metrics HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nContent-Length: {body.Length}\r\n\r\n"));
            await socket.SendAsync(body.AsMemory(0, body.Length - 10));
            await UntilAsync("SELECT count(*) FROM staged_load l JOIN staged_block b ON b.load_id = l.id WHERE $1 = ANY (owner_ids)", run, count => count > 0);
        }

        await UntilAsync("SELECT count(*) FROM staged_block WHERE $1 = ANY (owner_ids)", run, count => count == 0);
        Assert.Equal(0, await CountAsync(run));
    }

    [Fact]
    public async Task Problem_Should_BeAConflict_When_TheRunIsDeletedWhileTheBodyComes()
    {
        var run = await empty.CreateRunAsync();
        var deleted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var content = new PausedContent(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 140_000).Select(i => $"{{\"index\":{i}}}\n"))), deleted.Task);
        content.Headers.ContentType = new("application/x-ndjson");

        var posting = empty.Server.Http.PostAsync($"ingest/epochs?runId={Uri.EscapeDataString(run)}", content);
        await UntilAsync("SELECT count(*) FROM staged_block WHERE $1 = ANY (owner_ids)", run, count => count > 0);
        await empty.ExecuteAsync($"UPDATE run SET lifecycle_stage = 'DELETED' WHERE id = {EmptyServer.KeyOf(run)}");
        deleted.SetResult();
        using var response = await posting;
        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync());

        Assert.Equal((HttpStatusCode.Conflict, "CONFLICT"), (response.StatusCode, problem.RootElement.GetProperty("code").GetString()));
        Assert.Contains("A run that rows belong to was deleted", problem.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Memory_Should_StaySmall_When_ABodyIsLarge()
    {
        var run = await empty.CreateRunAsync();
        // A thousand bytes each: who held the body would have 300 MB. Other tests run beside this one.
        const int Rows = 300_000;
        using var content = new LineContent(Rows);
        content.Headers.ContentType = new("application/x-ndjson");
        GC.Collect();
        var before = GC.GetTotalMemory(forceFullCollection: true);

        var posting = empty.Server.Http.PostAsync($"ingest/metrics?runId={run}", content);
        await content.NearEnd;
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        using var response = await posting;

        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        Assert.True(grown < 150_000_000, $"The server held {grown / 1_000_000} MB.");
        Assert.Equal(Rows, await CountAsync(run));
    }

    private async Task<Dictionary<string, string>> OwnersAsync()
    {
        var deleted = await empty.CreateRunAsync();
        await empty.ExecuteAsync($"UPDATE run SET lifecycle_stage = 'DELETED' WHERE id = {EmptyServer.KeyOf(deleted)}");
        var (job, dataset, set) = await empty.CreateOwnersAsync();
        var (_, deletedDataset, _) = await empty.CreateOwnersAsync("DELETED");
        return new()
        {
            ["$run"] = await empty.CreateRunAsync(),
            ["$deletedRun"] = deleted,
            ["$job"] = job,
            ["$dataset"] = dataset,
            ["$set"] = set,
            ["$deletedDataset"] = deletedDataset,
        };
    }

    private async Task<long> CountAsync(string run)
    {
        var metrics = (await empty.Server.RunAsync("query ($id: ID!) { run(id: $id) { metrics { count } points { totalCount } } }", new { id = run })).At("run");
        var count = metrics.At("points.totalCount").GetInt64();
        Assert.Equal(count, metrics.GetProperty("metrics").EnumerateArray().Sum(metric => metric.GetProperty("count").GetInt64()));
        return count;
    }

    private async Task UntilAsync(string sql, string run, Func<long, bool> isIt)
    {
        await using var source = Npgsql.NpgsqlDataSource.Create(empty.Postgres);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            await using var command = source.CreateCommand(sql);
            command.Parameters.Add(new Npgsql.NpgsqlParameter { Value = EmptyServer.KeyOf(run) });
            if (isIt((long)(await command.ExecuteScalarAsync(limit.Token))!))
                return;
            await Task.Delay(20, limit.Token);
        }
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string stream, byte[] body, string media = "application/x-ndjson", string? coding = null, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"ingest/{stream}") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new(media);
        if (coding is not null)
            request.Content.Headers.ContentEncoding.Add(coding);
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        using var response = await empty.Server.Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.Equal(response.IsSuccessStatusCode ? "application/json" : "application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return (response.StatusCode, JsonDocument.Parse(text).RootElement.Clone());
    }

    private static byte[] Lines(string run, int rows, int from = 0)
    {
        var lines = new StringBuilder();
        for (var i = from; i < from + rows; i++)
            lines.Append("{\"runId\":\"").Append(run).Append("\",\"key\":\"k\",\"time\":").Append(1767225600000 + i).Append(",\"step\":").Append(i).Append(",\"value\":").Append(i * 7919 % 1000).Append("}\n");
        return Encoding.UTF8.GetBytes(lines.ToString());
    }

    private static byte[] Encode(byte[] body, string coding)
    {
        if (coding == "zstd")
            return Zstd(body);
        var encoded = new MemoryStream();
        using (var encoder = new GZipStream(encoded, CompressionLevel.Fastest))
            encoder.Write(body);
        return encoded.ToArray();
    }

    /// <summary>One frame of raw blocks: zstd without its compression.</summary>
    private static byte[] Zstd(byte[] body)
    {
        const int Most = 64 << 10;
        var frame = new MemoryStream();
        frame.Write([0x28, 0xB5, 0x2F, 0xFD, 0x80, 0x58]);
        frame.Write(BitConverter.GetBytes(body.Length));
        for (var at = 0; at < body.Length; at += Most)
        {
            var size = Math.Min(Most, body.Length - at);
            frame.Write(BitConverter.GetBytes((size << 3) | (at + size == body.Length ? 1 : 0)), 0, 3);
            frame.Write(body, at, size);
        }

        return frame.ToArray();
    }

    /// <summary>A body whose end is sent when something has happened.</summary>
    private sealed class PausedContent(byte[] body, Task until) : HttpContent
    {
        private const int End = 10;

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(body.AsMemory(0, body.Length - End));
            await stream.FlushAsync();
            await until;
            await stream.WriteAsync(body.AsMemory(body.Length - End));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = body.Length;
            return true;
        }
    }

    /// <summary>Many lines, made while they are sent.</summary>
    private sealed class LineContent(int rows) : HttpContent
    {
        private readonly TaskCompletionSource _nearEnd = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task NearEnd => _nearEnd.Task;

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            const int Piece = 1000;
            for (var at = 0; at < rows; at += Piece)
            {
                var lines = new StringBuilder(Piece * 1000);
                for (var i = at; i < at + Piece; i++)
                    lines.Append(System.Globalization.CultureInfo.InvariantCulture, $"{{\"key\":\"k\",\"step\":{i},\"value\":{i % 977}.5").Append(' ', 960).Append("}\n");
                await stream.WriteAsync(Encoding.ASCII.GetBytes(lines.ToString()));
                if (at + (20 * Piece) >= rows)
                    _nearEnd.TrySetResult();
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
