using AnalyticsGraph.Server.Tests.Running;
using AnalyticsGraph.Tests.Differential;

namespace AnalyticsGraph.Server.Tests.Contract;

/// <summary>
/// The clients that people use, against the server as it runs: queries with variables and fragments, normalised caches, pages of connections, errors with codes, mutations with typed errors, files as data frames.
/// The scripts say what is expected.
/// </summary>
[Collection("empty")]
public sealed class ClientTests(EmptyServer shared)
{
    [Theory]
    [InlineData("apollo.mjs")]
    [InlineData("urql.mjs")]
    [InlineData("relay.mjs")]
    [InlineData("frames.mjs")]
    public async Task Client_Should_WorkWithTheServer(string script) =>
        Assert.Equal("ok\n", await NodeScript.RunAsync([script, new Uri(shared.Server.Url, "graphql").ToString()], folder: "clients"));
}
