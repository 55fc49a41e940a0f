using System.Globalization;
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
    /// Inserts what is too large for one part so that readers see all of it or nothing: part by part into a table beside, whose parts then change tables in one step. Inserts
    /// beside have no token, so that none is repeated that may have been done: what fails is begun anew. Killed while the parts change tables ClickHouse may have moved some;
    /// what is begun anew finds them.
    /// </summary>
    /// <param name="table">Where to.</param>
    /// <param name="blockId">The block.</param>
    /// <param name="parts">Its rows.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task InsertPartsAsync(SeriesTable table, long blockId, IAsyncEnumerable<SeriesBlock> parts, CancellationToken ct)
    {
        // A name of its own: whoever still works on an attempt that was given up finds no table.
        var beside = $"{NameBeside(table, blockId)}{Guid.NewGuid():n}";
        await ExecuteAsync($"CREATE TABLE {beside} AS {table.Name}", ct).ConfigureAwait(false);
        await foreach (var part in parts.ConfigureAwait(false))
            await clickHouse.InsertAsync(new ClickHouseInsert(beside, part.ColumnNames) { Settings = Settings }, part.ToNative(), ct).ConfigureAwait(false);

        await ExecuteAsync($"ALTER TABLE {beside} MOVE PARTITION tuple() TO TABLE {table.Name}", ct).ConfigureAwait(false);
        await ExecuteAsync($"DROP TABLE {beside} SYNC", ct).ConfigureAwait(false);
    }

    /// <summary>Drops what a killed <see cref="InsertPartsAsync"/> left beside.</summary>
    /// <returns>The groups that had come to the table itself.</returns>
    public async Task<HashSet<long>> ForgetPartsAsync(SeriesTable table, long blockId, long[] groupIds, CancellationToken ct)
    {
        var beside = new ClickHouseQuery("SELECT name FROM system.tables WHERE database = currentDatabase() AND startsWith(name, {prefix:String})").With("prefix", "String", NameBeside(table, blockId));
        await using (var tables = await clickHouse.QueryAsync(beside, ct).ConfigureAwait(false))
        {
            foreach (var left in await tables.ReadColumnAsync<string>("name", ct).ConfigureAwait(false))
                await ExecuteAsync($"DROP TABLE IF EXISTS {left} SYNC", ct).ConfigureAwait(false);
        }

        var query = new ClickHouseQuery($$"""SELECT DISTINCT toInt64(group_id) AS id FROM {{table.Name}} WHERE group_id IN {groups:Array(UInt64)}""")
            .With("groups", "Array(UInt64)", groupIds.Select(id => (ulong)id).ToArray());
        await using var present = await clickHouse.QueryAsync(query, ct).ConfigureAwait(false);
        return [.. await present.ReadColumnAsync<long>("id", ct).ConfigureAwait(false)];
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

    private static string NameBeside(SeriesTable table, long blockId) => string.Create(CultureInfo.InvariantCulture, $"{table.Name}_block_{blockId}_");

    private Task<ClickHouseSummary> ExecuteAsync(string sql, CancellationToken ct) => clickHouse.ExecuteAsync(new ClickHouseQuery(sql) { Timeout = TimeSpan.FromMinutes(10) }, ct);
}
