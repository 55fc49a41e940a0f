using AnalyticsGraph.TestEngines;
using Npgsql;

namespace AnalyticsGraph.Mapping.Tests;

[CollectionDefinition("library")]
public sealed class LibraryCollection : ICollectionFixture<LibraryFixture>;

/// <summary>A filled library on a real PostgreSQL, shared by the tests that only read it.</summary>
public sealed class LibraryFixture : IAsyncLifetime
{
    public EngineFixture Engines { get; } = new();

    public NpgsqlDataSource Source { get; private set; } = null!;

    public Graph Graph { get; private set; } = null!;

    public List<Author> Authors { get; private set; } = [];

    public List<Book> Books { get; private set; } = [];

    public async Task InitializeAsync()
    {
        await Engines.InitializeAsync();
        Source = NpgsqlDataSource.Create(Engines.PostgresConnectionString + ";Max Auto Prepare=50");
        (Authors, Books) = Library.Make(authors: 20, books: 300, seed: 7);
        await Library.CreateAsync(Source, Authors, Books);
        Graph = await Graph.BuildAsync(Source);
    }

    public async Task DisposeAsync()
    {
        await Source.DisposeAsync();
        await Engines.DisposeAsync();
    }
}
