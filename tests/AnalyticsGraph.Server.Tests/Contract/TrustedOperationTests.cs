using System.Net;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Server.Hosting;
using AnalyticsGraph.Server.Tests.Running;

namespace AnalyticsGraph.Server.Tests.Contract;

/// <summary>The operations of <c>schema/operations</c>, and a server that runs nothing else.</summary>
[Collection("sample")]
public sealed class TrustedOperationTests(SampleServer sample)
{
    private const string Leaderboard = "graphql/operations/ExperimentLeaderboard?experiment=cancer-sweep&metric=val_acc&first=2";

    [Theory]
    [InlineData("ExperimentOverview?first=2", "experiments.nodes")]
    [InlineData("RunOverview?experiment=cancer-sweep", "runs.nodes")]
    [InlineData("ExperimentLeaderboard?experiment=cancer-sweep&metric=val_acc&stat=MAX&direction=DESC", "runs.nodes")]
    [InlineData("MetricCurves?experiment=cancer-sweep&metric=val_acc&points=10", "runs.nodes")]
    public async Task Operation_Should_FindRecords(string path, string list)
    {
        using var answer = await GetAsync(sample.Server, $"graphql/operations/{path}");

        Assert.NotEmpty(answer.RootElement.GetProperty("data").At(list).EnumerateArray());
        Assert.False(answer.RootElement.TryGetProperty("errors", out _));
    }

    [Fact]
    public async Task RunDetails_Should_HaveTheBestRun()
    {
        using var best = await GetAsync(sample.Server, Leaderboard);
        var run = best.RootElement.GetProperty("data").At("runs.nodes")[0];

        using var details = await GetAsync(sample.Server, $"graphql/operations/RunDetails?uuid={run.GetProperty("uuid").GetString()}");

        Assert.Equal("trial-0-2", details.RootElement.GetProperty("data").At("run.name").GetString());
        Assert.NotEmpty(details.RootElement.GetProperty("data").At("run.metrics").EnumerateArray());
    }

    [Fact]
    public async Task Server_Should_RefuseOtherDocuments_When_TrustedOnesAloneAreAllowed()
    {
        var limits = new ServerLimits { GraphQL = new GraphQLExecutorOptions { TrustedDocumentsOnly = true } };
        await using var server = await InProcessServer.StartAsync(sample.Postgres, sample.ClickHouse, limits);

        using var trusted = await GetAsync(server, Leaderboard);
        var other = await server.AskAsync("{ runs { totalCount } }");
        var introspection = await server.AskAsync("{ __schema { queryType { name } } }");
        using var sdl = await server.Http.GetAsync("graphql?sdl");

        Assert.Equal(2, trusted.RootElement.GetProperty("data").At("runs.nodes").GetArrayLength());
        Assert.All([other, introspection], answer => Assert.Equal(["DOCUMENT_NOT_TRUSTED"], answer.Codes));
        Assert.NotEqual(HttpStatusCode.OK, sdl.StatusCode);
    }

    [Fact]
    public async Task Start_Should_SayFileAndPlace_When_AnOperationIsFaulty()
    {
        var folder = Directory.CreateTempSubdirectory("ag-operations");
        try
        {
            var file = Path.Combine(folder.FullName, "mine.graphql");
            await File.WriteAllTextAsync(file, "query Mine {\n  runs { nodes { ...RunSummary nmae } }\n}\n");

            var (code, _, errors) = await ServerProcess.RunAsync(
                "--urls", $"http://127.0.0.1:{ServerProcess.FreePort()}", $"--Http:OperationsFolder={folder.FullName}", $"--ConnectionStrings:Postgres={sample.Postgres}", $"--ConnectionStrings:ClickHouse={sample.ClickHouse}");

            Assert.Equal(1, code);
            Assert.Contains($"{file}(2,32): Cannot query field \"nmae\" on type \"Run\"", errors, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<JsonDocument> GetAsync(InProcessServer server, string path)
    {
        using var response = await server.Http.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.False(response.Headers.ETag!.IsWeak);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync());
    }
}
