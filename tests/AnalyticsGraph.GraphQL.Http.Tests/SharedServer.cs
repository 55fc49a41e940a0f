namespace AnalyticsGraph.GraphQL.Http.Tests;

/// <summary>One server for the tests of a class that change nothing.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    internal GraphQLServer Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await GraphQLServer.StartAsync();

    public async Task DisposeAsync() => await Server.DisposeAsync();
}
