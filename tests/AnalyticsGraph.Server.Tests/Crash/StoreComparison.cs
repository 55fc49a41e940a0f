using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Engines;
using AnalyticsGraph.Server.Tests.Running;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace AnalyticsGraph.Server.Tests.Crash;

/// <summary>Holds both stores of a stopped server against each other, against the sample, and against what clients remember.</summary>
internal static class StoreComparison
{
    /// <summary>All that is wrong; empty if nothing is.</summary>
    public static async Task<List<string>> FindFaultsAsync(string data, IReadOnlyList<LoggedBatch> ledger, IReadOnlyList<LoggedEpoch> epochs)
    {
        await using var engines = await EmbeddedEngines.StartAsync(new EngineOptions { DataDirectory = data }, NullLoggerFactory.Instance);
        await using var postgres = NpgsqlDataSource.Create(engines.PostgresConnectionString);
        await using var clickHouse = new ClickHouseClient(ClickHouseOptions.Parse(engines.ClickHouseConnectionString));
        var faults = new List<string>();
        async Task ExpectAsync(string what, long expected, string sql)
        {
            await using var command = postgres.CreateCommand(sql);
            if (await command.ExecuteScalarAsync() is var found && !Equals(found, expected))
            {
                faults.Add($"{what}: {found} instead of {expected}");
            }
        }

        await ExpectAsync("groups in the point log", 0, "SELECT count(*) FROM point_log");
        await ExpectAsync("entities to copy", 0, "SELECT count(*) FROM dirty_entity");
        await ExpectAsync("imported runs", 227, "SELECT count(*) FROM run WHERE source = 'mlflow'");
        await ExpectAsync("imported series", 533, "SELECT count(*) FROM run_metric m JOIN run r ON r.id = m.run_id WHERE r.source = 'mlflow'");
        await ExpectAsync("imported points", 84_420, "SELECT sum(count)::bigint FROM run_metric m JOIN run r ON r.id = m.run_id WHERE r.source = 'mlflow'");
        await ExpectAsync("runs whose counter is not the sum of their series", 0,
            "SELECT count(*) FROM run_counter c WHERE c.seq <> (SELECT coalesce(sum(count), 0) FROM run_metric m WHERE m.run_id = c.run_id)");
        await ExpectAsync("series whose order is behind", 0,
            """
            SELECT count(*) FROM run_metric m LEFT JOIN run_metric_order o USING (run_id, scope, key, label, rank)
            WHERE (o.last_value, o.min_value, o.max_value) IS DISTINCT FROM (m.last_value, m.min_value, m.max_value)
            """);

        var inPostgres = await StoredSeries.FromPostgresAsync(postgres);
        var inClickHouse = await StoredSeries.FromClickHouseAsync(clickHouse, faults);
        foreach (var name in inPostgres.Keys.Union(inClickHouse.Keys))
        {
            if (!Equals(inPostgres.GetValueOrDefault(name), inClickHouse.GetValueOrDefault(name)))
            {
                faults.Add($"series {name}: PostgreSQL has {inPostgres.GetValueOrDefault(name)}, ClickHouse {inClickHouse.GetValueOrDefault(name)}");
            }
        }

        await using (var runs = postgres.CreateCommand("SELECT count(*) FROM run"))
        {
            var copies = await ReadAsync<ulong>(clickHouse, "SELECT count() AS value FROM run_dimension FINAL WHERE deleted = 0");
            if (copies is not [var copied] || (long)copied != (long)(await runs.ExecuteScalarAsync())!)
            {
                faults.Add($"ClickHouse has {string.Join(", ", copies)} copies of runs.");
            }
        }

        CompareWithLedger(await ReadAsync<double>(clickHouse, "SELECT value FROM metric_point WHERE key IN ('own', 'shared') AND value >= 10000000"), ledger, faults);
        await CompareWithEpochsAsync(clickHouse, epochs, faults);
        return faults;
    }

    /// <summary>Each epoch is there with the value that its client sent last, and so is its point; and each call's record of the job, once.</summary>
    private static async Task CompareWithEpochsAsync(ClickHouseClient clickHouse, IReadOnlyList<LoggedEpoch> epochs, List<string> faults)
    {
        foreach (var run in epochs.GroupBy(epoch => (epoch.RunId, epoch.JobId)))
        {
            var (id, job) = (EmptyServer.KeyOf(run.Key.RunId), EmptyServer.KeyOf(run.Key.JobId));
            var totals = await ReadPairsAsync(clickHouse, $"SELECT step AS name, assumeNotNull(total) AS value FROM metric WHERE run_id = {id} AND scope = 'EPOCH' AND key = 'epochs'");
            var rows = await ReadPairsAsync(clickHouse, $"SELECT idx AS name, toFloat64(count()) AS value FROM epoch FINAL WHERE run_id = {id} GROUP BY idx");
            var records = await ReadPairsAsync(clickHouse, $"SELECT global_step AS name, toFloat64(count()) AS value FROM job_runtime FINAL WHERE job_id = {job} GROUP BY global_step");
            foreach (var epoch in run)
            {
                double? total = totals.TryGetValue(epoch.Index, out var found) ? found : null;
                if (!epoch.Admits(total) || rows.GetValueOrDefault(epoch.Index) != (total is null ? 0 : 1))
                {
                    faults.Add($"Epoch {epoch.Index} of run {id} has the value {total} and {rows.GetValueOrDefault(epoch.Index)} rows; sent were {string.Join(", ", epoch.Values)}{(epoch.Acknowledged ? "" : ", the last of which was not answered")}.");
                }

                foreach (var value in epoch.Values)
                {
                    var times = records.GetValueOrDefault((long)value);
                    if (times > 1 || (times == 0 && (epoch.Acknowledged || value != epoch.Values[^1])))
                    {
                        faults.Add($"The record of step {value} of job {job} is there {times} times.");
                    }
                }
            }
        }
    }

    private static async Task<Dictionary<long, double>> ReadPairsAsync(ClickHouseClient clickHouse, string sql)
    {
        await using var result = await clickHouse.QueryAsync(new ClickHouseQuery(sql));
        var pairs = new Dictionary<long, double>();
        await foreach (var block in result.ReadBlocksAsync())
        {
            for (var i = 0; i < block.RowCount; i++)
            {
                pairs.Add(block.Column<long>("name")[i], block.Column<double>("value")[i]);
            }
        }

        return pairs;
    }

    private static void CompareWithLedger(List<double> stored, IReadOnlyList<LoggedBatch> ledger, List<string> faults)
    {
        var times = stored.CountBy(value => value).ToDictionary();
        foreach (var batch in ledger)
        {
            var found = batch.Points.Select(point => times.GetValueOrDefault(point.Value)).Distinct().ToArray();
            if (found is not [var count] || count > 1 || (count == 0 && batch.Acknowledged))
            {
                faults.Add($"{(batch.Acknowledged ? "An acknowledged" : "An unanswered")} batch of {batch.Key} ({batch.Points.Count} points, token {batch.Token ?? "none"}): points are there {string.Join(" and ", found)} times.");
            }
        }

        var strangers = times.Keys.Except(ledger.SelectMany(batch => batch.Points.Select(point => point.Value))).Count();
        if (strangers > 0)
        {
            faults.Add($"{strangers} points were sent by nobody.");
        }
    }

    private static async Task<List<T>> ReadAsync<T>(ClickHouseClient clickHouse, string sql)
    {
        await using var result = await clickHouse.QueryAsync(new ClickHouseQuery(sql));
        var values = new List<T>();
        await foreach (var block in result.ReadBlocksAsync())
        {
            for (var i = 0; i < block.RowCount; i++)
            {
                values.Add(block.Column<T>("value")[i]);
            }
        }

        return values;
    }
}
