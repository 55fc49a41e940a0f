using System.Globalization;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Tracking.Dimensions;
using AnalyticsGraph.Tracking.Points;
using Npgsql;

namespace AnalyticsGraph.Tracking.Maintenance;

/// <summary>Holds ClickHouse's copies of the summaries of runs against PostgreSQL.</summary>
internal sealed class SummaryCopyCheck(ClickHouseClient clickHouse, DimensionCopier copier)
{
    private static readonly string[] Numbers = SummaryRows.Names.Split(", ")[6..];

    /// <summary>The series of the runs whose copy says something else, is missing, or is of nothing.</summary>
    public async Task<List<(SeriesKey Series, string Message)>> CompareAsync(NpgsqlConnection connection, long[] runs, CancellationToken ct)
    {
        var faults = new List<(SeriesKey, string)>();
        var copies = await ReadCopiesAsync(runs, faults, ct).ConfigureAwait(false);
        await using (var read = new NpgsqlCommand($"SELECT {SummaryRows.Columns} FROM run_metric m JOIN run r ON r.id = m.run_id WHERE m.run_id = ANY ($1)", connection) { Parameters = { new() { Value = runs } } })
        await using (var reader = await read.ExecuteReaderAsync(ct).ConfigureAwait(false))
        {
            while (await reader.ReadAsync(ct).ConfigureAwait(false))
            {
                var series = new SeriesKey(reader.GetInt64(5), MetricScopes.Parse(reader.GetString(2)), reader.GetString(0), reader.GetString(1), reader.GetInt32(3));
                if (!copies.Remove(series, out var copy))
                    faults.Add((series, "ClickHouse has no copy of its summary"));
                else if (Enumerable.Range(0, Numbers.Length).Where(i => !copy[i].Equals(i < 2 ? reader.GetInt64(6 + i) : reader.GetDouble(6 + i))).ToArray() is { Length: > 0 } different)
                    faults.Add((series, string.Join("; ", different.Select(i => string.Create(CultureInfo.InvariantCulture, $"the copy's {Numbers[i]} is {copy[i]} instead of {reader.GetValue(6 + i)}")))));
            }
        }

        faults.AddRange(copies.Keys.Select(series => (series, "ClickHouse has a copy of a summary that PostgreSQL has not")));
        return faults;
    }

    /// <summary>The same while nobody can add to the runs, and when all is copied: what differs now does differ.</summary>
    /// <param name="connection">In a transaction, whose end lets others write again.</param>
    /// <param name="runs">The runs.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<List<(SeriesKey Series, string Message)>> CompareLockedAsync(NpgsqlConnection connection, long[] runs, CancellationToken ct)
    {
        await RunCounterRows.LockAsync(connection, runs, ct).ConfigureAwait(false);
        await copier.CopySummariesAsync(ct).ConfigureAwait(false);
        return await CompareAsync(connection, runs, ct).ConfigureAwait(false);
    }

    private async Task<Dictionary<SeriesKey, double[]>> ReadCopiesAsync(long[] runs, List<(SeriesKey, string)> faults, CancellationToken ct)
    {
        var copies = new Dictionary<SeriesKey, double[]>();
        var query = new ClickHouseQuery($$"""
            SELECT run_id, toString(scope) AS scope_name, toString(key) AS key_text, toString(label) AS label_text, rank, {{string.Join(", ", Numbers)}}
            FROM {{SummaryRows.Table}} FINAL WHERE run_id IN {runs:Array(Int64)}
            """).With("runs", "Array(Int64)", runs);
        await using var result = await clickHouse.QueryAsync(query, ct).ConfigureAwait(false);
        await foreach (var block in result.ReadBlocksAsync(ct).ConfigureAwait(false))
        {
            using (block)
            {
                for (var row = 0; row < block.RowCount; row++)
                {
                    var series = new SeriesKey(
                        block.Column<long>("run_id")[row], MetricScopes.Parse(block.Column<string>("scope_name")[row]), block.Column<string>("key_text")[row], block.Column<string>("label_text")[row],
                        block.Column<int>("rank")[row]);
                    if (!copies.TryAdd(series, [.. Numbers.Select((name, i) => i < 2 ? block.Column<long>(name)[row] : block.Column<double>(name)[row])]))
                        faults.Add((series, "ClickHouse has copies of its summary in two experiments"));
                }
            }
        }

        return copies;
    }
}
