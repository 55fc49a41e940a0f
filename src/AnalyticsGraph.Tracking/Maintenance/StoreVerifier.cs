using System.Runtime.CompilerServices;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Tracking.Dimensions;
using AnalyticsGraph.Tracking.Points;
using AnalyticsGraph.Tracking.Rollups;
using Npgsql;

namespace AnalyticsGraph.Tracking.Maintenance;

/// <summary>
/// Compares the stores: summaries and rollups with their points, counters and order rows with summaries, copies of entities with the entities, all rows of ClickHouse with their owners,
/// and the models and datasets that points name with those that are there. Changes nothing but that it brings to ClickHouse what waits. May run beside servers: what seems to differ is
/// looked at once more while nobody can change it.
/// </summary>
/// <param name="postgres">The source of truth.</param>
/// <param name="clickHouse">The store of series.</param>
/// <param name="flusher">Brings what waits.</param>
/// <param name="copier">Brings changed entities.</param>
public sealed class StoreVerifier(NpgsqlDataSource postgres, ClickHouseClient clickHouse, PointFlusher flusher, DimensionCopier copier)
{
    private readonly SummaryCheck _summaries = new(postgres, clickHouse, flusher);
    private readonly CopyCheck _copies = new(postgres, clickHouse, copier);
    private readonly SummaryCopyCheck _summaryCopies = new(clickHouse, copier);

    /// <summary>All differences.</summary>
    /// <param name="ct">Ends the comparison.</param>
    public async IAsyncEnumerable<StoreDifference> FindAsync([EnumeratorCancellation] CancellationToken ct = default)
    {
        await flusher.FlushAsync(ct).ConfigureAwait(false);
        await copier.CopyAsync(ct).ConfigureAwait(false);
        await copier.CopySummariesAsync(ct).ConfigureAwait(false);
        foreach (var (experiments, runs) in await _summaries.ReadPagesAsync(ct).ConfigureAwait(false))
        {
            var faults = await FindSeriesAsync(experiments, runs, ct).ConfigureAwait(false);
            foreach (var fault in faults)
                yield return new StoreDifference(fault.Actual is { } actual && actual.Different != actual.Summary.Count ? "duplicate" : "summary", fault.Subject, fault.Message);

            // The copy of a wrong summary follows it when that is mended.
            var wrong = faults.Select(fault => fault.Series).ToHashSet();
            foreach (var (series, message) in (await FindSummaryCopiesAsync(runs, ct).ConfigureAwait(false)).Where(copy => !wrong.Contains(copy.Series)))
                yield return new StoreDifference("copy", series.Subject, message);
        }

        foreach (var (kind, sql) in Internal)
        {
            await using var command = postgres.CreateCommand(sql);
            await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            while (await reader.ReadAsync(ct).ConfigureAwait(false))
                yield return new StoreDifference(kind, reader.GetString(0), reader.GetString(1));
        }

        foreach (var (series, buckets) in await new RollupCheck(postgres, clickHouse).FindAsync(ct).ConfigureAwait(false))
            yield return new StoreDifference("rollup", series.Key.Subject, $"{buckets} of its buckets are not what its points come to");
        await foreach (var difference in FindCopiesAsync(ct).ConfigureAwait(false))
            yield return difference;
        foreach (var owner in SeriesOwner.All)
        {
            await foreach (var difference in FindOrphansAsync(owner, ct).ConfigureAwait(false))
                yield return difference;
        }

        foreach (var named in SeriesOwner.Named)
        {
            await foreach (var (id, _, rows, _) in FindLostAsync(named, ct).ConfigureAwait(false))
                yield return new StoreDifference("reference", $"{named.Table} of {named.Kind.Replace('_', ' ')} {id}", $"{rows} rows name what is not there");
        }
    }

    private static readonly (string Kind, string Sql)[] Internal =
    [
        ("counter",
            """
            SELECT format('run %s', c.run_id), format('its counter is at %s, its series have %s points, and %s were taken away', c.seq, m.count, c.removed)
            FROM run_counter c, LATERAL (SELECT coalesce(sum(count), 0) AS count FROM run_metric m WHERE m.run_id = c.run_id) m WHERE c.seq <> m.count + c.removed ORDER BY c.run_id
            """),
        ("order",
            """
            SELECT format('run %s %s %L', run_id, scope, key), format('the order row says (%s, %s, %s), the summary (%s, %s, %s)', o.last_value, o.min_value, o.max_value, m.last_value, m.min_value, m.max_value)
            FROM run_metric m FULL JOIN run_metric_order o USING (run_id, scope, key, label, rank)
            WHERE (m.last_value, m.min_value, m.max_value) IS DISTINCT FROM (o.last_value, o.min_value, o.max_value) AND NOT EXISTS (SELECT FROM run_metric_pending p WHERE p.run_id = coalesce(m.run_id, o.run_id))
            ORDER BY run_id, scope, key
            """),
    ];

    private async Task<List<SeriesFault>> FindSeriesAsync(long[] experiments, long[] runs, CancellationToken ct)
    {
        await using var connection = await postgres.OpenConnectionAsync(ct).ConfigureAwait(false);
        var suspects = await _summaries.CompareAsync(connection, experiments, runs, ct).ConfigureAwait(false);
        if (suspects.Count == 0)
            return suspects;
        await using var transaction = await connection.BeginTransactionAsync(ct).ConfigureAwait(false);
        return await _summaries.CompareLockedAsync(connection, experiments, [.. suspects.Select(fault => fault.Series.RunId).Distinct().Order()], ct).ConfigureAwait(false);
    }

    private async Task<List<(SeriesKey Series, string Message)>> FindSummaryCopiesAsync(long[] runs, CancellationToken ct)
    {
        await using var connection = await postgres.OpenConnectionAsync(ct).ConfigureAwait(false);
        var suspects = await _summaryCopies.CompareAsync(connection, runs, ct).ConfigureAwait(false);
        if (suspects.Count == 0)
            return suspects;
        await using var transaction = await connection.BeginTransactionAsync(ct).ConfigureAwait(false);
        return await _summaryCopies.CompareLockedAsync(connection, [.. suspects.Select(fault => fault.Series.RunId).Distinct().Order()], ct).ConfigureAwait(false);
    }

    private async IAsyncEnumerable<StoreDifference> FindCopiesAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var suspects = new Dictionary<Dimension, HashSet<long>>();
        await foreach (var (dimension, id, _) in _copies.FindAsync(ct).ConfigureAwait(false))
        {
            if (!suspects.TryGetValue(dimension, out var ids))
                suspects.Add(dimension, ids = []);
            ids.Add(id);
        }

        foreach (var (dimension, ids) in suspects)
        {
            foreach (var (id, message) in await _copies.CompareLockedAsync(dimension, [.. ids], ct).ConfigureAwait(false))
                yield return new StoreDifference("copy", $"{dimension.Kind} {id}", message);
        }
    }

    private async IAsyncEnumerable<StoreDifference> FindOrphansAsync(SeriesOwner owner, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var (id, experiment, rows, isThere) in FindLostAsync(owner, ct).ConfigureAwait(false))
        {
            yield return new StoreDifference(
                "orphan", $"{owner.Table} of {owner.Kind.Replace('_', ' ')} {id}", isThere ? $"{rows} rows name experiment {experiment}, which is not the run's" : $"{rows} rows belong to nothing");
        }
    }

    /// <summary>The ids in a column that PostgreSQL does not have, or has in another experiment than the rows say.</summary>
    private async IAsyncEnumerable<(long Id, long Experiment, long Rows, bool IsThere)> FindLostAsync(SeriesOwner owner, [EnumeratorCancellation] CancellationToken ct)
    {
        var experiment = owner.HasExperiment ? "experiment_id" : "toInt64(0)";
        await using var connection = await postgres.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using var result = await clickHouse.QueryAsync(
            new ClickHouseQuery($"SELECT {owner.Column} AS owner, {experiment} AS experiment, toInt64(count()) AS n FROM {owner.Table}{(SeriesOwner.Named.Contains(owner) ? $" WHERE {owner.Column} <> 0" : "")} GROUP BY owner, experiment") { Timeout = TimeSpan.FromMinutes(10) }, ct)
            .ConfigureAwait(false);
        await foreach (var block in result.ReadBlocksAsync(ct).ConfigureAwait(false))
        {
            await using var command = new NpgsqlCommand(
                $"""
                SELECT o.id, o.experiment, o.n, t.id IS NOT NULL FROM unnest($1, $2, $3) AS o (id, experiment, n) LEFT JOIN {owner.Kind} t ON t.id = o.id
                WHERE t.id IS NULL {(owner.HasExperiment ? "OR t.experiment_id <> o.experiment" : "")} ORDER BY 1, 2
                """, connection);
            using (block)
            {
                foreach (var column in new[] { "owner", "experiment", "n" })
                    command.Parameters.Add(new NpgsqlParameter { Value = block.Column<long>(column).ToArray() });
            }

            await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            while (await reader.ReadAsync(ct).ConfigureAwait(false))
            {
                yield return (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetBoolean(3));
            }
        }
    }
}
