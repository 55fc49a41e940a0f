using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Mapping.Rows;
using Npgsql;

namespace AnalyticsGraph.Server.Tests.Crash;

/// <summary>Holds both stores, to which nobody writes and after a verify, against each other, against the sample, and against what clients remember.</summary>
internal sealed class StoreComparison(NpgsqlDataSource postgres, ClickHouseClient clickHouse)
{
    /// <summary>All that is wrong; empty if nothing is.</summary>
    /// <param name="clients">Who wrote.</param>
    /// <param name="loading">Who sent large bodies.</param>
    /// <param name="isImported">Whether the sample was imported to its end.</param>
    public async Task<List<string>> FindFaultsAsync(IReadOnlyList<LoggingClient> clients, LoadingClient loading, bool isImported)
    {
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
        if (isImported)
        {
            await ExpectAsync("imported runs", 227, "SELECT count(*) FROM run WHERE source = 'mlflow'");
            await ExpectAsync("imported series", 533, "SELECT count(*) FROM run_metric m JOIN run r ON r.id = m.run_id WHERE r.source = 'mlflow'");
            await ExpectAsync("imported points", 84_420, "SELECT sum(count)::bigint FROM run_metric m JOIN run r ON r.id = m.run_id WHERE r.source = 'mlflow'");
        }

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
            var copies = await ReadAsync<ulong>("SELECT count() AS value FROM run_dimension FINAL WHERE deleted = 0");
            if (copies is not [var copied] || (long)copied != (long)(await runs.ExecuteScalarAsync())!)
            {
                faults.Add($"ClickHouse has {string.Join(", ", copies)} copies of runs.");
            }
        }

        CompareWithLedger(
            await ReadAsync<double>("SELECT value FROM metric_point WHERE key IN ('own', 'shared') AND value >= 10000000"), [.. clients.SelectMany(client => client.Ledger)], faults);
        await CompareWithBodiesAsync(loading, faults);
        foreach (var kind in clients.SelectMany(client => client.Rows).GroupBy(row => row.Kind))
        {
            await CompareWithRowsAsync(kind.Key, [.. kind], faults);
        }

        return faults;
    }

    /// <summary>Each body that was acknowledged is there, every point once; the one in doubt, too, or nothing of it; and no other.</summary>
    private async Task CompareWithBodiesAsync(LoadingClient loading, List<string> faults)
    {
        await using var result = await clickHouse.QueryAsync(new ClickHouseQuery(
            $"SELECT toInt64(intDiv(step, {LoadingClient.Points})) AS body, toInt64(count()) AS points, toInt64(uniqExact(step)) AS steps FROM metric_point WHERE key = '{LoadingClient.Key}' GROUP BY body"));
        var bodies = new Dictionary<long, (long Points, long Steps)>();
        await foreach (var block in result.ReadBlocksAsync())
        {
            for (var i = 0; i < block.RowCount; i++)
            {
                bodies.Add(block.Column<long>("body")[i], (block.Column<long>("points")[i], block.Column<long>("steps")[i]));
            }
        }

        for (var number = 0; number < loading.Acknowledged + (loading.IsInDoubt ? 1 : 0); number++)
        {
            var isThere = bodies.Remove(number, out var found);
            if (isThere ? found != (LoadingClient.Points, LoadingClient.Points) : number < loading.Acknowledged)
            {
                faults.Add($"Body {number} of {loading.Acknowledged} that were acknowledged has {found.Points} points at {found.Steps} steps instead of {LoadingClient.Points}.");
            }
        }

        faults.AddRange(bodies.Keys.Select(stranger => $"Body {stranger} was sent by nobody."));
    }

    /// <summary>Each row is there once, with the value that its client sent last, and no row is there that nobody sent.</summary>
    private async Task CompareWithRowsAsync(LoggedKind kind, IReadOnlyList<LoggedRow> rows, List<string> faults)
    {
        var values = await ReadPlacesAsync(kind.Values);
        var counts = kind.Rows is null ? values.Keys.ToDictionary(place => place, _ => 1.0) : await ReadPlacesAsync(kind.Rows);
        foreach (var row in rows)
        {
            var place = (GlobalId.ParseInt64(row.OwnerId, kind.OwnerType), row.Place);
            double? value = values.Remove(place, out var found) ? found : null;
            counts.Remove(place, out var times);
            if (!row.Admits(value) || times != (value is null ? 0 : 1))
            {
                faults.Add($"{kind.Mutation}: place {place.Place} of {place.Item1} has the value {value} and {times} rows; sent were {string.Join(", ", row.Values)}{(row.Acknowledged ? "" : ", the last of which was not answered")}.");
            }
        }

        faults.AddRange(values.Keys.Union(counts.Keys).Select(stranger => $"{kind.Mutation}: nobody sent what is at place {stranger.Place} of {stranger.Owner}."));
    }

    private async Task<Dictionary<(long Owner, long Place), double>> ReadPlacesAsync(string sql)
    {
        await using var result = await clickHouse.QueryAsync(new ClickHouseQuery(sql));
        var places = new Dictionary<(long, long), double>();
        await foreach (var block in result.ReadBlocksAsync())
        {
            for (var i = 0; i < block.RowCount; i++)
            {
                places.Add((block.Column<long>("owner")[i], block.Column<long>("place")[i]), block.Column<double>("value")[i]);
            }
        }

        return places;
    }

    private static void CompareWithLedger(List<double> stored, IReadOnlyList<LoggedBatch> ledger, List<string> faults)
    {
        var times = stored.CountBy(value => value).ToDictionary();
        foreach (var batch in ledger)
        {
            var found = batch.Points.Select(point => times.GetValueOrDefault(point.Value)).Distinct().ToArray();
            if (found is not [var count] || count > 1 || (count == 0 && batch.Acknowledged))
            {
                faults.Add($"{(batch.Acknowledged ? "An acknowledged" : "An unanswered")} batch of {batch.Points.Count} points (token {batch.Token ?? "none"}): points are there {string.Join(" and ", found)} times.");
            }
        }

        var strangers = times.Keys.Except(ledger.SelectMany(batch => batch.Points.Select(point => point.Value))).Count();
        if (strangers > 0)
        {
            faults.Add($"{strangers} points were sent by nobody.");
        }
    }

    private async Task<List<T>> ReadAsync<T>(string sql)
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
