using AnalyticsGraph.TestEngines;

namespace AnalyticsGraph.ClickHouse.Tests.Engine;

/// <summary>A client of a database of its own on the real engine.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "xUnit calls IAsyncLifetime.DisposeAsync.")]
public sealed class ClickHouseFixture : IAsyncLifetime
{
    private readonly EngineFixture _engines = new();
    private ClickHouseClient? _client;

    public ClickHouseOptions Options { get; private set; } = new();

    public ClickHouseClient Client => _client ?? throw new InvalidOperationException("The fixture is not initialized.");

    public async Task InitializeAsync()
    {
        await _engines.InitializeAsync();
        Options = ClickHouseOptions.Parse(_engines.ClickHouseConnectionString);
        _client = new ClickHouseClient(Options);
    }

    public async Task DisposeAsync()
    {
        await Client.DisposeAsync();
        await _engines.DisposeAsync();
    }

    public Task Do(string sql) => Client.ExecuteAsync(new ClickHouseQuery(sql));

    /// <summary>All values of a query's first column.</summary>
    public Task<object?[]> Column(string sql) => Column(new ClickHouseQuery(sql));

    public async Task<object?[]> Column(ClickHouseQuery query)
    {
        await using var result = await Client.QueryAsync(query);
        var values = new List<object?>();
        await foreach (var block in result.ReadBlocksAsync())
        {
            using (block)
                values.AddRange(Enumerable.Range(0, block.RowCount).Select(row => block.Columns[0].GetValue(row)));
        }
        return [.. values];
    }

    public async Task<object?> Value(string sql) => (await Column(sql)).Single();

    /// <summary>Waits for what the server does in its own time.</summary>
    public static async Task Until(Func<Task<bool>> condition, string what)
    {
        for (var waited = 0; !await condition(); waited += 20)
        {
            Assert.True(waited < 10_000, "Waited 10 s in vain for: " + what);
            await Task.Delay(20);
        }
    }
}
