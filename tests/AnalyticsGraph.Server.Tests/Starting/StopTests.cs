using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AnalyticsGraph.Server.Tests.Crash;
using AnalyticsGraph.Server.Tests.Running;

namespace AnalyticsGraph.Server.Tests.Starting;

/// <summary>Signals at every moment: the server ends with 0, leaves no process behind, and the next start works.</summary>
public sealed class StopTests : IDisposable
{
    private readonly string _folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"ag-{Guid.NewGuid():n}"[..16])).FullName;

    private string Data => Path.Combine(_folder, "data");

    [Fact]
    public async Task Server_Should_EndCleanly_When_ItIsToldToWhileItStarts()
    {
        // The first start, with initdb; then one that is a little further each time.
        await StopAfterAsync(_ => Directory.Exists(Data));
        var again = DateTime.UtcNow;
        await StopAfterAsync(_ => Directory.EnumerateDirectories(Data, "postgres*").Any(folder => Directory.GetLastWriteTimeUtc(folder) > again));
        await StopAfterAsync(output => output.Contains("ClickHouse accepts connections", StringComparison.Ordinal));
        await StopAfterAsync(output => output.Contains("Postgres accepts connections", StringComparison.Ordinal));
        await using var server = ServerProcess.Serve(Data, ServerProcess.FreePort());
        await server.ReadyAsync();
        Assert.Equal(0, await server.StopAsync());
    }

    [Fact]
    public async Task Server_Should_EndCleanly_When_ItIsToldToSeveralTimes()
    {
        await using var server = ServerProcess.Serve(Data, ServerProcess.FreePort());
        await server.ReadyAsync();
        await server.SignalAsync("TERM");
        await server.SignalAsync("TERM");
        Assert.Equal(0, await server.StopAsync());
        Assert.Empty(EngineProcesses.Left(Data));
        Assert.False(File.Exists(Path.Combine(Data, "postgres", "postmaster.pid")));
    }

    [Fact]
    public async Task Subscriptions_Should_BeToldThatTheServerStops()
    {
        await using var server = ServerProcess.Serve(Data, ServerProcess.FreePort());
        using var http = new HttpClient { BaseAddress = new Uri((await server.ReadyAsync()).Address) };
        using var created = await http.PostAsJsonAsync("/graphql", new { query = "mutation { createExperiment(input: { name: \"live\" }) { experiment { id } } }" });
        using var experiment = JsonDocument.Parse(await created.Content.ReadAsStringAsync());
        using var request = new HttpRequestMessage(HttpMethod.Post, "/graphql")
        {
            Content = JsonContent.Create(new
            {
                query = "subscription($e: ID!) { runChanged(experimentId: $e) { run { name } } }",
                variables = new { e = experiment.RootElement.At("data.createExperiment.experiment.id").GetString() },
            }),
            Headers = { { "Accept", "text/event-stream" } },
        };
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var events = new StreamReader(await response.Content.ReadAsStreamAsync());

        var stopping = server.StopAsync();

        var told = await events.ReadToEndAsync();
        Assert.Contains("event: next\ndata: {\"errors\":[{\"message\":\"The server is stopping. Connect again in a moment.\",\"extensions\":{\"code\":\"CANCELLED\"}}]}\n\nevent: complete\n", told, StringComparison.Ordinal);
        Assert.Equal(0, await stopping);
    }

    [Fact]
    public async Task Data_Should_LieBelowTheWorkingDirectory_When_ThePathIsRelative()
    {
        await using var server = ServerProcess.StartIn(_folder, [], "--data", "mit Leerzeichen/and-Ümläut", "--urls", "http://127.0.0.1:0");
        using var http = new HttpClient { BaseAddress = new Uri((await server.ReadyAsync()).Address) };
        using var answer = await http.GetAsync("/health/ready");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True(Directory.Exists(Path.Combine(_folder, "mit Leerzeichen/and-Ümläut/postgres")));
        Assert.Equal(0, await server.StopAsync());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task StopAfterAsync(Func<string, bool> reached)
    {
        await using var server = ServerProcess.Serve(Data, ServerProcess.FreePort());
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!reached(server.Output))
        {
            Assert.False(server.HasExited, server.Said);
            await Task.Delay(5, limit.Token);
        }

        var code = await server.StopAsync();
        Assert.True(code == 0, $"{code}: {server.Said}");
        Assert.DoesNotContain("   at ", server.Said, StringComparison.Ordinal);
        Assert.Empty(EngineProcesses.Left(Data));
    }
}
