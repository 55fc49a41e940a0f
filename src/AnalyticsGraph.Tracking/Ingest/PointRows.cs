using AnalyticsGraph.Tracking.Points;
using AnalyticsGraph.Tracking.Rules;

namespace AnalyticsGraph.Tracking.Ingest;

/// <summary>Rows of <c>metrics</c> as points.</summary>
internal sealed class PointRows(IngestStream stream, RowOwners owners)
{
    private const long MicrosecondsPerMillisecond = 1000;

    private readonly int _key = stream.IndexOf("key");
    private readonly int _value = stream.IndexOf("value");
    private readonly int _step = stream.IndexOf("step");
    private readonly int _time = stream.IndexOf("time");
    private readonly int _scope = stream.IndexOf("scope");
    private readonly int _label = stream.IndexOf("label");
    private readonly int _rank = stream.IndexOf("rank");
    private readonly int _epoch = stream.IndexOf("epoch");

    /// <summary>The chunk's points.</summary>
    /// <param name="chunk">Rows whose owners were looked up.</param>
    /// <param name="firstRows">Told of each run that is new, and the row that names it first.</param>
    /// <exception cref="IngestException">A row breaks a rule.</exception>
    public PointColumns Read(RowChunk chunk, Action<long, long> firstRows)
    {
        var points = new PointColumns(chunk.Count);
        var numbers = new Dictionary<(long Run, long Scope, long Key, long Label, long Rank), int>();
        var (last, series) = ((-1L, -1L, -1L, -1L, -1L), -1);
        for (var row = 0; row < chunk.Count; row++)
        {
            var run = owners.Of(chunk, row);
            if (!chunk.Has(row, _key))
                throw chunk.Wrong(row, "key", "It is missing.");
            if (!chunk.Has(row, _value))
                throw chunk.Wrong(row, "value", "It is missing.");
            var present = (run.Id, Value(chunk, row, _scope, -1), chunk.Whole(row, _key), Value(chunk, row, _label, -1), Value(chunk, row, _rank, 0));
            if (present != last)
            {
                if (!numbers.TryGetValue(present, out series))
                {
                    var key = Series(chunk, row, run.Id);
                    series = points.NumberOf(key);
                    numbers.Add(present, series);
                    firstRows(run.Id, chunk.RowsBefore + row + 1);
                }

                last = present;
            }

            var (epoch, step) = (Value(chunk, row, _epoch, 0), Value(chunk, row, _step, 0));
            if (points.Series[series].Scope.FindWrongPlace(epoch, step) is { } wrong)
                throw chunk.Wrong(row, wrong.Name, wrong.Message);
            points.Add(series, new SeriesPoint(new PointPosition(epoch, step, Time(chunk, row)), chunk.Number(row, _value)));
        }

        return points;
    }

    private static long Value(RowChunk chunk, int row, int column, long otherwise) => chunk.Has(row, column) ? chunk.Whole(row, column) : otherwise;

    private SeriesKey Series(RowChunk chunk, int row, long run)
    {
        var (key, label, rank) = (chunk.Text(row, _key)!, chunk.Text(row, _label) ?? "", Value(chunk, row, _rank, 0));
        if (!InputRules.IsPlainKey(key))
            RowRules.Check(chunk, row, "key", rules => rules.Key(key, "The metric's key"));
        RowRules.Check(chunk, row, "label", rules => rules.Text(label, InputRules.LongestKey, "The label"));
        if (rank is < 0 or > int.MaxValue)
            throw chunk.Wrong(row, "rank", $"The rank is {rank}; workers count from 0.");
        var scope = MetricScope.Run;
        if (chunk.Text(row, _scope) is { } name && !MetricScopes.TryParse(name, out scope))
            throw chunk.Wrong(row, "scope", $"It must be RUN, RESULT, EPOCH or BATCH, not '{InputRules.Shortened(name)}'.");

        return new SeriesKey(run, scope, key, label, (int)rank);
    }

    private long Time(RowChunk chunk, int row)
    {
        if (!chunk.Has(row, _time))
            return PointColumns.Now;
        var milliseconds = RowRules.Floor(chunk.Whole(row, _time), MicrosecondsPerMillisecond);
        return InputRules.IsInRange(milliseconds) ? milliseconds : throw RowRules.OutOfRange(chunk, row, "time");
    }
}
