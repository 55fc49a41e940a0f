using AnalyticsGraph.ClickHouse;
using Npgsql;

namespace AnalyticsGraph.Server.Tests.Running;

/// <summary>How many rows every table of both stores has.</summary>
internal static class RowCounts
{
    private static readonly string[] ClickHouseTables =
    [
        "metric_point", "experiment_dimension FINAL", "run_dimension FINAL", "dataset_dimension FINAL", "logged_model_dimension FINAL", "epoch FINAL", "batch FINAL", "job_runtime FINAL",
        "sample FINAL", "target FINAL", "prediction FINAL",
    ];

    /// <summary>The tables that have another number of rows, with both numbers.</summary>
    public static IEnumerable<string> Differences(SortedDictionary<string, long> before, SortedDictionary<string, long> after) =>
        before.Keys.Union(after.Keys).Where(table => before.GetValueOrDefault(table) != after.GetValueOrDefault(table))
            .Select(table => $"{table}: {before.GetValueOrDefault(table)}, then {after.GetValueOrDefault(table)}");

    /// <summary>Counts once what is copied or published in the background has arrived. Rollups and marks for summaries are left out: they come and go with what others logged.</summary>
    public static async Task<SortedDictionary<string, long>> ReadAsync(string postgres, string clickHouse)
    {
        // Of the pool that its fixture clears: a warm session counts much faster than a new one.
        await using var connection = new NpgsqlConnection(postgres);
        await connection.OpenAsync();
        await using (var waiting = new NpgsqlCommand("SELECT EXISTS (SELECT FROM dirty_entity) OR EXISTS (SELECT FROM point_log) OR EXISTS (SELECT FROM staged_load WHERE publish_asked_at IS NOT NULL)", connection))
        {
            while ((bool)(await waiting.ExecuteScalarAsync())!)
            {
                await Task.Delay(20);
            }
        }

        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        await using (var command = new NpgsqlCommand("""
            SELECT 'postgres.' || table_name, (xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %I', table_name), false, true, '')))[1]::text::bigint
            FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name NOT IN ('run_metric_rollup', 'run_metric_change')
            """, connection))
        {
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                counts.Add(reader.GetString(0), reader.GetInt64(1));
            }
        }

        await using var client = new ClickHouseClient(ClickHouseOptions.Parse(clickHouse));
        await using var result = await client.QueryAsync(new ClickHouseQuery(string.Join(" UNION ALL ", ClickHouseTables.Select(table => $"SELECT '{table}' AS name, count() AS n FROM {table}"))));
        await foreach (var block in result.ReadBlocksAsync())
        {
            using (block)
            {
                for (var row = 0; row < block.RowCount; row++)
                {
                    counts.Add($"clickhouse.{block.Column<string>("name")[row]}", (long)block.Column<ulong>("n")[row]);
                }
            }
        }

        return counts;
    }
}
