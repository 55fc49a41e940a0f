using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AnalyticsGraph.Server.Tests.Running;
using AnalyticsGraph.TestEngines;
using Npgsql;

namespace AnalyticsGraph.Server.Tests.Starting;

/// <summary>What process managers are told, from the first moment to the last, with engines of the server's own.</summary>
public sealed class HealthTests : IDisposable
{
    private readonly string _data = Path.Combine(Path.GetTempPath(), $"ag-{Guid.NewGuid():n}"[..16]);

    [Fact]
    public async Task Probes_Should_FollowTheServersLife_When_ItStartsAndStops()
    {
        var url = $"http://127.0.0.1:{ServerProcess.FreePort()}";
        await using var server = ServerProcess.Start("--urls", url, "--data", _data);
        using var http = new HttpClient { BaseAddress = new Uri(url) };

        // It listens before its engines run: whoever asks early learns what is being waited for.
        var live = await FirstAnswerAsync(http);
        Assert.Equal("""{"status":"live","reasons":[]}""", live);
        using (var early = await http.GetAsync("health/ready"))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, early.StatusCode);
            var answer = await early.Content.ReadFromJsonAsync<JsonElement>();
            Assert.Equal("not ready", answer.GetProperty("status").GetString());
            Assert.EndsWith(".", answer.At("reasons.0").GetString(), StringComparison.Ordinal);
        }

        using (var query = await http.PostAsJsonAsync("graphql", new { query = "{ __typename }" }))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, query.StatusCode);
            Assert.Contains("STORE_UNAVAILABLE", await query.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        Assert.Equal($"{url}/graphql", (await server.ReadyAsync()).Address);
        Assert.Equal("""{"status":"ready","reasons":[]}""", await http.GetStringAsync("health/ready"));
        using (var query = await http.PostAsJsonAsync("graphql", new { query = "{ experiments { totalCount } }" }))
        {
            Assert.Equal("""{"data":{"experiments":{"totalCount":0}}}""", await query.Content.ReadAsStringAsync());
        }

        var (code, _, errors) = await ServerProcess.RunAsync("--urls", "http://127.0.0.1:0", "--data", _data);
        Assert.Equal(1, code);
        Assert.Contains(_data, errors, StringComparison.Ordinal);
        Assert.Contains($"{server.Id}", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);

        Assert.Equal(0, await server.StopAsync());
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync("health/live"));
    }

    [Fact]
    public async Task Ready_Should_SayWhat_When_AStoreIsMigratedByAnother()
    {
        var engines = new EngineFixture();
        await engines.InitializeAsync();
        await using var source = NpgsqlDataSource.Create(engines.PostgresConnectionString);
        await using var server = await InProcessServer.StartAsync(engines.PostgresConnectionString, engines.ClickHouseConnectionString);
        using (var ready = await server.Http.GetAsync("health/ready"))
        {
            Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        }

        // An exclusive lock on the history of migrations holds the next server up where it can be watched.
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand("DO $$ DECLARE t text; BEGIN FOR t IN SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_name LIKE '%migration%' LOOP EXECUTE 'LOCK TABLE ' || t; END LOOP; END $$", connection))
        {
            await hold.ExecuteNonQueryAsync();
        }

        await using var second = await InProcessServer.ListenAsync(engines.PostgresConnectionString, engines.ClickHouseConnectionString);
        string? reason;
        do
        {
            using var response = await second.Http.GetAsync("health/ready");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            reason = (await response.Content.ReadFromJsonAsync<JsonElement>()).At("reasons.0").GetString();
        }
        while (reason != "The stores are being migrated.");

        await transaction.RollbackAsync();
        await engines.DisposeAsync();
    }

    public void Dispose()
    {
        if (Directory.Exists(_data))
        {
            Directory.Delete(_data, recursive: true);
        }
    }

    private static async Task<string> FirstAnswerAsync(HttpClient http)
    {
        var end = Environment.TickCount64 + 60_000;
        while (true)
        {
            try
            {
                return await http.GetStringAsync("health/live");
            }
            catch (HttpRequestException) when (Environment.TickCount64 < end)
            {
                await Task.Delay(10);
            }
        }
    }
}
