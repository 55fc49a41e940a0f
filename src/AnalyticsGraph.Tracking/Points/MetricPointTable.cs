using System.Runtime.CompilerServices;
using AnalyticsGraph.ClickHouse;

namespace AnalyticsGraph.Tracking.Points;

/// <summary>What the write side asks of ClickHouse's <c>metric_point</c>.</summary>
internal sealed class MetricPointTable(ClickHouseClient clickHouse)
{
    private const string SeriesColumns = "run_id, toInt8(scope) AS scope_code, toString(key) AS key_text, toString(label) AS label_text, rank, epoch, step, time, value, model_id, dataset_id, seq, group_id";

    // Most of such a query's time is its preparation.
    private static readonly Dictionary<string, string> LookUp = new() { ["enable_analyzer"] = "0", ["optimize_move_to_prewhere"] = "0", ["max_threads"] = "1" };

    /// <summary>What is there of the points' places, the points themselves included; and more.</summary>
    public async Task<PresentPoints> FindAsync(IReadOnlyList<(long ExperimentId, MetricPoint Point)> points, CancellationToken ct)
    {
        var steps = points.Select(p => p.Point.Point.Position.Step).ToHashSet();
        var (least, most) = (steps.Min(), steps.Max());

        // A batch that comes again has steps in a row: their range says the same as all of them, and is read and looked up sooner.
        var isRow = (ulong)(most - least) < 4UL * (ulong)steps.Count;
        var query = new ClickHouseQuery(
            $$"""
            SELECT {{SeriesColumns}} FROM metric_point
            WHERE experiment_id IN {experiments:Array(Int64)} AND key IN {keys:Array(String)} AND run_id IN {runs:Array(Int64)}
                AND step BETWEEN {least:Int64} AND {most:Int64}{{(isRow ? "" : " AND step IN {steps:Array(Int64)}")}}
            """)
        { Settings = LookUp }
            .With("experiments", "Array(Int64)", points.Select(p => p.ExperimentId).Distinct().ToArray())
            .With("keys", "Array(String)", points.Select(p => p.Point.Series.Key).Distinct().ToArray())
            .With("runs", "Array(Int64)", points.Select(p => p.Point.Series.RunId).Distinct().ToArray())
            .With("least", "Int64", least)
            .With("most", "Int64", most);
        if (!isRow)
            query = query.With("steps", "Array(Int64)", steps.ToArray());
        var found = new PresentPoints();
        await foreach (var stored in ReadAsync(query, ct).ConfigureAwait(false))
            found.Add(stored.Point, stored.Seq);
        return found;
    }

    /// <summary>All points of some runs of an experiment, by run, series and position; points at one position in no particular order.</summary>
    public IAsyncEnumerable<StoredPoint> ReadRunsAsync(long experimentId, long[] runIds, CancellationToken ct)
    {
        var query = new ClickHouseQuery(
            $$"""
            SELECT {{SeriesColumns}} FROM metric_point WHERE experiment_id = {experiment:Int64} AND run_id IN {runs:Array(Int64)}
            ORDER BY {{(runIds.Length > 1 ? "run_id, " : "")}}key, label, scope, rank, epoch, step, time
            """).With("experiment", "Int64", experimentId).With("runs", "Array(Int64)", runIds);
        return ReadAsync(query, ct);
    }

    /// <summary>A question for the points of a run between two of their numbers, in this order.</summary>
    /// <param name="experimentId">The run's experiment.</param>
    /// <param name="runId">The run.</param>
    /// <param name="after">The number before the first.</param>
    /// <param name="upTo">The last number.</param>
    /// <param name="keys">Which metrics; null for all.</param>
    /// <param name="most">The most points.</param>
    public static ClickHouseQuery After(long experimentId, long runId, long after, long upTo, string[]? keys, int most)
    {
        var query = new ClickHouseQuery(
            $$"""
            SELECT {{SeriesColumns}} FROM metric_point
            WHERE experiment_id = {experiment:Int64} AND run_id = {run:Int64} AND seq > {after:Int64} AND seq <= {upTo:Int64}{{(keys is null ? "" : " AND key IN {keys:Array(String)}")}}
            ORDER BY seq LIMIT {most:UInt32}
            """).With("experiment", "Int64", experimentId).With("run", "Int64", runId).With("after", "Int64", after).With("upTo", "Int64", upTo).With("most", "UInt32", (uint)most);
        return keys is null ? query : query.With("keys", "Array(String)", keys);
    }

    /// <summary>Reads an answer to such a question.</summary>
    public static async Task<List<T>> ReadAsync<T>(ClickHouseResult result, Func<MetricPoint, long, T> make, CancellationToken ct)
    {
        var points = new List<T>();
        await foreach (var block in result.ReadBlocksAsync(ct).ConfigureAwait(false))
        {
            using (block)
            {
                for (var row = 0; row < block.RowCount; row++)
                    points.Add(make(PointAt(block, row), block.Column<long>("seq")[row]));
            }
        }

        return points;
    }

    private async IAsyncEnumerable<StoredPoint> ReadAsync(ClickHouseQuery query, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var result = await clickHouse.QueryAsync(query, ct).ConfigureAwait(false);
        await foreach (var block in result.ReadBlocksAsync(ct).ConfigureAwait(false))
        {
            using (block)
            {
                for (var row = 0; row < block.RowCount; row++)
                    yield return new StoredPoint(PointAt(block, row), block.Column<long>("seq")[row], (long)block.Column<ulong>("group_id")[row]);
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
