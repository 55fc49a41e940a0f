using AnalyticsGraph.ClickHouse;

namespace AnalyticsGraph.Tracking.Points;

/// <summary>Brings blocks to ClickHouse's series.</summary>
internal sealed class SeriesInserts(ClickHouseClient clickHouse)
{
    private const int PointsPerDelete = 10_000;

    private static readonly Dictionary<string, string> Settings = new()
    {
        ["async_insert"] = "0",
        ["insert_deduplicate"] = "1",
    };

    /// <summary>Inserts a block as one part: all or nothing. The same token again inserts nothing more.</summary>
    public async Task InsertAsync(SeriesBlock rows, string token, CancellationToken ct)
    {
        await clickHouse.InsertAsync(new ClickHouseInsert(rows.Table.Name, rows.ColumnNames) { DeduplicationToken = token, Settings = Settings }, rows.ToNative(), ct).ConfigureAwait(false);
    }

    /// <summary>Removes the points that a block of <see cref="SeriesTable.RemovedPoint"/> names. Those that are gone already are none, so that it may be repeated.</summary>
    public async Task RemovePointsAsync(SeriesBlock points, CancellationToken ct)
    {
        using var block = Block.Decode(points.ToNative());
        for (var from = 0; from < block.RowCount; from += PointsPerDelete)
        {
            var count = Math.Min(PointsPerDelete, block.RowCount - from);
            var (experiments, runs, seqs) = (Slice("experiment_id"), Slice("run_id"), Slice("seq"));
            await clickHouse.ExecuteAsync(
                new ClickHouseQuery(
                    """
                    DELETE FROM metric_point WHERE experiment_id IN {experiments:Array(Int64)} AND (run_id, seq) IN (
                        SELECT gone.1, gone.2 FROM (SELECT arrayJoin(arrayZip({runs:Array(Int64)}, {seqs:Array(Int64)})) AS gone))
                    """)
                { Timeout = TimeSpan.FromMinutes(30) }
                .With("experiments", "Array(Int64)", experiments.Distinct().ToArray()).With("runs", "Array(Int64)", runs).With("seqs", "Array(Int64)", seqs)
                .WithSetting("lightweight_deletes_sync", "2").WithSetting("mutations_sync", "2"), ct).ConfigureAwait(false);

            long[] Slice(string column) => block.Column<long>(column).ToArray()[from..(from + count)];
        }
    }

    /// <summary>
    /// Whether any row of the groups is there. A block is inserted whole, so one row stands for its block. Where all of a block's rows were replaced by later ones and merged
    /// away it looks absent; inserted again it changes nothing, for its versions are older.
    /// </summary>
    public async Task<bool> HasAnyAsync(SeriesTable table, IReadOnlyList<long> groupIds, CancellationToken ct)
    {
        var query = new ClickHouseQuery($$"""SELECT count() AS n FROM (SELECT 1 FROM {{table.Name}} WHERE group_id IN {groups:Array(UInt64)} LIMIT 1)""")
            .With("groups", "Array(UInt64)", groupIds.Select(id => (ulong)id).ToArray());
        await using var result = await clickHouse.QueryAsync(query, ct).ConfigureAwait(false);
        return (await result.ReadColumnAsync<ulong>("n", ct).ConfigureAwait(false))[0] > 0;
    }
}
