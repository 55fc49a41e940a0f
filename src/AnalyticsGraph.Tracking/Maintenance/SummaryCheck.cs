using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Tracking.Points;
using Npgsql;

namespace AnalyticsGraph.Tracking.Maintenance;

/// <summary>Holds the summaries of runs against their points, some runs at a time.</summary>
internal sealed class SummaryCheck(NpgsqlDataSource postgres, ClickHouseClient clickHouse, PointFlusher flusher)
{
    private const int RunsPerPage = 2000;
    private const long PointsPerPage = 5_000_000;

    /// <summary>All runs, in pages that a query can be asked of.</summary>
    public async Task<List<(long[] Experiments, long[] Runs)>> ReadPagesAsync(CancellationToken ct)
    {
        await using var command = postgres.CreateCommand(
            "SELECT r.id, r.experiment_id, c.seq FROM run r JOIN run_counter c ON c.run_id = r.id ORDER BY r.experiment_id, r.id");
        await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        var pages = new List<(long[], long[])>();
        var (runs, experiments, points) = (new List<long>(), new HashSet<long>(), 0L);
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
        {
            if (runs.Count >= RunsPerPage || (runs.Count > 0 && points + reader.GetInt64(2) > PointsPerPage))
            {
                pages.Add(([.. experiments], [.. runs]));
                (runs, experiments, points) = ([], [], 0);
            }

            runs.Add(reader.GetInt64(0));
            experiments.Add(reader.GetInt64(1));
            points += reader.GetInt64(2);
        }

        if (runs.Count > 0)
            pages.Add(([.. experiments], [.. runs]));
        return pages;
    }

    /// <summary>The series of the runs whose summary is not that of their points, or whose points are there twice.</summary>
    public async Task<List<SeriesFault>> CompareAsync(NpgsqlConnection connection, long[] experiments, long[] runs, CancellationToken ct)
    {
        var stored = await ReadStoredAsync(connection, runs, ct).ConfigureAwait(false);
        var faults = new List<SeriesFault>();
        await foreach (var (series, actual) in ComputeAsync(experiments, runs, ct).ConfigureAwait(false))
        {
            if (!stored.Remove(series, out var summary))
                faults.Add(new SeriesFault(series, null, actual, "has points, but no summary"));
            else if (actual.Compare(summary) is { } message)
                faults.Add(new SeriesFault(series, summary, actual, message));
            else if (actual.Different != actual.Summary.Count)
                faults.Add(new SeriesFault(series, summary, actual, $"has {actual.Summary.Count} points, of which {actual.Different} differ"));
        }

        faults.AddRange(stored.Select(left => new SeriesFault(left.Key, left.Value, null, $"has a summary of {left.Value.Count} points, but no points")));
        return faults;
    }

    /// <summary>The same while nobody can add to the runs, and when all that was acknowledged is in ClickHouse: what differs now does differ.</summary>
    /// <param name="connection">In a transaction, whose end lets others write again.</param>
    /// <param name="experiments">The runs' experiments.</param>
    /// <param name="runs">The runs.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<List<SeriesFault>> CompareLockedAsync(NpgsqlConnection connection, long[] experiments, long[] runs, CancellationToken ct)
    {
        await RunCounterRows.LockAsync(connection, runs, ct).ConfigureAwait(false);
        await flusher.FlushRunsAsync(runs, ct).ConfigureAwait(false);
        return await CompareAsync(connection, experiments, runs, ct).ConfigureAwait(false);
    }

    private static async Task<Dictionary<SeriesKey, SeriesSummary>> ReadStoredAsync(NpgsqlConnection connection, long[] runs, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand($"SELECT {RunMetricRows.Columns} FROM run_metric WHERE run_id = ANY ($1)", connection) { Parameters = { new() { Value = runs } } };
        await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        var stored = new Dictionary<SeriesKey, SeriesSummary>();
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
        {
            var (series, summary) = RunMetricRows.Read(reader);
            stored.Add(series, summary);
        }

        return stored;
    }

    private async IAsyncEnumerable<(SeriesKey, PointSummary)> ComputeAsync(long[] experiments, long[] runs, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        // Places are compared as run_metric's are: NaN as 0, and of 0 and NaN at one place the number stands for both.
        var query = new ClickHouseQuery(
            """
            SELECT run_id, toInt8(scope) AS scope_code, toString(key) AS key_text, toString(label) AS label_text, rank, n, different, nans, total, magnitude, m2, last_seq,
                first.1 AS first_epoch, first.2 AS first_step, first.3 AS first_time, first.4 AS first_value, last.1 AS last_epoch, last.2 AS last_step, last.3 AS last_time, last.4 AS last_value,
                least_one.1 AS min_epoch, least_one.2 AS min_step, least_one.3 AS min_time, least_one.4 AS min_value,
                greatest_one.1 AS max_epoch, greatest_one.2 AS max_step, greatest_one.3 AS max_time, greatest_one.4 AS max_value
            FROM (
                SELECT run_id, scope, key, label, rank, toInt64(count()) AS n, toInt64(countIf(isNaN(value))) AS nans, max(seq) AS last_seq,
                    toInt64(uniqExact(epoch, step, ms, isNaN(value), if(isNaN(value), 0, value + 0), model_id, dataset_id)) AS different,
                    sumIf(value, NOT isNaN(value)) AS total, sumIf(abs(value), NOT isNaN(value)) AS magnitude,
                    if(n > nans, varPopStableIf(value, NOT isNaN(value)) * (n - nans), 0) AS m2,
                    argMin((epoch, step, ms, value), (epoch, step, ms, if(isNaN(value), 0, value), isNaN(value))) AS first,
                    argMax((epoch, step, ms, value), (epoch, step, ms, if(isNaN(value), 0, value), NOT isNaN(value))) AS last,
                    argMinIf((epoch, step, ms, value), (value, epoch, step, ms), NOT isNaN(value)) AS least_one,
                    argMaxIf((epoch, step, ms, value), (value, -epoch, -step, -ms), NOT isNaN(value)) AS greatest_one
                FROM (SELECT *, toUnixTimestamp64Milli(time) AS ms FROM metric_point WHERE experiment_id IN {experiments:Array(Int64)} AND run_id IN {runs:Array(Int64)})
                GROUP BY run_id, scope, key, label, rank)
            """).With("experiments", "Array(Int64)", experiments).With("runs", "Array(Int64)", runs) with
        { Timeout = TimeSpan.FromMinutes(10) };
        await using var result = await clickHouse.QueryAsync(query, ct).ConfigureAwait(false);
        await foreach (var block in result.ReadBlocksAsync(ct).ConfigureAwait(false))
        {
            using (block)
            {
                for (var row = 0; row < block.RowCount; row++)
                    yield return At(block, row);
            }
        }
    }

    private static (SeriesKey, PointSummary) At(Block block, int row)
    {
        long Whole(string name) => block.Column<long>(name)[row];
        double Real(string name) => block.Column<double>(name)[row];
        PointStat Stat(string name) => new(new PointPosition(Whole($"{name}_epoch"), Whole($"{name}_step"), Whole($"{name}_time")), Real($"{name}_value"));
        var series = new SeriesKey(
            Whole("run_id"), (MetricScope)block.Column<sbyte>("scope_code")[row], block.Column<string>("key_text")[row], block.Column<string>("label_text")[row], block.Column<int>("rank")[row]);
        var hasNumbers = Whole("n") > Whole("nans");
        return (series, new PointSummary(
            new SeriesSummary
            {
                Count = Whole("n"),
                NanCount = Whole("nans"),
                Sum = Real("total"),
                // Infinities have no deviation, which ClickHouse says of several only.
                M2 = double.IsFinite(Real("magnitude")) ? Real("m2") : double.NaN,
                First = Stat("first"),
                Last = Stat("last"),
                Min = hasNumbers ? Stat("min") : null,
                Max = hasNumbers ? Stat("max") : null,
            },
            Whole("different"),
            Real("magnitude"),
            Whole("last_seq")));
    }
}

/// <summary>A series whose summary and points do not fit.</summary>
/// <param name="Series">The series.</param>
/// <param name="Stored">The summary in PostgreSQL; null for none.</param>
/// <param name="Actual">What the points come to; null if there are none.</param>
/// <param name="Message">What is wrong.</param>
internal sealed record SeriesFault(SeriesKey Series, SeriesSummary? Stored, PointSummary? Actual, string Message)
{
    public string Subject => Series.Subject;
}
