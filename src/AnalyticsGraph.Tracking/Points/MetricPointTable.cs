using System.Runtime.CompilerServices;
using AnalyticsGraph.ClickHouse;

namespace AnalyticsGraph.Tracking.Points;

/// <summary>What the write side asks of ClickHouse's <c>metric_point</c>.</summary>
internal sealed class MetricPointTable(ClickHouseClient clickHouse)
{
    private const string SeriesColumns = "run_id, toInt8(scope) AS scope_code, toString(key) AS key_text, toString(label) AS label_text, rank, epoch, step, time, value, model_id, dataset_id";

    private static readonly Dictionary<string, string> InsertSettings = new()
    {
        ["async_insert"] = "0",
        ["insert_deduplicate"] = "1",
    };

    /// <summary>Inserts a block as one part: all or nothing. The same token again inserts nothing more.</summary>
    public async Task InsertAsync(PointBlock points, string token, CancellationToken ct)
    {
        using var block = Block.Decode(points.ToNative());
        var insert = new ClickHouseInsert("metric_point") { DeduplicationToken = token, Settings = InsertSettings };
        await clickHouse.InsertAsync(insert, block, ct).ConfigureAwait(false);
    }

    /// <summary>Whether any point of the groups is there. A block is inserted whole, so one point stands for its block.</summary>
    public async Task<bool> HasAnyAsync(IReadOnlyList<long> groupIds, CancellationToken ct)
    {
        var query = new ClickHouseQuery("SELECT count() AS n FROM (SELECT 1 FROM metric_point WHERE group_id IN {groups:Array(UInt64)} LIMIT 1)")
            .With("groups", "Array(UInt64)", groupIds.Select(id => (ulong)id).ToArray());
        await using var result = await clickHouse.QueryAsync(query, ct).ConfigureAwait(false);
        return (await result.ReadColumnAsync<ulong>("n", ct).ConfigureAwait(false))[0] > 0;
    }

    /// <summary>Which of the points are there.</summary>
    public async Task<IReadOnlySet<MetricPoint>> FindAsync(IReadOnlyList<(long ExperimentId, MetricPoint Point)> points, CancellationToken ct)
    {
        var query = new ClickHouseQuery(
            $$"""
            SELECT {{SeriesColumns}} FROM metric_point
            WHERE experiment_id IN {experiments:Array(Int64)} AND key IN {keys:Array(String)} AND run_id IN {runs:Array(Int64)} AND step IN {steps:Array(Int64)}
            """)
            .With("experiments", "Array(Int64)", points.Select(p => p.ExperimentId).Distinct().ToArray())
            .With("keys", "Array(String)", points.Select(p => p.Point.Series.Key).Distinct().ToArray())
            .With("runs", "Array(Int64)", points.Select(p => p.Point.Series.RunId).Distinct().ToArray())
            .With("steps", "Array(Int64)", points.Select(p => p.Point.Point.Position.Step).Distinct().ToArray());
        var found = new HashSet<MetricPoint>();
        await foreach (var point in ReadAsync(query, ct).ConfigureAwait(false))
            found.Add(point);
        return found;
    }

    /// <summary>All points of some runs of an experiment, by run, series and position; points at one position in no particular order.</summary>
    public IAsyncEnumerable<MetricPoint> ReadRunsAsync(long experimentId, long[] runIds, CancellationToken ct) => ReadAsync(
        new ClickHouseQuery(
            $$"""
            SELECT {{SeriesColumns}} FROM metric_point WHERE experiment_id = {experiment:Int64} AND run_id IN {runs:Array(Int64)}
            ORDER BY {{(runIds.Length > 1 ? "run_id, " : "")}}key, label, scope, rank, epoch, step, time
            """).With("experiment", "Int64", experimentId).With("runs", "Array(Int64)", runIds),
        ct);

    private async IAsyncEnumerable<MetricPoint> ReadAsync(ClickHouseQuery query, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var result = await clickHouse.QueryAsync(query, ct).ConfigureAwait(false);
        await foreach (var block in result.ReadBlocksAsync(ct).ConfigureAwait(false))
        {
            using (block)
            {
                for (var row = 0; row < block.RowCount; row++)
                    yield return PointAt(block, row);
            }
        }
    }

    private static MetricPoint PointAt(Block block, int row) => new(
        new SeriesKey(
            block.Column<long>("run_id")[row],
            (MetricScope)block.Column<sbyte>("scope_code")[row],
            block.Column<string>("key_text")[row],
            block.Column<string>("label_text")[row],
            block.Column<int>("rank")[row]),
        new SeriesPoint(
            new PointPosition(block.Column<long>("epoch")[row], block.Column<long>("step")[row], block.Column("time").RawValues<long>()[row]),
            block.Column<double>("value")[row],
            block.Column<long>("model_id")[row],
            block.Column<long>("dataset_id")[row]));
}
