using System.Net;
using System.Net.Sockets;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.Mapping.Sessions;

namespace AnalyticsGraph.Mapping.Tests;

/// <summary>What bounds the queries that callers cause.</summary>
[Collection("library")]
public sealed class ClickHouseLimitTests(LibraryFixture library) : IAsyncLifetime
{
    private const string Endless = "SELECT sum(sipHash64(number)) AS endless FROM numbers(100000000000000)";

    private static readonly MappingLimits Unbounded = new() { ClickHouse = new ClickHouseLimits { MaxRowsRead = long.MaxValue } };

    private ClickHouseClient _client = null!;

    public Task InitializeAsync()
    {
        _client = new ClickHouseClient(ClickHouseOptions.Parse(library.Engines.ClickHouseConnectionString));
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await _client.DisposeAsync();

    [Theory]
    [InlineData("MaxRowsRead", "SELECT count() FROM numbers(1000000)", 999_999)]
    [InlineData("MaxResultRows", "SELECT number FROM numbers(100)", 99)]
    [InlineData("MaxResultBytes", "SELECT repeat('x', 1000 + number) FROM numbers(100)", 100_000)]
    [InlineData("MaxMemory", "SELECT length(groupArray(number)) FROM numbers(8000000)", 20_000_000)]
    public async Task Query_Should_EndWithTheNameOfTheLimit_When_ItIsPassed(string setting, string sql, long limit)
    {
        var limits = setting switch
        {
            "MaxRowsRead" => new ClickHouseLimits { MaxRowsRead = limit },
            "MaxResultRows" => new ClickHouseLimits { MaxResultRows = limit },
            "MaxResultBytes" => new ClickHouseLimits { MaxResultBytes = limit },
            _ => new ClickHouseLimits { MaxMemory = limit },
        };

        var error = await RefusalAsync(new MappingLimits { ClickHouse = limits }, sql);

        Assert.Equal((ErrorCodes.LimitExceeded, $"Mapping:ClickHouse:{setting}", limit), (error.Code, error.Extensions!["setting"], error.Extensions["limit"]));
        Assert.Contains($"(Mapping:ClickHouse:{setting})", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, await CountAsync(new MappingLimits { ClickHouse = limits }, "SELECT 1"));
    }

    [Fact]
    public async Task Query_Should_BeALimit_When_ItTakesTooLong()
    {
        var error = await RefusalAsync(Unbounded with { StatementTimeout = TimeSpan.FromSeconds(1) }, Endless);

        Assert.Equal((ErrorCodes.LimitExceeded, "ClickHouse took longer than 1 s; narrow the filter or read fewer rows."), (error.Code, error.Message));
    }

    [Fact]
    public async Task Query_Should_SayThatTheStoreIsAway_When_ItHangs()
    {
        // Takes connections, and never says a word.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var client = new ClickHouseClient(new ClickHouseOptions { Host = "127.0.0.1", Port = ((IPEndPoint)silent.LocalEndpoint).Port, Retries = 0 });

        var error = await RefusalAsync(new ClickHouseReads(client, Unbounded with { StatementTimeout = TimeSpan.FromMilliseconds(10) }), "SELECT 1", CancellationToken.None);

        Assert.Equal(ErrorCodes.StoreUnavailable, error.Code);
    }

    [Fact]
    public async Task Query_Should_EndInTheStore_When_ItsCallerGoesAway()
    {
        using var cancellation = new CancellationTokenSource();
        var running = RefusalAsync(Unbounded, Endless, cancellation.Token);
        await UntilAsync(1);

        await cancellation.CancelAsync();

        Assert.Equal(ErrorCodes.Cancelled, (await running).Code);
        await UntilAsync(0);
    }

    [Fact]
    public async Task Query_Should_WaitForOthers_When_AsManyRunAsMay()
    {
        var reads = new ClickHouseReads(_client, Unbounded with { ClickHouse = Unbounded.ClickHouse with { MaxQueries = 1, QueueTimeout = TimeSpan.FromMilliseconds(50) } });
        using var cancellation = new CancellationTokenSource();
        var running = RefusalAsync(reads, Endless, cancellation.Token);
        await UntilAsync(1);

        var refused = await RefusalAsync(reads, "SELECT 1", CancellationToken.None);

        Assert.Equal((ErrorCodes.ResourceExhausted, "Mapping:ClickHouse:MaxQueries"), (refused.Code, refused.Extensions!["setting"]));
        await cancellation.CancelAsync();
        await running;
        Assert.Equal(1, await CountAsync(reads, "SELECT 1"));
    }

    [Fact]
    public async Task Stream_Should_HaveLimits_When_ItTakesNoPlace()
    {
        var reads = new ClickHouseReads(_client, new MappingLimits { ClickHouse = new ClickHouseLimits { MaxQueries = 1, MaxRowsRead = 1000, MaxResultRows = 10, StreamTimeout = TimeSpan.FromMinutes(2) } });

        await using var first = await reads.OpenAsync(new ClickHouseQuery("SELECT toUInt64(getSetting('max_execution_time')) AS n FROM numbers(100)"), CancellationToken.None);
        await using var second = await reads.OpenAsync(new ClickHouseQuery("SELECT 1"), CancellationToken.None);
        var refused = await Assert.ThrowsAsync<GraphQLException>(() => reads.OpenAsync(new ClickHouseQuery("SELECT count() FROM numbers(1001)"), CancellationToken.None));

        Assert.Equal(Enumerable.Repeat(120UL, 100), await first.ReadColumnAsync<ulong>("n"));
        Assert.Equal("Mapping:ClickHouse:MaxRowsRead", refused.Error.Extensions!["setting"]);
    }

    private Task<GraphQLError> RefusalAsync(MappingLimits limits, string sql, CancellationToken cancellation = default) => RefusalAsync(new ClickHouseReads(_client, limits), sql, cancellation);

    private static async Task<GraphQLError> RefusalAsync(ClickHouseReads reads, string sql, CancellationToken cancellation) =>
        (await Assert.ThrowsAsync<GraphQLException>(() => CountAsync(reads, sql, cancellation))).Error;

    private Task<int> CountAsync(MappingLimits limits, string sql) => CountAsync(new ClickHouseReads(_client, limits), sql);

    private static Task<int> CountAsync(ClickHouseReads reads, string sql, CancellationToken cancellation = default) => reads.ReadAsync(
        new ClickHouseQuery(sql),
        async result =>
        {
            var rows = 0;
            await foreach (var block in result.ReadBlocksAsync(cancellation))
            {
                using (block)
                {
                    rows += block.RowCount;
                }
            }

            return rows;
        },
        cancellation);

    private async Task UntilAsync(int running)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            await using var result = await _client.QueryAsync(new ClickHouseQuery("SELECT toInt32(count()) AS n FROM system.processes WHERE query LIKE '%AS endless%' AND query NOT LIKE '%system%'"), limit.Token);
            if ((await result.ReadColumnAsync<int>("n", limit.Token)).Single() == running)
            {
                return;
            }

            await Task.Delay(20, limit.Token);
        }
    }
}
