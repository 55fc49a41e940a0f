using AnalyticsGraph.GraphQL.Observability;
using AnalyticsGraph.Mapping.Sessions;

namespace AnalyticsGraph.Analytics.Series;

/// <summary>
/// Whole series, read from ClickHouse while PostgreSQL is still asked what they must have. What was read counts only if it has at least as many points of each series as
/// were acknowledged, so a point that moved from the log to ClickHouse meanwhile is never missed: then the reading is done again, after the flush.
/// </summary>
internal sealed class SeriesReadAhead
{
    private readonly IReadOnlyList<SeriesQuestion> _questions;
    private readonly SeriesAssembler _assembler;
    private readonly Dictionary<long, long>[] _acknowledged;

    private SeriesReadAhead(IReadOnlyList<SeriesQuestion> questions, SeriesLimits limits)
    {
        _questions = questions;
        _assembler = new SeriesAssembler(questions, limits);
        _acknowledged = [.. questions.Select(_ => new Dictionary<long, long>())];
    }

    /// <summary>Ends when all is read, or with the store's error.</summary>
    public Task Reading { get; private set; } = Task.CompletedTask;

    /// <summary>Begins to read.</summary>
    /// <param name="questions">For each asked field all of its runs, in order; their summaries are not known yet.</param>
    /// <param name="clickHouse">The request's session.</param>
    /// <param name="limits">What one request may read.</param>
    /// <param name="steps">Who asks.</param>
    /// <param name="cancellationToken">The request's.</param>
    /// <returns>Null if nothing that is selected needs the points.</returns>
    public static SeriesReadAhead? Start(IReadOnlyList<SeriesQuestion> questions, ClickHouseSession clickHouse, SeriesLimits limits, IReadOnlyList<StepTrace> steps, CancellationToken cancellationToken)
    {
        if (SeriesSql.Compose(questions) is not { } query)
        {
            return null;
        }

        var ahead = new SeriesReadAhead(questions, limits);
        ahead.Reading = clickHouse.ReadBlocksAsync(query, ahead._assembler.Add, steps, cancellationToken);
        return ahead;
    }

    /// <summary>Takes notice of how many points will come.</summary>
    /// <param name="acknowledged">The same questions with the runs that have the metric, and their counts.</param>
    public void Expect(IReadOnlyList<SeriesQuestion> acknowledged) => _assembler.Expect(acknowledged);

    /// <summary>Whether every acknowledged point was read.</summary>
    /// <param name="acknowledged">The same questions with the runs that have the metric, and their counts.</param>
    /// <exception cref="GraphQL.Errors.GraphQLException">The reading failed.</exception>
    public async Task<bool> HasAllOfAsync(IReadOnlyList<SeriesQuestion> acknowledged)
    {
        await Reading.ConfigureAwait(false);
        for (var i = 0; i < acknowledged.Count; i++)
        {
            foreach (var run in acknowledged[i].Runs)
            {
                _acknowledged[i][run.RunId] = run.Count;
                if (acknowledged[i].NeedsPoints && _assembler.CountOf(i, run.RunId) < run.Count)
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>The answer to one question: a series for each of its runs, empty for those that never logged the metric.</summary>
    /// <param name="index">The question.</param>
    public SeriesAnswer Finish(int index)
    {
        // Points that were acknowledged since the summaries were read may be among those that came.
        var totals = _questions[index].Runs.Select(run => Math.Max(_assembler.CountOf(index, run.RunId), _acknowledged[index].GetValueOrDefault(run.RunId)));
        return _assembler.Finish(index) with { Totals = [.. totals, 0] };
    }
}
