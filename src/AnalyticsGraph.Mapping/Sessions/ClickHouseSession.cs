using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Observability;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Rows;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Mapping.Sessions;

/// <summary>Sends a level's questions to ClickHouse, each as a query of its own, all at once: its HTTP interface has no batches.</summary>
public sealed class ClickHouseSession : StoreSession
{
    private readonly ClickHouseReads _reads;
    private readonly Func<CancellationToken, Task>? _catchUp;

    internal ClickHouseSession(
        ClickHouseReads reads,
        Func<CancellationToken, Task>? catchUp,
        RequestContext request,
        IPolicyProvider policies,
        MappingLimits limits,
        SessionCounters counters)
        : base(Store.ClickHouse, request, policies, limits, counters) => (_reads, _catchUp) = (reads, catchUp);

    /// <inheritdoc />
    public override int Order => 90;

    /// <summary>Sends a query of C# at once, and reads its answer block by block. That ClickHouse has what it is asked for is the caller's care.</summary>
    /// <param name="query">The query; its time limit is the request's if it states none.</param>
    /// <param name="read">Takes a block; blocks are not kept.</param>
    /// <param name="steps">Who asks.</param>
    /// <param name="cancellationToken">The request's: cancelling ends the query in the store.</param>
    /// <exception cref="GraphQL.Errors.GraphQLException">ClickHouse could not answer, or <paramref name="read"/> said so.</exception>
    public async Task ReadBlocksAsync(ClickHouseQuery query, Action<Block> read, IReadOnlyList<StepTrace> steps, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(read);
        var trip = ClickHouseTrip.Begin(Trace, query.Sql, steps);
        try
        {
            Counters.CountClickHouse();
            Counters.Record(query.Sql);
            await _reads.ReadAsync(trip?.Describe(query) ?? query, ReadAsync, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            trip?.Fail(exception);
            throw;
        }

        async Task<long> ReadAsync(ClickHouseResult result)
        {
            var rows = 0L;
            await foreach (var block in result.ReadBlocksAsync(cancellationToken).ConfigureAwait(false))
            {
                using (block)
                {
                    rows += block.RowCount;
                    read(block);
                }
            }

            trip?.End(result, rows);
            return rows;
        }
    }

    /// <summary>As <see cref="ReadBlocksAsync"/>, when everything that was acknowledged before has come to ClickHouse.</summary>
    /// <param name="query">The query; its time limit is the request's if it states none.</param>
    /// <param name="read">Takes a block; blocks are not kept.</param>
    /// <param name="cancellationToken">The request's: cancelling ends the query in the store.</param>
    /// <param name="catchUp">Brings there what the query needs, where that is less than everything; null for everything.</param>
    /// <exception cref="GraphQL.Errors.GraphQLException">ClickHouse could not answer, or not be brought up to date, or <paramref name="read"/> said so.</exception>
    public async Task ReadCaughtUpAsync(ClickHouseQuery query, Action<Block> read, CancellationToken cancellationToken, Func<CancellationToken, Task>? catchUp = null)
    {
        StepTrace[] steps = Asker is { } asker ? [asker] : [];
        if (await CatchUpAsync(catchUp ?? _catchUp, cancellationToken).ConfigureAwait(false) is { } behind)
        {
            throw behind;
        }

        await ReadBlocksAsync(query, read, steps, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends a query of C# at once, whose answer is read block by block as it is asked for. That ClickHouse has what it is asked for is the caller's care.</summary>
    /// <param name="query">The query; its time limit is the request's if it states none, and counts anew for each block.</param>
    /// <param name="steps">Who asks.</param>
    /// <param name="cancellationToken">The request's: cancelling ends the query in the store.</param>
    /// <returns>The blocks, to be disposed.</returns>
    /// <exception cref="GraphQL.Errors.GraphQLException">ClickHouse could not answer.</exception>
    public async Task<BlockStream> OpenBlocksAsync(ClickHouseQuery query, IReadOnlyList<StepTrace> steps, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        var trip = ClickHouseTrip.Begin(Trace, query.Sql, steps);
        try
        {
            Counters.CountClickHouse();
            Counters.Record(query.Sql);
            var result = await _reads.OpenAsync(trip?.Describe(query) ?? query, cancellationToken).ConfigureAwait(false);
            return new BlockStream(result, Limits, trip, cancellationToken);
        }
        catch (Exception exception)
        {
            trip?.Fail(exception);
            throw;
        }
    }

    private protected override async Task RunAsync(List<StoreQuestion> questions, CancellationToken cancellationToken)
    {
        var behind = await CatchUpAsync(_catchUp, cancellationToken).ConfigureAwait(false);
        if (behind is null)
        {
            await Task.WhenAll(questions.Select(question => AskAsync(question, cancellationToken))).ConfigureAwait(false);
        }

        // Steps go on one after another, not each on the thread that its answer came on: a request's state belongs to one thread at a time.
        foreach (var question in questions)
        {
            question.Error ??= behind;
            question.Complete();
        }
    }

    // What keeps ClickHouse behind is an error of the fields that would read it: they must not show less than was acknowledged.
    private async Task<Exception?> CatchUpAsync(Func<CancellationToken, Task>? catchUp, CancellationToken cancellationToken)
    {
        // A limit of its own, less than the request's: a store that hangs fails these fields, not those beside them.
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(Limits.StatementTimeout);
        try
        {
            await (catchUp?.Invoke(limited.Token) ?? Task.CompletedTask).ConfigureAwait(false);
            return null;
        }
        catch (Exception exception)
        {
            return StoreErrors.FromClickHouse(exception, Limits, cancellationToken);
        }
    }

    private async Task AskAsync(StoreQuestion question, CancellationToken cancellationToken)
    {
        var trip = ClickHouseTrip.Begin(Trace, question.Statement.Text, question.Steps);
        try
        {
            Counters.CountClickHouse();
            Counters.Record(question.Statement.Text);
            var query = question.Statement.ToClickHouseQuery();
            question.Result = await _reads.ReadAsync(trip?.Describe(query) ?? query, ReadAsync, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            trip?.Fail(exception);
            question.Error = exception;
        }

        async Task<RowResult> ReadAsync(ClickHouseResult result)
        {
            var rows = await ClickHouseRowReader.ReadAsync(result, question, cancellationToken).ConfigureAwait(false);
            trip?.End(result, rows.Count);
            return rows;
        }
    }
}
