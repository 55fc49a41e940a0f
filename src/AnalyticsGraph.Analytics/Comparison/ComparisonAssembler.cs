using AnalyticsGraph.Analytics.Series;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Errors;

namespace AnalyticsGraph.Analytics.Comparison;

/// <summary>Makes columns of the rows of <see cref="ComparisonSql"/>'s answer.</summary>
/// <param name="request">What was asked.</param>
/// <param name="runIds">The runs that it was asked of.</param>
/// <param name="groups">Their groups.</param>
/// <param name="limits">How many values may come.</param>
internal sealed class ComparisonAssembler(ComparisonRequest request, long[] runIds, RunGroups? groups, SeriesLimits limits)
{
    private readonly List<Row> _rows = [];
    private readonly HashSet<long> _positions = [];
    private readonly HashSet<(byte, uint, long)> _columns = [];

    /// <summary>Takes a block of the answer.</summary>
    /// <param name="block">The block.</param>
    /// <exception cref="GraphQLException">More values came than one request may have.</exception>
    public void Add(Block block)
    {
        var (parts, metrics, ids, positions) = (block.Column<byte>("part"), block.Column<uint>("metric"), block.Column<long>("id"), block.Column<long>("position"));
        var (points, values) = (block.Column<long>("points"), block.Column<double>("value"));
        var isOfGroups = block.Columns.Any(column => column.Name == "low");
        for (var i = 0; i < block.RowCount; i++)
        {
            _positions.Add(positions[i]);
            _columns.Add((parts[i], metrics[i], ids[i]));
            _rows.Add(isOfGroups
                ? new Row(parts[i], metrics[i], ids[i], positions[i], points[i], values[i], block.Column<double>("low")[i], block.Column<double>("high")[i], block.Column<double>("deviation")[i])
                : new Row(parts[i], metrics[i], ids[i], positions[i], points[i], values[i], 0, 0, 0));
        }

        // Each column has a place for each position, whether it has a point there or not.
        var size = (long)_positions.Count * _columns.Count;
        if (size > limits.MaxPointsPerRequest)
        {
            throw new GraphQLException(new GraphQLError(
                $"The comparison has {size} values or more ({_columns.Count} columns of {_positions.Count} places); at most {limits.MaxPointsPerRequest} are returned. Ask for fewer `points`, a narrower window, fewer runs, or for `groups` alone.",
                ErrorCodes.LimitExceeded));
        }
    }

    /// <summary>The answer, when all blocks are in.</summary>
    public ComparisonAnswer Finish()
    {
        long[] positions = [.. _positions.Order()];
        var placeOf = positions.Select((position, place) => (position, place)).ToDictionary(pair => pair.position, pair => pair.place);
        var runOf = runIds.Select((run, place) => (run, place)).ToDictionary(pair => pair.run, pair => (long)pair.place);
        var columns = _rows.GroupBy(row => (row.Part, row.Metric, Place: row.Part == ComparisonSql.RunPart ? runOf[row.Id] : row.Id)).OrderBy(rows => rows.Key).ToLookup(rows => rows.Key.Part);
        return new ComparisonAnswer(
            request,
            positions,
            [.. columns[ComparisonSql.RunPart].Select(rows => new ComparedSeries(
                runIds[rows.Key.Place], request.Keys[rows.Key.Metric], rows.Sum(row => row.Points), Dense(rows, row => row.Points), Dense(rows, row => (double?)row.Value)))],
            [.. columns[ComparisonSql.GroupPart].Select(rows => new ComparedGroup(
                groups!.Names[rows.Key.Place],
                request.Keys[rows.Key.Metric],
                Dense(rows, row => row.Points),
                Dense(rows, row => (double?)row.Value),
                Dense(rows, row => (double?)row.Low),
                Dense(rows, row => (double?)row.High),
                Dense(rows, row => row.Points < 2 ? null : (double?)row.Deviation)))]);

        T[] Dense<T>(IEnumerable<Row> rows, Func<Row, T> value)
        {
            var dense = new T[positions.Length];
            foreach (var row in rows)
            {
                dense[placeOf[row.Position]] = value(row);
            }

            return dense;
        }
    }

    private readonly record struct Row(byte Part, uint Metric, long Id, long Position, long Points, double Value, double Low, double High, double Deviation);
}
