using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AnalyticsGraph.Engines;
using AnalyticsGraph.Server.Tests.Crash;
using AnalyticsGraph.Server.Tests.Running;
using Microsoft.Extensions.Logging.Abstractions;

namespace AnalyticsGraph.Server.Tests.Starting;

/// <summary>What a server says while a store is away, and that it is whole again afterwards.</summary>
public sealed class ReadinessTests : IDisposable
{
    private const string CountRuns = "{ runs { totalCount } }";
    private const string CreateExperiment = "mutation { createExperiment(input: {name: \"while-away\"}) { experiment { id } errors { __typename } } }";
    private const string ReadSeries = "{ runs { nodes { name series(key: \"loss\") { values } } } }";

    // Not closed to other users, as a temporary folder of .NET's would be: PostgreSQL's own must pass to keep its socket's place.
    private readonly string _folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"ag-{Guid.NewGuid():n}"[..16])).FullName;

    [Fact]
    public async Task Ready_Should_SayWhichStoreIsAway_When_OneOfAnothersStopsAndComesBack()
    {
        var postgres = await StartAsync(EngineKind.Postgres);
        var clickHouse = await StartAsync(EngineKind.ClickHouse);
        await using var server = await InProcessServer.StartAsync(postgres.PostgresConnectionString, clickHouse.ClickHouseConnectionString);
        var experiment = (await server.RunAsync("mutation { createExperiment(input: {name: \"before\"}) { experiment { id } } }")).At("createExperiment.experiment.id").GetString();
        var run = (await server.RunAsync("mutation ($e: ID!) { createRun(input: {experimentId: $e, name: \"r\"}) { run { id } } }", new { e = experiment })).At("createRun.run.id").GetString();
        const string Log = "mutation ($r: ID!) { logBatch(input: {runId: $r, metrics: [{key: \"loss\", value: 0.5, step: 0}]}) { newPoints errors { __typename } } }";
        await server.RunAsync(Log, new { r = run });
        Assert.Equal("0.5", (await server.RunAsync(ReadSeries)).At("runs.nodes.0.series.values.0").GetRawText());

        await postgres.DisposeAsync();
        Assert.StartsWith("PostgreSQL does not answer: ", Assert.Single(await ReasonsAsync(server.Http)), StringComparison.Ordinal);
        foreach (var operation in (string[])[CountRuns, CreateExperiment, ReadSeries, Log])
        {
            await RefuseAsync(server.Http, operation, new { r = run });
        }

        Assert.Equal("""{"__typename":"Query"}""", (await server.RunAsync("{ __typename }")).GetRawText());
        postgres = await StartAsync(EngineKind.Postgres);
        await WholeAsync(server.Http);
        Assert.Equal(1, (await server.RunAsync(CountRuns)).At("runs.totalCount").GetInt32());

        await clickHouse.DisposeAsync();
        Assert.StartsWith("ClickHouse does not answer: ", Assert.Single(await ReasonsAsync(server.Http)), StringComparison.Ordinal);
        Assert.Equal(1, (await server.RunAsync(CountRuns)).At("runs.totalCount").GetInt32());
        await RefuseAsync(server.Http, ReadSeries);
        clickHouse = await StartAsync(EngineKind.ClickHouse);
        await WholeAsync(server.Http);
        Assert.Equal("0.5", (await server.RunAsync(ReadSeries)).At("runs.nodes.0.series.values.0").GetRawText());

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
            var answer = new Running.Answer(response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
            Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, $"{query} was answered {answer.Status}: {answer.Json}");
            Assert.NotEmpty(answer.Codes);
            Assert.All(answer.Codes, code => Assert.Equal("STORE_UNAVAILABLE", code));
        }
    }
}
