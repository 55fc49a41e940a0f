using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AnalyticsGraph.Engines;
using AnalyticsGraph.Server.Tests.Crash;
using AnalyticsGraph.Server.Tests.Running;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Answer = AnalyticsGraph.Server.Tests.Running.Answer;

namespace AnalyticsGraph.Server.Tests.Starting;

/// <summary>What a server says while a store is away, and that it is whole again afterwards.</summary>
public sealed class ReadinessTests : IDisposable
{
    private const string CountRuns = "{ runs { totalCount } }";
    private const string CreateExperiment = "mutation { createExperiment(input: {name: \"while-away\"}) { experiment { id } errors { __typename } } }";

    // Not closed to other users, as a temporary folder of .NET's would be: PostgreSQL's own must pass to keep its socket's place.
    private readonly string _folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"ag-{Guid.NewGuid():n}"[..16])).FullName;

    [Fact]
    public async Task Ready_Should_SayWhichStoreIsAway_When_OneOfAnothersStopsAndComesBack()
    {
        var postgres = await StartAsync(EngineKind.Postgres);
        var clickHouse = await StartAsync(EngineKind.ClickHouse);
        await using var server = await InProcessServer.StartAsync(postgres.PostgresConnectionString, clickHouse.ClickHouseConnectionString);
        var owners = await CreateOwnersAsync(server);
        await AcceptAsync(server, owners, SeriesWrite.All, place: 0, value: 1);
        await AcceptAsync(server, owners, SeriesWrite.All, place: 1, value: 2);
        var before = await ReadAsync(server, owners);
        Assert.All(SeriesWrite.All, write => Assert.Equal([1, 2], RowsOf(before, write)));

        await postgres.DisposeAsync();
        Assert.Equal(["PostgreSQL does not answer."], await ReasonsAsync(server.Http));
        await RefuseAsync(server.Http, CountRuns);
        await RefuseAsync(server.Http, CreateExperiment);
        await RefuseAsync(server.Http, SeriesWrite.Read, Variables(owners));
        foreach (var write in SeriesWrite.All)
        {
            CheckRefused(write, await write.CallAsync(server, owners, place: 2, value: 3));
        }

        Assert.Equal("""{"__typename":"Query"}""", (await server.RunAsync("{ __typename }")).GetRawText());
        postgres = await StartAsync(EngineKind.Postgres);
        await WholeAsync(server.Http);
        Assert.Equal(before.GetRawText(), (await ReadAsync(server, owners)).GetRawText());
        Assert.Equal(2 * SeriesWrite.All.Count, await CountAsync(postgres, "SELECT count(*) FROM idempotency"));

        await clickHouse.DisposeAsync();
        Assert.Equal(["ClickHouse does not answer."], await ReasonsAsync(server.Http));
        Assert.Equal(1, (await server.RunAsync(CountRuns)).At("runs.totalCount").GetInt32());

        // What needs no question to ClickHouse is taken, also under the token of a call that was refused before; it waits in PostgreSQL.
        await AcceptAsync(server, owners, SeriesWrite.All, place: 2, value: 3);
        await CheckReadBesideAsync(server, owners);
        await AcceptAsync(server, owners, SeriesWrite.All.Where(write => !write.AsksForPresent), place: 0, value: 4);
        var stored = await StateAsync(postgres);
        foreach (var (write, answer) in await Task.WhenAll(SeriesWrite.All.Where(write => write.AsksForPresent).Select(async write => (write, await write.CallAsync(server, owners, place: 0, value: 4)))))
        {
            CheckRefused(write, answer);
        }

        Assert.Equal(stored, await StateAsync(postgres));
        clickHouse = await StartAsync(EngineKind.ClickHouse);
        await WholeAsync(server.Http);
        var after = await ReadAsync(server, owners);
        Assert.All(SeriesWrite.All, write => Assert.Equal([write.AsksForPresent ? 1 : 4, 2, 3], RowsOf(after, write)));
        await AcceptAsync(server, owners, SeriesWrite.All.Where(write => write.AsksForPresent), place: 0, value: 4);
        after = await ReadAsync(server, owners);
        foreach (var write in SeriesWrite.All)
        {
            // Points of runs stand beside each other; all else replaces what was at its place.
            double[] expected = write.Mutation is "logBatch" or "logMetrics" ? [1, 4, 2, 3] : [4, 2, 3];
            Assert.Equal(expected, RowsOf(after, write));
        }

        var verified = await ServerProcess.RunAsync(
            "verify", $"--ConnectionStrings:Postgres={postgres.PostgresConnectionString}", $"--ConnectionStrings:ClickHouse={clickHouse.ClickHouseConnectionString}");
        Assert.Equal((0, "No difference."), (verified.ExitCode, verified.Output.Trim()));

        await postgres.DisposeAsync();
        await clickHouse.DisposeAsync();
        Assert.Equal(2, (await ReasonsAsync(server.Http)).Count);
    }

    [Fact]
    public async Task Ready_Should_SayThatTheEngineIsStartedAgain_When_TheEmbeddedPostgresCannotComeUpAtOnce()
    {
        await using var server = ServerProcess.Serve(_folder, ServerProcess.FreePort());
        using var http = new HttpClient { BaseAddress = new Uri((await server.ReadyAsync()).Address.Replace("/graphql", "", StringComparison.Ordinal)) };
        await WholeAsync(http);

        var settings = Path.Combine(_folder, "postgres", "custom.conf");
        await File.WriteAllTextAsync(settings, "shared_buffers = nonsense\n");
        Assert.True(await EngineProcesses.KillAsync(_folder, Victim.Postgres, TimeSpan.Zero, server));
        await ReasonsAsync(http, "The embedded PostgreSQL ended by itself and is being started again.");
        await RefuseAsync(http, CountRuns);
        await RefuseAsync(http, CreateExperiment);

        File.Delete(settings);
        await WholeAsync(http);
        using (var answer = await http.PostAsJsonAsync("graphql", new { query = CountRuns }))
        {
            Assert.Equal("""{"data":{"runs":{"totalCount":0}}}""", await answer.Content.ReadAsStringAsync());
        }

        Assert.Equal(0, await server.StopAsync());
        Assert.Empty(EngineProcesses.Left(_folder));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<EmbeddedEngines> StartAsync(EngineKind engine) => EmbeddedEngines.StartAsync(
        new EngineOptions
        {
            DataDirectory = Path.Combine(_folder, $"{engine}"),
            StartPostgres = engine == EngineKind.Postgres,
            StartClickHouse = engine == EngineKind.ClickHouse,
        },
        NullLoggerFactory.Instance);

    private static async Task<SeriesOwners> CreateOwnersAsync(InProcessServer server)
    {
        async Task<string> CreateAsync(string type, object input)
        {
            var (field, entity) = ($"create{type}", char.ToLowerInvariant(type[0]) + type[1..]);
            return (await server.RunAsync($"mutation ($i: Create{type}Input!) {{ {field}(input: $i) {{ {entity} {{ id }} }} }}", new { i = input })).At($"{field}.{entity}.id").GetString()!;
        }

        var dataset = await CreateAsync("Dataset", new { name = "d" });
        return new(
            await CreateAsync("Run", new { experimentId = await CreateAsync("Experiment", new { name = "e" }) }), await CreateAsync("Job", new { uid = "j" }), dataset,
            await CreateAsync("PredictionSet", new { datasetId = dataset, name = "p" }));
    }

    private static async Task AcceptAsync(InProcessServer server, SeriesOwners owners, IEnumerable<SeriesWrite> writes, long place, double value)
    {
        foreach (var write in writes)
        {
            Assert.Empty((await write.CallAsync(server, owners, place, value)).At($"{write.Mutation}.errors").EnumerateArray());
        }
    }

    private static void CheckRefused(SeriesWrite write, Answer answer)
    {
        Assert.Equal(["STORE_UNAVAILABLE"], answer.Codes);
        Assert.Equal(write.Mutation, Assert.Single(answer.Json.GetProperty("errors")[0].GetProperty("path").EnumerateArray()).GetString());
    }

    private static Task<JsonElement> ReadAsync(InProcessServer server, SeriesOwners owners) => server.RunAsync(SeriesWrite.Read, Variables(owners));

    private static object Variables(SeriesOwners owners) => new { run = owners.Run, job = owners.Job, dataset = owners.Dataset, set = owners.PredictionSet };

    /// <summary>The values of what a mutation wrote, in the order of their places.</summary>
    private static List<double> RowsOf(JsonElement read, SeriesWrite write) => write.Mutation switch
    {
        "logBatch" or "logMetrics" => [.. read.At($"run.{write.Mutation}.values").EnumerateArray().Select(value => value.GetDouble())],
        "logEpochs" or "logBatches" => [.. read.At($"run.{write.Mutation}.nodes").EnumerateArray().Select(row => Assert.Single(row.GetProperty("metrics").EnumerateArray()).GetProperty("total").GetDouble())],
        "logResults" => [.. read.At("run.results.logResults").EnumerateArray().Select(row => row.GetProperty("total").GetDouble())],
        "logJobRuntime" => [.. read.At("job.logJobRuntime.nodes").EnumerateArray().Select(row => row.GetProperty("speed").GetDouble())],
        "addSamples" => [.. read.At("dataset.addSamples.nodes").EnumerateArray().Select(row => row.At("features.v").GetDouble())],
        "addTargets" => [.. read.At("dataset.addTargets.nodes").EnumerateArray().Select(row => row.GetProperty("value").GetDouble())],
        _ => [.. read.At("predictionSet.addPredictions.nodes").EnumerateArray().Select(row => row.GetProperty("value").GetDouble())],
    };

    /// <summary>Without ClickHouse the relational fields are there, and each series is null with an error that says where and why.</summary>
    private static async Task CheckReadBesideAsync(InProcessServer server, SeriesOwners owners)
    {
        var answer = await server.AskAsync(SeriesWrite.Read, Variables(owners));
        Assert.Equal(
            """{"run":{"status":"RUNNING","logBatch":null,"logMetrics":null,"logEpochs":null,"logBatches":null,"results":{"logResults":null}},"job":{"uid":"j","logJobRuntime":null},"dataset":{"name":"d","addSamples":null,"addTargets":null},"predictionSet":{"name":"p","addPredictions":null}}""",
            answer.Json.GetProperty("data").GetRawText());
        Assert.Equal(SeriesWrite.All.Count, answer.Codes.Count);
        Assert.All(answer.Codes, code => Assert.Equal("STORE_UNAVAILABLE", code));
        Assert.Equal(
            SeriesWrite.All.Select(write => write.Mutation).Order(),
            answer.Json.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("path").EnumerateArray().Last().GetString()).Order());
    }

    /// <summary>All that a write may leave in PostgreSQL.</summary>
    private static async Task<string> StateAsync(EmbeddedEngines postgres)
    {
        await using var source = NpgsqlDataSource.Create(postgres.PostgresConnectionString);
        await using var command = source.CreateCommand(
            """
            SELECT concat_ws(E'\n', (SELECT string_agg(m::text, E'\n' ORDER BY m::text) FROM run_metric m), (SELECT string_agg(c::text, E'\n' ORDER BY c::text) FROM run_counter c),
                (SELECT string_agg(concat_ws(' ', group_id, series, points), E'\n' ORDER BY group_id, series) FROM point_log), (SELECT string_agg(r::text, E'\n') FROM results r),
                (SELECT string_agg(concat_ws(' ', operation, token), E'\n' ORDER BY 1) FROM idempotency), (SELECT count(*) FROM staged_load))
            """);
        return (string)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<long> CountAsync(EmbeddedEngines postgres, string sql)
    {
        await using var source = NpgsqlDataSource.Create(postgres.PostgresConnectionString);
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Waits until the server is not ready, for this reason if one is given.</summary>
    private static async Task<IReadOnlyList<string>> ReasonsAsync(HttpClient http, string? reason = null)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            using var response = await http.GetAsync("health/ready", limit.Token);
            if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                var reasons = (await response.Content.ReadFromJsonAsync<JsonElement>(limit.Token)).GetProperty("reasons").EnumerateArray().Select(given => given.GetString()!).ToList();
                if (reason is null || reasons.SequenceEqual([reason]))
                {
                    return reasons;
                }
            }
            else
            {
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            }

            await Task.Delay(20, limit.Token);
        }
    }

    private static async Task WholeAsync(HttpClient http)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            using var response = await http.GetAsync("health/ready", limit.Token);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                Assert.Equal("""{"status":"ready","reasons":[]}""", await response.Content.ReadAsStringAsync(limit.Token));
                return;
            }

            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            await Task.Delay(20, limit.Token);
        }
    }

    /// <summary>The operation fails with the store's code, in both media types, and never as a fault of the server.</summary>
    private static async Task RefuseAsync(HttpClient http, string query, object? variables = null)
    {
        foreach (var accept in (string[])["application/json", "application/graphql-response+json"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "graphql") { Content = JsonContent.Create(new { query, variables }), Headers = { { "Accept", accept } } };
            using var response = await http.SendAsync(request);
            var answer = new Answer(response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
            Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, $"{query} was answered {answer.Status}: {answer.Json}");
            Assert.NotEmpty(answer.Codes);
            Assert.All(answer.Codes, code => Assert.Equal("STORE_UNAVAILABLE", code));
        }
    }
}
