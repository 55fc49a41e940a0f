using AnalyticsGraph.ClickHouse;
using Npgsql;

namespace AnalyticsGraph.Server.Tests.Running;

/// <summary>How many rows every table of both stores has.</summary>
internal static class RowCounts
{
    /// <summary>Counts once what is copied in the background has been copied.</summary>
    public static async Task<SortedDictionary<string, long>> ReadAsync(string postgres, string clickHouse)
    {
        await using var source = NpgsqlDataSource.Create(postgres);
        while (await ScalarAsync(source, "SELECT (SELECT count(*) FROM dirty_entity) + (SELECT count(*) FROM point_log)") > 0)
        {
            await Task.Delay(20);
        }

        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        await using (var command = source.CreateCommand("""
            SELECT 'postgres.' || table_name, (xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %I', table_name), false, true, '')))[1]::text::bigint
            FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
            """))
        {
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                counts.Add(reader.GetString(0), reader.GetInt64(1));
            }
        }

        await using var client = new ClickHouseClient(ClickHouseOptions.Parse(clickHouse));
        foreach (var table in (string[])["metric_point", "experiment_dimension FINAL", "run_dimension FINAL", "dataset_dimension FINAL", "logged_model_dimension FINAL", "epoch FINAL", "batch FINAL", "job_runtime FINAL", "sample FINAL", "target FINAL", "prediction FINAL"])
        {
            await using var result = await client.QueryAsync(new ClickHouseQuery($"SELECT count() AS n FROM {table}"));
            counts.Add($"clickhouse.{table}", (long)(await result.ReadColumnAsync<ulong>("n"))[0]);
        }

        return counts;
    }

    private static async Task<long> ScalarAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
