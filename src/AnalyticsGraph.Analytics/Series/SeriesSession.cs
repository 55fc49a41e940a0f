using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Observability;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Sessions;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Analytics.Series;

/// <summary>
/// Answers all <c>series</c> fields of a level together: first, in the level's one PostgreSQL round trip, what the summaries know (which runs have the metric, how many
/// points, from which step to which) and whether points are still on their way to ClickHouse; then one ClickHouse query.
/// </summary>
internal sealed class SeriesSession(RequestContext request, IPendingPoints pending, SeriesLimits limits, StreamPlaces streams) : ILevelDispatcher, IAsyncDisposable
{
    private readonly StoreSessions _stores = request.Get<StoreSessions>();
    private readonly List<SeriesFeed> _feeds = [];
    private List<Asked> _waiting = [];
    private bool _isDisposedAtEnd;

    /// <summary>Before the stores' own sessions: dispatching asks PostgreSQL.</summary>
    public int Order => 50;

    /// <inheritdoc />
    public bool HasPending => _waiting.Count > 0;

    /// <summary>The request's session; made at its first series.</summary>
    /// <param name="request">The request.</param>
    /// <param name="pending">Who brings acknowledged points to ClickHouse.</param>
    /// <param name="limits">What one request may ask.</param>
    /// <param name="streams">How many series stream, of all requests.</param>
    public static SeriesSession Of(RequestContext request, IPendingPoints pending, SeriesLimits limits, StreamPlaces streams)
    {
        var session = request.Find<SeriesSession>();
        if (session is null)
        {
            session = new SeriesSession(request, pending, limits, streams);
            request.Set(session);
            request.AddDispatcher(session);
        }

        return session;
    }

    /// <summary>Asks for series; answered after the level's dispatch.</summary>
    /// <param name="series">The arguments.</param>
    /// <param name="fields">What is selected.</param>
    /// <param name="runIds">The runs, without repeats.</param>
    /// <param name="experimentIds">Their experiments, in parallel.</param>
    /// <param name="initialCount">How many points must be there at once if the lists of the points stream, which are of one run then; -1 if they do not.</param>
    /// <returns>The answer, and for each of the runs its series in it.</returns>
    public Task<(SeriesAnswer Answer, int[] SeriesOf)> AskAsync(SeriesRequest series, SeriesFields fields, long[] runIds, long[] experimentIds, int initialCount)
    {
        var asked = new Asked(series, fields, runIds, experimentIds) { InitialCount = initialCount };
        if (asked.MayStream && !_isDisposedAtEnd)
        {
            _isDisposedAtEnd = true;
            request.DisposeAtEnd(this);
        }

        _waiting.Add(asked);
        return asked.Answer.Task;
    }

    /// <inheritdoc />
    public void Dispatch(CancellationToken cancellationToken)
    {
        var asked = _waiting;
        _waiting = [];

        // The question to PostgreSQL is registered before this returns, and so goes along with the level's others.
        var summaries = _stores.Postgres.AskIntegersAsync(Summaries(asked), columns: 10, Steps(asked));
        _ = AnswerAsync(asked, summaries, ReadAhead(asked, cancellationToken), cancellationToken);
    }

    // Every task of the asking fields ends, with an answer or with the error: nothing is left to observe here.
    private async Task AnswerAsync(List<Asked> asked, Task<long[][]> summaries, SeriesReadAhead? ahead, CancellationToken cancellationToken)
    {
        try
        {
            List<SeriesQuestion> questions;
            HashSet<long> unflushed;
            try
            {
                questions = ToQuestions(asked, await summaries.ConfigureAwait(false), out unflushed);
                ahead?.Expect(questions);
            }
            finally
            {
                await (ahead?.Reading ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (unflushed.Count == 0 && ahead is not null && await ahead.HasAllOfAsync(questions).ConfigureAwait(false))
            {
                for (var i = 0; i < asked.Count; i++)
                {
                    asked[i].Answer.TrySetResult((ahead.Finish(i), [.. Enumerable.Range(0, asked[i].RunIds.Length)]));
                }

                return;
            }

            if (unflushed.Count > 0)
            {
                await pending.FlushAsync(unflushed, cancellationToken).ConfigureAwait(false);
            }

            // Of what streams the count alone is read before.
            TakePlaces(asked, questions);
            List<SeriesQuestion> whole = [.. questions.Select((q, i) => asked[i].Place is null ? q : q with { Fields = q.Fields & SeriesFields.Count })];
            var assembler = await ReadAsync(whole, Steps(asked), cancellationToken).ConfigureAwait(false);

            for (var i = 0; i < asked.Count; i++)
            {
                var answer = assembler.Finish(i);
                asked[i].Answer.TrySetResult((asked[i].Place is null ? answer : await OpenAsync(asked[i], questions[i], answer, cancellationToken).ConfigureAwait(false), asked[i].SeriesOf));
            }
        }
        catch (Exception exception)
        {
            foreach (var one in asked)
            {
                one.Place?.Dispose();
                one.Answer.TrySetException(exception);
            }
        }
    }

    private async Task<SeriesAssembler> ReadAsync(List<SeriesQuestion> questions, StepTrace[] steps, CancellationToken cancellationToken)
    {
        var assembler = new SeriesAssembler(questions, limits);
        if (SeriesSql.Compose(questions) is not { } query)
        {
            return assembler;
        }

        try
        {
            await _stores.ClickHouse!.ReadBlocksAsync(query, assembler.Add, steps, cancellationToken).ConfigureAwait(false);
            return assembler;
        }
        catch (GraphQLException exception) when (exception.InnerException is ClickHouseException { Code: RollupSql.IsBeingBuilt })
        {
            // The points are always there.
            return await ReadAsync([.. questions.Select(q => q with { Runs = [.. q.Runs.Select(run => run with { RollupWidth = 0 })] })], steps, cancellationToken).ConfigureAwait(false);
        }
    }

    // A run that never logged the metric has an empty series, from nowhere.
    private void TakePlaces(List<Asked> asked, List<SeriesQuestion> questions)
    {
        for (var i = 0; i < asked.Count; i++)
        {
            asked[i].Place = asked[i].MayStream && questions[i].Runs.Count == 1 ? streams.TryTake() : null;
        }
    }

    private async Task<SeriesAnswer> OpenAsync(Asked asked, SeriesQuestion question, SeriesAnswer answer, CancellationToken cancellationToken)
    {
        var feed = await SeriesFeed.OpenAsync(_stores.ClickHouse!, question, asked.InitialCount, limits, asked.Place!, Steps([asked]), cancellationToken).ConfigureAwait(false);
        lock (_feeds)
        {
            _feeds.Add(feed);
        }

        return answer with { Totals = answer.Totals[..1], NonFiniteTotals = answer.NonFiniteTotals[..1], Feed = feed };
    }

    /// <summary>Ends the queries that nobody reads to their end.</summary>
    public async ValueTask DisposeAsync()
    {
        List<SeriesFeed> feeds;
        lock (_feeds)
        {
            feeds = [.. _feeds];
        }

        foreach (var feed in feeds)
        {
            await feed.DisposeAsync().ConfigureAwait(false);
        }
    }

    // Whole series need nothing that only the summaries know: both stores are asked at once, and the summaries then tell whether ClickHouse had every point.
    private SeriesReadAhead? ReadAhead(List<Asked> asked, CancellationToken cancellationToken) =>
        asked.TrueForAll(a => a.Series.IsWhole && !a.MayStream)
            ? SeriesReadAhead.Start([.. asked.Select(a => new SeriesQuestion(a.Series, a.Fields, a.Runs()))], _stores.ClickHouse!, limits, Steps(asked), cancellationToken)
            : null;

    private static StepTrace[] Steps(List<Asked> asked) => [.. asked.Select(one => one.Step).OfType<StepTrace>()];

    // One row for each asked series that exists: its place among all asked ones, its count and bounds, and whether points of its run wait in the log.
    private static SqlBuilder Summaries(List<Asked> asked)
    {
        var count = asked.Sum(a => a.RunIds.Length);
        var runIds = new long[count];
        var ranks = new long[count];
        var (keys, labels, scopes) = (new string[count], new string[count], new string[count]);
        var at = 0;
        foreach (var one in asked)
        {
            foreach (var runId in one.RunIds)
            {
                (runIds[at], keys[at], labels[at], scopes[at], ranks[at]) = (runId, one.Series.Key, one.Series.Label, one.Series.Scope, one.Series.Rank);
                at++;
            }
        }

        // Whole series are the most frequent question: nothing is looked up that they do not need.
        var withRollups = asked.Exists(one => one.Series.Sampling.Kind != SamplingKind.None);
        return new SqlBuilder(Store.Postgres)
            .Append("SELECT a.ordinal - 1, m.count, CASE a.scope WHEN 'BATCH' THEN 0 ELSE m.first_step END, CASE a.scope WHEN 'BATCH' THEN m.count - 1 ELSE m.last_step END, ")
            .Append("(SELECT count(*) FROM (SELECT FROM point_log l WHERE l.run_ids @> ARRAY[a.run_id] LIMIT 1) AS waiting), ")
            .Append("(m.nan_count = 0 AND m.min_value > '-Infinity' AND m.max_value < 'Infinity')::int::bigint, ")
            .Append(withRollups ? "coalesce(s.seq, 0), coalesce(s.least_width, 0), coalesce(s.greatest_width, 0), ((c.seq > s.seq) IS NOT FALSE)::int::bigint FROM unnest(" : "0::bigint, 0::bigint, 0::bigint, 0::bigint FROM unnest(")
            .AppendParameter(runIds, SqlType.Int64, isArray: true).Append(", ")
            .AppendParameter(keys, SqlType.Text, isArray: true).Append(", ")
            .AppendParameter(labels, SqlType.Text, isArray: true).Append(", ")
            .AppendParameter(scopes, SqlType.Text, isArray: true).Append(", ")
            .AppendParameter(ranks, SqlType.Int64, isArray: true)
            .Append(") WITH ORDINALITY AS a(run_id, key, label, scope, rank, ordinal) JOIN run_metric m ON m.run_id = a.run_id AND m.scope = a.scope AND m.key = a.key AND m.label = a.label AND m.rank = a.rank ")
            .Append(withRollups ? "LEFT JOIN run_metric_rollup s ON s.run_id = a.run_id AND s.scope = a.scope AND s.key = a.key AND s.label = a.label AND s.rank = a.rank LEFT JOIN run_counter c ON c.run_id = a.run_id ORDER BY 1" : "ORDER BY 1");
    }

    private List<SeriesQuestion> ToQuestions(List<Asked> asked, long[][] summaries, out HashSet<long> unflushed)
    {
        unflushed = [];
        var questions = new List<SeriesQuestion>(asked.Count);
        var (row, begin, total) = (0, 0, 0L);
        var here = 0L;
        foreach (var one in asked)
        {
            var runs = new List<SeriesRun>();
            var question = new SeriesQuestion(one.Series, one.Fields, runs);
            var found = new int[one.RunIds.Length];
            Array.Fill(found, -1);
            for (; row < summaries[0].Length && summaries[0][row] < begin + one.RunIds.Length; row++)
            {
                var i = (int)summaries[0][row] - begin;
                var (first, last) = (Math.Max(summaries[2][row], one.Series.From ?? long.MinValue), Math.Min(summaries[3][row], one.Series.To ?? long.MaxValue));

                // What is smoothed is chosen here anyway, and counted as what is read.
                var isChosenHere = one.Series.Sampling.Kind == SamplingKind.Lttb && !question.NeedsAllForSmoothing
                    && LargestTriangles.AreFoundHere(
                        summaries[1][row],
                        summaries[2][row],
                        summaries[3][row],
                        Math.Min(limits.MaxPointsPerRequest - here, limits.MaxPointsPerSeries),
                        Math.Min(limits.MaxThinnedPoints - here, LargestTriangles.MostWithGaps));
                here += isChosenHere ? summaries[1][row] : 0;
                found[i] = runs.Count;
                runs.Add(new SeriesRun(one.RunIds[i], one.ExperimentIds[i], summaries[1][row], Math.Min(first, last), last)
                {
                    IsFinite = summaries[5][row] == 1,
                    IsChosenHere = isChosenHere,
                    Rollup = summaries[7][row] > 0 && IsLarge(summaries[1][row], first, last, summaries[2][row], summaries[3][row]) ? new Rollup(summaries[6][row], summaries[7][row], summaries[8][row]) { IsBehind = summaries[9][row] > 0 } : null,
                });
                if (summaries[4][row] > 0)
                {
                    unflushed.Add(one.RunIds[i]);
                }
            }

            begin += one.RunIds.Length;
            one.SeriesOf = Array.ConvertAll(found, i => i < 0 ? runs.Count : i);
            question = question with { Runs = [.. runs.Select(run => run with { RollupWidth = question.RollupWidthFor(run) })] };
            questions.Add(question);
            total += question.ReadsAll ? Check(question) : 0;
        }

        return total <= limits.MaxPointsPerRequest ? questions : throw SeriesErrors.TooManyPoints(asked[0].Series.Key, total, limits.MaxPointsPerRequest);
    }

    // About how many points a window has follows from its share of the steps.
    private bool IsLarge(long count, long first, long last, long firstOfAll, long lastOfAll) =>
        count * ((double)last - first + 1) / ((double)lastOfAll - firstOfAll + 1) > limits.MaxThinnedPoints;

    // Refused before anything is read. How many points a window has is not known here; the assembler ends a reading that becomes too large.
    private long Check(SeriesQuestion question)
    {
        if (question.HasWindow)
        {
            return 0;
        }

        var total = 0L;
        foreach (var run in question.Runs)
        {
            total += run.Count <= limits.MaxPointsPerSeries ? run.Count : throw SeriesErrors.TooManyPoints(question.Request.Key, run.Count, limits.MaxPointsPerSeries);
        }

        return total;
    }

    private sealed class Asked(SeriesRequest series, SeriesFields fields, long[] runIds, long[] experimentIds)
    {
        public SeriesRequest Series { get; } = series;

        public SeriesFields Fields { get; } = fields;

        public long[] RunIds { get; } = runIds;

        public long[] ExperimentIds { get; } = experimentIds;

        public int[] SeriesOf { get; set; } = [];

        public required int InitialCount { get; init; }

        public bool MayStream => InitialCount >= 0;

        /// <summary>Its place among those that stream; null if it is read whole.</summary>
        public IDisposable? Place { get; set; }

        // All runs, whether they have the metric or not.
        public SeriesRun[] Runs() => [.. RunIds.Select((run, i) => new SeriesRun(run, ExperimentIds[i], 0, 0, 0))];

        // Known only where the request is traced.
        public StepTrace? Step { get; } = StepTrace.Current;

        public TaskCompletionSource<(SeriesAnswer Answer, int[] SeriesOf)> Answer { get; } = new();
    }
}
