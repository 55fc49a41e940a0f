using System.Text.Json;
using AnalyticsGraph.Server.Cli;
using AnalyticsGraph.TestEngines;

namespace AnalyticsGraph.Server.Tests.Running;

[CollectionDefinition("sample")]
public sealed class SampleCollection : ICollectionFixture<SampleServer>;

/// <summary>
/// A server over the bundled sample, imported twice: before it started, and while it served, with some rows of what MLflow does not have. Its tests change nothing.
/// </summary>
public sealed class SampleServer : IAsyncLifetime
{
    private readonly EngineFixture _engines = new();
    private InProcessServer? _server;

    internal InProcessServer Server => _server ?? throw new InvalidOperationException("The fixture is not initialized.");

    internal string Postgres => _engines.PostgresConnectionString;

    internal string ClickHouse => _engines.ClickHouseConnectionString;

    /// <summary>What <see cref="Facts"/> answered after the first import.</summary>
    internal JsonElement AfterFirstImport { get; private set; }

    /// <summary>The counts of everything.</summary>
    internal const string Facts =
        """
        {
          active: experiments(where: {lifecycleStage: {eq: ACTIVE}}) { totalCount }
          experiments { totalCount } experimentTags { totalCount } runs(first: 1000) { totalCount nodes { metrics { count } } }
          params { totalCount } runTags { totalCount } runMetrics { totalCount } metricPoints(first: 1) { totalCount }
          datasets { totalCount } runInputs { totalCount } registeredModels { totalCount } registeredModelTags { totalCount }
          modelVersions { totalCount } modelVersionTags { totalCount } modelAliases { totalCount }
          loggedModels { totalCount } loggedModelParams { totalCount } loggedModelTags { totalCount } loggedModelMetrics { totalCount }
          traces { totalCount } traceMetadata { totalCount } traceTags { totalCount } spans { totalCount }
          entityAssociations { totalCount } otherRows { totalCount }
        }
        """;

    public async Task InitializeAsync()
    {
        await _engines.InitializeAsync();
        await ImportAsync();
        _server = await InProcessServer.StartAsync(Postgres, ClickHouse);
        AfterFirstImport = await Server.RunAsync(Facts);
        await ImportAsync();
        await DomainRows.AddAsync(Postgres, ClickHouse);
    }

    public async Task DisposeAsync()
    {
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _engines.DisposeAsync();
    }

    private async Task ImportAsync() => Assert.Equal(
        0,
        await CommandLine.RunAsync(["import", "mlflow", SampleDump.Path, $"--ConnectionStrings:Postgres={Postgres}", $"--ConnectionStrings:ClickHouse={ClickHouse}"]));
}
