using System.Globalization;
using System.Text;
using AnalyticsGraph.ClickHouse;

namespace AnalyticsGraph.Analytics.Series;

/// <summary>
/// One ClickHouse statement for all series of a level: branches of a UNION ALL for each question. Rows are
/// <c>question, run_id, part, step, time, value</c> (and <c>last_step, points, nans, low, high</c> where buckets are asked); those of one run and part come in the order
/// of the series.
/// </summary>
internal sealed class SeriesSql
{
    /// <summary>The most points that are not finite which come back beside a thinned series.</summary>
    public const int MaxNonFinite = 10_000;

    private const int StreamedBlock = 20_000;

    private const string NoTime = "toInt64(0)";
    private const string NoValue = "toFloat64(0)";

    private const string MomentOfPoint = "toUnixTimestamp64Milli(p.time)";

    /// <summary>
    /// What a question to points costs is ClickHouse's preparation more than its points: about a third is saved by the older planner, which is enough for one table and a sort along
    /// its key, by no second pass for PREWHERE (the key has found the rows), and by blocks that stay unpacked between requests.
    /// </summary>
    internal static readonly Dictionary<string, string> LookUp = new()
    {
        ["enable_analyzer"] = "0",
        ["optimize_move_to_prewhere"] = "0",
        ["use_uncompressed_cache"] = "1",
    };

    // The points of one run lie together, and so do its buckets: a second thread would only be started and stopped.
    private static readonly Dictionary<string, string> LookUpOfOne = new(LookUp) { ["max_threads"] = "1" };

    private readonly List<string> _branches = [];
    private readonly Dictionary<string, ClickHouseParameter> _parameters = [];
    private bool _isOfOne;
    private bool _readsRollups;
    private int _question;
    private readonly bool _withTimes;
    private readonly bool _withBuckets;

    private SeriesSql(IReadOnlyList<SeriesQuestion> questions)
    {
        _withTimes = questions.Any(q => (q.Fields & (SeriesFields.Times | SeriesFields.NonFinite)) != 0);
        _withBuckets = questions.Any(q => q.NeedsBuckets);
    }

    /// <summary>Composes the statement.</summary>
    /// <param name="questions">The questions.</param>
    /// <returns>The statement; null when nothing that is selected needs the points, or no run has any.</returns>
    public static ClickHouseQuery? Compose(IReadOnlyList<SeriesQuestion> questions)
    {
        var sql = new SeriesSql(questions);
        for (var i = 0; i < questions.Count; i++)
        {
            if (questions[i].Runs.Count > 0)
            {
                sql._question = i;
                sql.Append(questions[i]);
            }
        }

        // One branch stands alone: each query around another costs ClickHouse's planner some tenths of a millisecond.
        return sql._branches switch
        {
            [] => null,
            [var single] => sql.ToQuery(single, sql._isOfOne ? LookUpOfOne : LookUp),
            var several => sql.ToQuery(string.Join("\nUNION ALL\n", several.Select(branch => $"SELECT * FROM ({branch})")), LookUp),
        };
    }

    private ClickHouseQuery ToQuery(string text, IReadOnlyDictionary<string, string> settings) =>
        new(text) { Parameters = _parameters, Settings = _readsRollups ? new Dictionary<string, string>() : settings };

    /// <summary>Composes the statement of one unthinned series that is read at its client's pace.</summary>
    /// <param name="question">The question, about one run.</param>
    /// <param name="limits">How long the client may take for a block.</param>
    public static ClickHouseQuery ComposeStream(SeriesQuestion question, SeriesLimits limits)
    {
        // Blocks as large as one part: what ClickHouse and the buffers between hold beyond it is not much more.
        var sql = Compose([question with { Fields = question.Fields & ~SeriesFields.Count }])!;
        return sql with
        {
            Settings = new Dictionary<string, string>(sql.Settings)
            {
                ["max_threads"] = "1",
                ["max_block_size"] = StreamedBlock.ToString(CultureInfo.InvariantCulture),
                ["http_send_timeout"] = Math.Ceiling(limits.StreamStallTimeout.TotalSeconds).ToString(CultureInfo.InvariantCulture),
            },
        };
    }

    // Runs are asked together whose points are read, and those whose rollups of one width are; apart from them those whose points are chosen here.
    private void Append(SeriesQuestion question)
    {
        foreach (var runs in question.Runs.GroupBy(run => (run.RollupWidth, question.ChoosesHere(run))))
        {
            var (width, isChosenHere) = runs.Key;
            var number = string.Create(CultureInfo.InvariantCulture, $"{_question}{(isChosenHere ? "h" : "")}");
            var part = question with { Runs = [.. runs] };
            if (width == 0)
            {
                AppendPoints(number, part, isChosenHere);
            }
            else
            {
                AppendRollups(string.Create(CultureInfo.InvariantCulture, $"{number}r{width}"), part, width, isChosenHere);
            }
        }
    }

    private void AppendRollups(string number, SeriesQuestion question, long width, bool isChosenHere)
    {
        var seqs = question.Runs.Select(run => run.Rollup!.Seq).ToArray();
        var isBehind = question.Runs.Any(run => run.Rollup!.IsBehind);
        var seq = PerRun(number, "q", question, seqs);
        var rows = RollupSql.Rows(
            Series(number, question), width, seq, isBehind ? Parameter(number, "qs", "Int64", seqs.Min()) : seq, question.Request.From, question.Request.To, isBehind: isBehind);
        var areAll = !isBehind && !question.HasWindow && question.Request.Sampling.Kind == SamplingKind.Bucket && !question.NeedsNonFinite;
        _readsRollups |= !areAll;
        _isOfOne = areAll && question.Runs.Count == 1;
        if (question.NeedsCount)
        {
            Branch(number, SeriesPart.Count, "sum(n)", NoTime, NoValue, $"FROM {rows} GROUP BY run_id");
        }

        AppendNonFinite(number, question);
        if (!question.NeedsPoints)
        {
            return;
        }

        switch (question.Request.Sampling.Kind)
        {
            case SamplingKind.Lttb:
                var kept = $"(SELECT run_id, kept.2 AS step, kept.3 AS moment, kept.1 AS value FROM {rows} ARRAY JOIN arrayDistinct([least, most]) AS kept WHERE finite > 0) AS p WHERE true";
                if (isChosenHere)
                {
                    Branch(number, SeriesPart.All, "p.step", "p.moment", "p.value", $"FROM {kept} ORDER BY p.run_id, p.step, p.moment, p.value");
                }
                else
                {
                    Lttb(number, question, kept, "p.moment");
                }

                break;
            case SamplingKind.MinMax:
                Extremes(number, "argMin((least.2, least.3, least.1), least)", "argMax((most.2, most.3, most.1), (most.1, -most.2, -most.3))", $"{rows} WHERE finite > 0", BucketOf(number, question, "s"));
                break;
            default:
                BucketRollups(number, question, areAll ? RollupSql.Buckets(Series(number, question), width, seq) : RollupRows.Of(rows));
                break;
        }
    }

    private void BucketRollups(string number, SeriesQuestion question, RollupRows rows) => Branch(
        number,
        SeriesPart.Point,
        "place",
        $"min({rows.Moment})",
        $"sum({rows.Total}) / sum({rows.Finite})",
        $"FROM {rows.Source} GROUP BY run_id, {BucketOf(number, question, rows.Position)} AS place ORDER BY run_id, place",
        buckets: $", max({rows.LastStep}) AS last_step, sum({rows.Points}) AS points, sum({rows.NaNs}) AS nans, minIf({rows.Low}, {rows.Finite} > 0) AS low, maxIf({rows.High}, {rows.Finite} > 0) AS high");

    private void AppendPoints(string number, SeriesQuestion question, bool isChosenHere)
    {
        var sampling = question.Request.Sampling;
        var points = Points(number, question);
        if (question.NeedsCount)
        {
            Branch(number, SeriesPart.Count, "toInt64(count())", NoTime, NoValue, $"FROM {points} GROUP BY p.run_id");
        }

        AppendNonFinite(number, question);
        if (question.NeedsAllForSmoothing || (isChosenHere && question.NeedsPoints))
        {
            Branch(number, SeriesPart.All, "p.step", isChosenHere ? MomentOfPoint : NoTime, "p.value", $"FROM {points} ORDER BY {Order()}");
        }

        if (!question.NeedsPoints || isChosenHere)
        {
            return;
        }

        switch (sampling.Kind)
        {
            case SamplingKind.None:
                _isOfOne = question.Runs.Count == 1 && !question.CountsBatches;
                Branch(number, SeriesPart.Point, "p.step", MomentOfPoint, "p.value", $"FROM {points} ORDER BY {Order()}");
                break;
            case SamplingKind.Last:
                var most = sampling.Points.ToString(CultureInfo.InvariantCulture);
                Branch(number, SeriesPart.Point, "p.step", MomentOfPoint, "p.value", $"FROM (SELECT p.run_id AS run_id, p.epoch AS epoch, p.step AS step, p.time AS time, p.value AS value FROM {points} AND isFinite(p.value) ORDER BY {Order(" DESC")} LIMIT {most} BY p.run_id) AS p ORDER BY {Order()}");
                break;
            case SamplingKind.Lttb:
                Lttb(number, question, points, MomentOfPoint);
                break;
            case SamplingKind.MinMax:
                MinMax(number, question, points);
                break;
            default:
                Bucket(number, question, points);
                break;
        }
    }

    private void AppendNonFinite(string number, SeriesQuestion question)
    {
        if (question.NeedsNonFinite && question.Runs.Any(run => !run.IsFinite))
        {
            var points = Points(number, question);
            Branch(number, SeriesPart.NonFiniteCount, "toInt64(countIf(NOT isFinite(p.value)))", NoTime, NoValue, $"FROM {points} GROUP BY p.run_id");
            Branch(number, SeriesPart.NonFinite, "p.step", MomentOfPoint, "p.value", $"FROM {points} AND NOT isFinite(p.value) ORDER BY {Order()} LIMIT {MaxNonFinite.ToString(CultureInfo.InvariantCulture)} BY p.run_id");
        }
    }

    private void Lttb(string number, SeriesQuestion question, string points, string moment)
    {
        var count = question.Request.Sampling.Points.ToString(CultureInfo.InvariantCulture);
        var chosen = $"(SELECT p.run_id AS run_id, largestTriangleThreeBucketsIf({count})(p.step, p.value, isFinite(p.value)) AS chosen FROM {points} GROUP BY p.run_id) ARRAY JOIN chosen AS point";
        if (!question.Fields.HasFlag(SeriesFields.Times))
        {
            Branch(number, SeriesPart.Point, "toInt64(point.1)", NoTime, "point.2", $"FROM {chosen}");
            return;
        }

        // The aggregate function knows x and y alone. The times are looked up by one more scan of what it chose.
        Branch(
            number,
            SeriesPart.Point,
            "p.step",
            $"min({moment})",
            "p.value",
            $"FROM {points} AND (p.run_id, p.step, p.value) IN (SELECT run_id, toInt64(point.1), point.2 FROM {chosen}) GROUP BY p.run_id, p.step, p.value ORDER BY p.run_id, p.step, min({moment}), p.value");
    }

    // Ties take the smallest (step, time), as everywhere, whatever threads and parts there are. Value, step and time stand behind each other in one integer: it has their order (-0 and 0 are one), and is
    // compared several times as fast as a tuple.
    private void MinMax(string number, SeriesQuestion question, string points)
    {
        const string highest = "0x8000000000000000";
        var ascending = $"bitXor(reinterpretAsUInt64(p.value + 0.), if(p.value < 0, 0xFFFFFFFFFFFFFFFF, {highest}))";
        var place = $"bitShiftLeft(toUInt256(bitXor(reinterpretAsUInt64(p.step), {highest})), 64) + bitXor(reinterpretAsUInt64({MomentOfPoint}), {highest})";
        Extremes(number, Point(ascending, ""), Point($"bitNot({ascending})", "bitNot"), points + " AND isFinite(p.value)", BucketOf(number, question, "p.step"));

        string Point(string ordered, string inverse)
        {
            var least = $"min(bitShiftLeft(toUInt256({ordered}), 128) + {place})";
            var bits = $"{inverse}(toUInt64(bitShiftRight({least}, 128)))";
            return $"(reinterpretAsInt64(bitXor(toUInt64(bitShiftRight({least}, 64)), {highest})), reinterpretAsInt64(bitXor(toUInt64({least}), {highest})), reinterpretAsFloat64(bitXor({bits}, if({bits} < {highest}, 0xFFFFFFFFFFFFFFFF, {highest}))))";
        }
    }

    private void Extremes(string number, string least, string greatest, string source, string bucket) => Branch(
        number,
        SeriesPart.Point,
        "point.1",
        "point.2",
        "point.3",
        $"FROM (SELECT run_id, arrayDistinct(arraySort([{least}, {greatest}])) AS chosen FROM {source} GROUP BY run_id, {bucket}) ARRAY JOIN chosen AS point ORDER BY run_id, point");

    private void Bucket(string number, SeriesQuestion question, string points) => Branch(
        number,
        SeriesPart.Point,
        "place",
        $"min({MomentOfPoint})",
        "avgIf(p.value, isFinite(p.value))",
        $"FROM {points} GROUP BY p.run_id, {BucketOf(number, question, "p.step")} AS place ORDER BY p.run_id, place",
        buckets: ", max(p.step) AS last_step, toInt64(count()) AS points, toInt64(countIf(isNaN(p.value))) AS nans, minIf(p.value, isFinite(p.value)) AS low, maxIf(p.value, isFinite(p.value)) AS high");

    // The first step of the point's bucket.
    private string BucketOf(string number, SeriesQuestion question, string step)
    {
        var buckets = question.Runs.Select(question.BucketsOf).ToArray();
        var isCut = question.Runs.Zip(buckets).Any(pair => pair.First.FirstStep <= pair.Second.Lowest?.Last);
        return AxisSql.StartOf(
            step,
            buckets[0].PerOctave > 0,
            PerRun(number, "w", question, [.. buckets.Select(b => Math.Max(b.Width + b.PerOctave, 1))]),
            Array.TrueForAll(buckets, b => b.Origin == 0) ? null : PerRun(number, "f", question, [.. buckets.Select(b => b.Origin)]),
            isCut ? (Lowest("u", lowest => lowest.Last), Lowest("v", lowest => lowest.Start)) : null);

        // No other position than the least integer is that low.
        string Lowest(string name, Func<(long Last, long Start), long> part) => PerRun(number, name, question, [.. buckets.Select(b => part(b.Lowest ?? (long.MinValue, long.MinValue)))]);
    }

    // What is the same for all runs needs no look-up per row.
    private string PerRun(string number, string name, SeriesQuestion question, long[] values) => Array.TrueForAll(values, value => value == values[0])
        ? Parameter(number, name, "Int64", values[0])
        : $"transform(run_id, {Parameter(number, "is", "Array(Int64)", RunIds(question))}, {Parameter(number, name, "Array(Int64)", values)}, toInt64(1))";

    // What stands behind FROM: the question's points, as p; conditions can follow. The steps of batches are their ordinals over all epochs. (Their epoch keeps its name for itself: for the older planner
    // an alias stands for the column of its name in the whole query, the window's order included.)
    private string Points(string number, SeriesQuestion question)
    {
        var stored = $"metric_point AS p WHERE {Series(number, question)}";
        return question.CountsBatches
            ? $"(SELECT p.run_id AS run_id, p.epoch AS epoch, toInt64(row_number() OVER (PARTITION BY p.run_id ORDER BY p.epoch, p.step, p.time, p.value)) - 1 AS step, p.time AS time, p.value AS value FROM {stored}) AS p WHERE true{Window(number, question)}"
            : stored + Window(number, question);
    }

    private string Series(string number, SeriesQuestion question)
    {
        var request = question.Request;
        var experiments = question.Runs.Select(r => r.ExperimentId).Distinct().ToArray();
        return $"""
            experiment_id{IsOneOf(number, "x", experiments)} AND key = {Parameter(number, "k", "String", request.Key)} AND label = {Parameter(number, "l", "String", request.Label)} AND run_id{IsOneOf(number, "i", RunIds(question))} AND scope = {Parameter(number, "c", "String", request.Scope)} AND rank = {Parameter(number, "r", "Int32", request.Rank)}
            """;
    }

    private string Window(string number, SeriesQuestion question)
    {
        var from = question.Request.From is { } f ? $" AND p.step >= {Parameter(number, "from", "Int64", f)}" : string.Empty;
        var to = question.Request.To is { } t ? $" AND p.step <= {Parameter(number, "to", "Int64", t)}" : string.Empty;
        var (least, most) = question.Request.Values;
        return from + to + AxisSql.Within("p.value", least is null ? null : Parameter(number, "low", "Float64", least), most is null ? null : Parameter(number, "high", "Float64", most));
    }

    // One value is compared, which costs less than looking it up in a set of one.
    private string IsOneOf(string number, string name, long[] values) => values is [var single]
        ? $" = {Parameter(number, name, "Int64", single)}"
        : $" IN {Parameter(number, name, "Array(Int64)", values)}";

    private static long[] RunIds(SeriesQuestion question) => [.. question.Runs.Select(r => r.RunId)];

    // Within one experiment, key and label the table is sorted so: nothing is sorted anew but points of equal step and time.
    private static string Order(string direction = "") => $"p.run_id{direction}, p.epoch{direction}, p.step{direction}, p.time{direction}, p.value{direction}";

    private void Branch(string number, SeriesPart part, string step, string time, string value, string tail, string? buckets = null)
    {
        _branches.Add(new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"SELECT toUInt32({_question}) AS question, run_id, toUInt8({(byte)part}) AS part, {step} AS step, ")
            .Append(_withTimes ? $"{time} AS time, " : string.Empty)
            .Append(value).Append(" AS value")
            .Append(_withBuckets ? buckets ?? ", toInt64(0) AS last_step, toInt64(0) AS points, toInt64(0) AS nans, toFloat64(0) AS low, toFloat64(0) AS high" : string.Empty)
            .Append(' ').Append(tail)
            .ToString());
    }

    private string Parameter(string number, string name, string type, object value)
    {
        _parameters[$"{name}{number}"] = new ClickHouseParameter(type, value);
        return $"{{{name}{number}:{type}}}";
    }
}
