using AnalyticsGraph.Server.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace AnalyticsGraph.Server.Tests.Starting;

public sealed class StoreConnectionsTests
{
    [Theory]
    [InlineData(true, 20)]
    [InlineData(false, 0)]
    public async Task OpenPostgres_Should_LimitStatementsAsTold_When_TheyAreTimed(bool isTimed, int seconds)
    {
        await using var postgres = StoreConnections.OpenPostgres("Host=db;Database=analyticsgraph;Command Timeout=20", isTimed, NullLoggerFactory.Instance);

        Assert.Equal(seconds, new NpgsqlConnectionStringBuilder(postgres.ConnectionString).CommandTimeout);
    }
}
