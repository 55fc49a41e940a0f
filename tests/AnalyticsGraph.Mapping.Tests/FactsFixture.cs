using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.TestEngines;
using Npgsql;

namespace AnalyticsGraph.Mapping.Tests;

/// <summary>The facts in both stores.</summary>
public sealed class FactsFixture : IAsyncLifetime
{
    public EngineFixture Engines { get; } = new();

    public NpgsqlDataSource Source { get; private set; } = null!;

    public ClickHouseClient Client { get; private set; } = null!;

    public Graph Graph { get; private set; } = null!;

    public List<Fact> Rows { get; } = Facts.Make(400, seed: 11);

    public async Task InitializeAsync()
    {
        await Engines.InitializeAsync();
        Source = NpgsqlDataSource.Create(await Engines.CreateDatabaseAsync());
        Client = new ClickHouseClient(ClickHouseOptions.Parse(await Engines.CreateClickHouseDatabaseAsync()));
        await Facts.CreateAsync(Source, Client, Rows);
        Graph = await Graph.BuildAsync(Source, Facts.Sdl, Client, bind: (_, _) => { });
    }

    public async Task DisposeAsync()
    {
        await Source.DisposeAsync();
        await Client.DisposeAsync();
        await Engines.DisposeAsync();
    }
}
