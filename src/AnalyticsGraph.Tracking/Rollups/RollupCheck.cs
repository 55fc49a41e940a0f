using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Tracking.Points;
using Npgsql;

namespace AnalyticsGraph.Tracking.Rollups;

/// <summary>Holds rollups against the points, while none is built.</summary>
internal sealed class RollupCheck(NpgsqlDataSource postgres, ClickHouseClient clickHouse)
{
    /// <summary>The series whose rollups are not what their points come to, and how many buckets differ.</summary>
    public async Task<List<(RolledSeries Series, long Buckets)>> FindAsync(CancellationToken ct)
    {
        await using var connection = await postgres.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using var held = await SessionLock.TakeAsync(connection, RollupBuilder.LockKey, ct).ConfigureAwait(false);
        var faults = new List<(RolledSeries, long)>();
        foreach (var series in await RollupRows.ReadBuiltAsync(connection, ct).ConfigureAwait(false))
        {
            if (await CountFaultsAsync(series, ct).ConfigureAwait(false) is > 0 and var buckets)
                faults.Add((series, buckets));
        }

        return faults;
    }

    /// <summary>Removes rollups that are wrong. They are built anew when a builder next looks at all series.</summary>
    /// <returns>Of how many series.</returns>
    public async Task<int> RemoveAsync(CancellationToken ct)
    {
        var faults = await FindAsync(ct).ConfigureAwait(false);
        await using var connection = await postgres.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using var held = await SessionLock.TakeAsync(connection, RollupBuilder.LockKey, ct).ConfigureAwait(false);
        foreach (var (series, _) in faults)
        {
            // Whoever reads from here on reads the points.
            await RollupRows.ForgetAsync(connection, series, ct).ConfigureAwait(false);
            await clickHouse.ExecuteAsync(RollupSql.Remove(series), ct).ConfigureAwait(false);
        }

        return faults.Count;
    }

    private async Task<long> CountFaultsAsync(RolledSeries series, CancellationToken ct)
    {
        var widths = new List<long>();
        for (var width = series.Built!.LeastWidth; width <= series.Built.GreatestWidth; width *= RolledSeries.Factor)
            widths.Add(width);
        await using var result = await clickHouse.QueryAsync(RollupSql.CountFaults(series, [.. widths]), ct).ConfigureAwait(false);
        return (await result.ReadColumnAsync<long>("faults", ct).ConfigureAwait(false))[0];
    }
}
