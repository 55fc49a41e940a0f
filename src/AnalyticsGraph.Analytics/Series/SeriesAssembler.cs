using AnalyticsGraph.ClickHouse;

namespace AnalyticsGraph.Analytics.Series;

/// <summary>Sorts the rows of the one answer back to the questions and runs that asked.</summary>
internal sealed class SeriesAssembler
{
    private readonly IReadOnlyList<SeriesQuestion> _questions;
    private readonly SeriesLimits _limits;
    private long _read;
    private long _chosenFrom;
    private readonly Dictionary<long, int>[] _runs;
    private readonly PointAccumulator?[][] _points;
    private readonly PointAccumulator?[][] _nonFinite;
    private readonly PointAccumulator?[][] _all;
    private readonly long[][] _totals;
    private readonly long[][] _expected;
    private readonly long[][] _nonFiniteTotals;

    /// <summary>Prepares for the answer.</summary>
    /// <param name="questions">The questions, in the order of the statement.</param>
    /// <param name="limits">How many points may come.</param>
    public SeriesAssembler(IReadOnlyList<SeriesQuestion> questions, SeriesLimits limits)
    {
        _questions = questions;
        _limits = limits;
        _runs = [.. questions.Select(q => q.Runs.Select((run, i) => (run.RunId, i)).ToDictionary(pair => pair.RunId, pair => pair.i))];
        _points = PerRun<PointAccumulator?>();
        _nonFinite = PerRun<PointAccumulator?>();
        _all = PerRun<PointAccumulator?>();
        _nonFiniteTotals = PerRun<long>();
        _totals = [.. questions.Select(q => q.NeedsCount ? new long[q.Runs.Count + 1] : [.. q.Runs.Select(r => r.Count), 0])];

        _expected = PerRun<long>();
        Expect(questions);

        // One more than there are runs: the empty series of all runs that never logged the metric.
        T[][] PerRun<T>() => [.. questions.Select(q => new T[q.Runs.Count + 1])];
    }

    /// <summary>Takes notice of how many points will come. May be told beside <see cref="Add"/>: it only saves memory.</summary>
    /// <param name="known">The same questions, with what is known of any of their runs.</param>
    public void Expect(IReadOnlyList<SeriesQuestion> known)
    {
        for (var i = 0; i < known.Count; i++)
        {
            foreach (var run in known[i].Request.IsWhole ? known[i].Runs : [])
            {
                _expected[i][_runs[i][run.RunId]] = Math.Min(run.Count, _limits.MaxPointsPerSeries);
            }
        }
    }

    /// <summary>Takes a block of the answer.</summary>
    /// <param name="block">The block.</param>
    /// <exception cref="GraphQL.Errors.GraphQLException">More points came than one series or one request may have.</exception>
    public void Add(Block block)
    {
        _read += block.RowCount;
        var rows = new SeriesRows(block);
        for (var start = 0; start < block.RowCount;)
        {
            var end = rows.EndOfStretch(start);
            var question = (int)rows.Questions[start];
            var run = _runs[question][rows.RunIds[start]];
            switch ((SeriesPart)rows.Parts[start])
            {
                case SeriesPart.Count: _totals[question][run] = rows.Steps[start]; break;
                case SeriesPart.NonFiniteCount: _nonFiniteTotals[question][run] = rows.Steps[start]; break;
                case SeriesPart.NonFinite: (_nonFinite[question][run] ??= new()).Append(rows, start, end - start); break;
                case SeriesPart.All:
                    // What is only chosen from, and not smoothed, does not count among what comes back.
                    var isOnlyChosenFrom = _questions[question] is { NeedsAllForSmoothing: false } asked && asked.Runs[run].IsChosenHere;
                    _read -= isOnlyChosenFrom ? end - start : 0;
                    _chosenFrom += isOnlyChosenFrom ? end - start : 0;
                    Append(ref _all[question][run], rows, start, end, question);
                    break;
                default:
                    (_points[question][run] ??= new()).Expected = _expected[question][run];
                    Append(ref _points[question][run], rows, start, end, question);
                    break;
            }

            start = end;
        }
    }

    /// <summary>How many points of a series came.</summary>
    /// <param name="question">The question.</param>
    /// <param name="runId">One of its runs.</param>
    public int CountOf(int question, long runId) => _points[question][_runs[question][runId]]?.Count ?? 0;

    /// <summary>The answer to one question, when all blocks are in: a series for each of its runs, and at the end an empty one.</summary>
    /// <param name="index">The question.</param>
    public SeriesAnswer Finish(int index)
    {
        var question = _questions[index];
        var points = _points[index];
        ChooseHere(question, _all[index], points);
        var smoothed = question.Fields.HasFlag(SeriesFields.Smoothed) && question.Request.Smoothing is { } smoothing ? Smoothed(index, smoothing) : null;
        var nonFinite = question.NeedsNonFinite || !question.Fields.HasFlag(SeriesFields.NonFinite)
            ? _nonFinite[index]
            : [.. points.Select((p, run) => p?.NonFinite(SeriesSql.MaxNonFinite, out _nonFiniteTotals[index][run]))];
        return new SeriesAnswer(question.Request, _totals[index], PointAccumulator.Join(points), smoothed, _nonFiniteTotals[index], PointAccumulator.Join(nonFinite))
        {
            Exact = question.Request.Sampling.Kind == SamplingKind.Lttb && question.Runs.Any(run => run.RollupWidth > 0) ? [.. question.Runs.Select(run => run.RollupWidth == 0), true] : null,
        };
    }

    // Before smoothing, which changes what it is given.
    private static void ChooseHere(SeriesQuestion question, PointAccumulator?[] all, PointAccumulator?[] points)
    {
        for (var run = 0; run < question.Runs.Count; run++)
        {
            if (question.ChoosesHere(question.Runs[run]) && all[run] is { } read)
            {
                points[run] = ChosenPoints.Of(read, question, question.Runs[run]);
            }
        }
    }

    private void Append(ref PointAccumulator? series, in SeriesRows rows, int start, int end, int question)
    {
        series ??= new();
        series.Append(rows, start, end - start);
        if (series.Count > _limits.MaxPointsPerSeries)
        {
            throw SeriesErrors.TooManyPoints(_questions[question].Request.Key, series.Count, _limits.MaxPointsPerSeries);
        }

        if (Math.Max(_read, _chosenFrom) is var read && read > _limits.MaxPointsPerRequest)
        {
            throw SeriesErrors.TooManyPoints(_questions[question].Request.Key, read, _limits.MaxPointsPerRequest);
        }
    }

    private double[] Smoothed(int index, Smoothing smoothing)
    {
        var question = _questions[index];
        var parts = new List<double[]>();
        for (var run = 0; run < question.Runs.Count; run++)
        {
            if (_points[index][run] is not { } points)
            {
                continue;
            }

            parts.Add(question.Request.Sampling.Kind switch
            {
                SamplingKind.None => SmoothedValues.Of(smoothing, points.Values),
                SamplingKind.Bucket => SmoothedValues.MeansOf(smoothing, _all[index][run] ?? new(), points.Steps),
                _ => SmoothedValues.At(smoothing, _all[index][run]!, points.Places),
            });
        }

        return parts is [var single] ? single : [.. parts.SelectMany(p => p)];
    }
}
