using System.Text.Json;
using AnalyticsGraph.Tests.Differential;

namespace AnalyticsGraph.GraphQL.Http.Tests;

public sealed class AuditTests
{
    [Fact]
    public async Task Endpoint_Should_PassTheAuditsOfGraphQLHttp()
    {
        await using var server = await GraphQLServer.StartAsync();

        using var results = JsonDocument.Parse(await NodeScript.RunAsync(["audit.mjs", server.Url.ToString()]));

        var audits = results.RootElement.EnumerateArray().ToArray();
        Assert.Equal(61, audits.Length);
        Assert.Equal([], audits.Where(audit => audit.GetProperty("status").GetString() != "ok").Select(audit => audit.GetRawText()));
    }
}
