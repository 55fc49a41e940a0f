using System.Runtime.InteropServices;
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
    // Numbered as they come; sorted at the end.
    private readonly Dictionary<long, int> _positions = [];
    private readonly Dictionary<long, int> _placeOfRun = runIds.Select((run, place) => (run, place)).ToDictionary(pair => pair.run, pair => pair.place);

    // By metric, then by run or group.
    private readonly List<Row>?[] _runs = new List<Row>?[request.Keys.Length * runIds.Length];
    private readonly List<Row>?[] _groups = new List<Row>?[request.Keys.Length * (groups?.Names.Length ?? 0)];
    private int _columns;

    /// <summary>
    /// Whether there are more positions than places: of times, whose axis is laid by the few points that a summary knows. Then there is no answer, but to lay the axis from <see cref="Least"/> to
    /// <see cref="Greatest"/>.
    /// </summary>
    public bool IsBeyondTheAxis => request.IsTime && _positions.Count > request.Places;

    /// <summary>The least position.</summary>
    public long Least { get; private set; } = long.MaxValue;

    /// <summary>The greatest position.</summary>
    public long Greatest { get; private set; } = long.MinValue;

    /// <summary>Takes a block of the answer.</summary>
    /// <param name="block">The block.</param>
    /// <exception cref="GraphQLException">More values came than one request may have.</exception>
    public void Add(Block block)
    {
        var parts = block.Column<byte>("part").Values;
        var metrics = block.Column<uint>("metric").Values;
        var ids = block.Column<long>("id").Values;
        var positions = block.Column<long>("position").Values;
        var points = block.Column<long>("points").Values;
        var values = block.Column<double>("sampled").Values;
        var isOfGroups = block.Columns.Any(column => column.Name == "low");
        var lows = isOfGroups ? block.Column<double>("low").Values : [];
        var highs = isOfGroups ? block.Column<double>("high").Values : [];
        var deviations = isOfGroups ? block.Column<double>("deviation").Values : [];
        for (var i = 0; i < block.RowCount; i++)
        {
            (Least, Greatest) = (Math.Min(Least, positions[i]), Math.Max(Greatest, positions[i]));
            if (IsBeyondTheAxis)
            {
                continue;
            }

            ref var rows = ref parts[i] == ComparisonSql.RunPart
                ? ref _runs[((int)metrics[i] * runIds.Length) + _placeOfRun[ids[i]]]
                : ref _groups[((int)metrics[i] * groups!.Names.Length) + (int)ids[i]];
            if (rows is null)
            {
                rows = [];
                _columns++;
            }

            rows.Add(new Row(NumberOf(positions[i]), points[i], values[i], isOfGroups ? new Band(lows[i], highs[i], deviations[i]) : default));
        }

        // Each column has a place for each position, whether it has a point there or not.
        var size = (long)_positions.Count * _columns;
        if (size > limits.MaxPointsPerRequest && !IsBeyondTheAxis)
        {
            throw new GraphQLException(new GraphQLError(
                $"The comparison has {size} values or more ({_columns} columns of {_positions.Count} places); at most {limits.MaxPointsPerRequest} are returned. Ask for fewer `points`, a narrower window, fewer runs, or for `groups` alone.",
                ErrorCodes.LimitExceeded));
        }
    }

    /// <summary>The answer, when all blocks are in.</summary>
    public ComparisonAnswer Finish()
    {
        long[] positions = [.. _positions.Keys];
        int[] numbers = [.. _positions.Values];
        Array.Sort(positions, numbers);
        var placeOf = new int[positions.Length];
        for (var place = 0; place < positions.Length; place++)
        {
            placeOf[numbers[place]] = place;
        }

        return new ComparisonAnswer(
            request,
            positions,
            [.. Columns(_runs, runIds.Length).Select(OfRun)],
            [.. Columns(_groups, groups?.Names.Length ?? 0).Select(OfGroup)]);

        ComparedSeries OfRun((int Metric, int Place, List<Row> Rows) column)
        {
            var values = Dense(column.Rows, row => (double?)row.Value);
            return new ComparedSeries(runIds[column.Place], request.Keys[column.Metric], column.Rows.Sum(row => row.Points), Dense(column.Rows, row => row.Points), values, Smoothed(values));
        }

        ComparedGroup OfGroup((int Metric, int Place, List<Row> Rows) column)
        {
            var means = Dense(column.Rows, row => (double?)row.Value);
            return new ComparedGroup(
                groups!.Names[column.Place],
                request.Keys[column.Metric],
                Dense(column.Rows, row => row.Points),
                means,
                Dense(column.Rows, row => (double?)row.Band.Low),
                Dense(column.Rows, row => (double?)row.Band.High),
                Dense(column.Rows, row => row.Points < 2 ? null : (double?)row.Band.Deviation),
                Smoothed(means));
        }

        T[] Dense<T>(List<Row> rows, Func<Row, T> value)
        {
            var dense = new T[positions.Length];
            foreach (var row in rows)
            {
                dense[placeOf[row.Position]] = value(row);
            }

            return dense;
        }
    }

    // Where there is no point, nothing is smoothed over: the place is passed over as a gap is.
    private double?[]? Smoothed(double?[] values)
    {
        if (request.Smoothing is null)
        {
            return null;
        }

        var smoothed = Array.ConvertAll(values, value => value ?? double.NaN);
        request.Smoothing.Apply(smoothed);
        return [.. smoothed.Select((value, place) => values[place] is null ? null : (double?)value)];
    }

    private static IEnumerable<(int Metric, int Place, List<Row> Rows)> Columns(List<Row>?[] columns, int width)
    {
        for (var i = 0; i < columns.Length; i++)
        {
            if (columns[i] is { } rows)
            {
                yield return (i / width, i % width, rows);
            }
        }
    }

    private int NumberOf(long position)
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_positions, position, out var isKnown);
        if (!isKnown)
        {
            number = _positions.Count - 1;
        }

        return number;
    }

    private readonly record struct Row(int Position, long Points, double Value, Band Band);

    private readonly record struct Band(double Low, double High, double Deviation);
}
