using AnalyticsGraph.Engines;
using AnalyticsGraph.Server.Hosting;
using AnalyticsGraph.Server.Tests.Crash;
using Microsoft.Extensions.Logging.Abstractions;

namespace AnalyticsGraph.Server.Tests.Starting;

/// <summary>An embedded engine that ends while the server starts.</summary>
public sealed class StoreLossTests : IDisposable
{
    private const string Migrating = "The stores are being migrated.";
    private readonly string _data = Path.Combine(Path.GetTempPath(), $"ag-{Guid.NewGuid():n}"[..16]);

    private ServerOptions Options => new("http://127.0.0.1:0", _data, Demo: false, Postgres: null, ClickHouse: null);

    [Theory]
    [InlineData(Victim.Postgres)]
    [InlineData(Victim.ClickHouse)]
    public async Task Start_Should_WaitForTheEngineAndMigrate_When_ItEndsMeanwhile(Victim victim)
    {
        var told = new List<string>();
        await using var stores = await Stores.OpenAsync(Options, NullLoggerFactory.Instance, what =>
        {
            told.Add(what);
            if (told.Count(step => step == Migrating) == 1 && what == Migrating)
            {
                Assert.True(EngineProcesses.Kill(_data, victim));
            }
        }, default);

        // ClickHouse's client bridges a short absence by itself.
        Assert.Contains(told, what => victim == Victim.ClickHouse || what.StartsWith($"{Migrating} An engine was lost meanwhile and is waited for: ", StringComparison.Ordinal));
        Assert.Equal(Migrating, told[^1]);
        Assert.Empty(await stores.FindAwayAsync(default));
        await using var command = stores.Postgres.CreateCommand("SELECT count(*) FROM schema_migration");
        Assert.True((long)(await command.ExecuteScalarAsync())! > 0);
    }

    [Fact]
    public async Task Start_Should_SayWhyAndStopTheOther_When_TheEngineDoesNotComeBack()
    {
        var error = await Assert.ThrowsAsync<EngineException>(() => Stores.OpenAsync(Options with { ReturnLimit = TimeSpan.FromSeconds(1) }, NullLoggerFactory.Instance, what =>
        {
            if (what == Migrating)
            {
                File.WriteAllText(Path.Combine(_data, "postgres", "custom.conf"), "shared_buffers = nonsense\n");
                Assert.True(EngineProcesses.Kill(_data, Victim.Postgres));
            }
        }, default));

        Assert.Equal(EngineErrorCodes.StartTimeout, error.Code);
        Assert.Contains("did not come back within 1 s: The embedded PostgreSQL ended by itself", error.Problem, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(_data, "logs"), error.Remedy, StringComparison.Ordinal);
        Assert.Empty(EngineProcesses.Left(_data));
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);
}
