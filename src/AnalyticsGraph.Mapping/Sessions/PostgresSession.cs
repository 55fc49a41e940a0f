using System.Text;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Observability;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Rows;
using AnalyticsGraph.Mapping.Sql;
using Npgsql;

namespace AnalyticsGraph.Mapping.Sessions;

/// <summary>Sends all statements of a level in one batch: one round trip, on a pooled connection that is held no longer than that.</summary>
public sealed class PostgresSession : StoreSession
{
    private readonly PostgresServer _server;

    internal PostgresSession(PostgresServer server, RequestContext request, IPolicyProvider policies, MappingLimits limits, SessionCounters counters)
        : base(Store.Postgres, request, policies, limits, counters) => _server = server;

    /// <summary>Late within a level, so that what others learn while dispatching can still be asked in the same round trip.</summary>
    public override int Order => 100;

    /// <summary>Asks a statement of C# in the level's round trip.</summary>
    /// <param name="sql">The statement; every column it selects is a bigint that is not null.</param>
    /// <param name="columns">How many columns it selects.</param>
    /// <param name="steps">Who asks, where that is not the step whose code runs; null for that one.</param>
    /// <returns>The columns, each with a value for every row.</returns>
    /// <exception cref="GraphQL.Errors.GraphQLException">PostgreSQL could not answer.</exception>
    public async Task<long[][]> AskIntegersAsync(SqlBuilder sql, int columns, IReadOnlyList<StepTrace>? steps = null)
    {
        ArgumentNullException.ThrowIfNull(sql);
        var shapes = Enumerable.Repeat(new ValueShape(ValueKind.Int64, IsArray: false, IsNullable: false), columns);
        var result = await Ask(new StoreQuestion(sql.Build(), [.. shapes]) { Steps = steps ?? [] }).ConfigureAwait(false);
        return [.. result.Values.Select(values => ((Int64Values)values).Values[..result.Count])];
    }

    /// <summary>Asks a statement of C# in the level's round trip.</summary>
    /// <param name="sql">The statement; every column it selects is a double.</param>
    /// <param name="columns">How many columns it selects.</param>
    /// <returns>The columns, each with a value for every row; NaN for null.</returns>
    /// <exception cref="GraphQL.Errors.GraphQLException">PostgreSQL could not answer.</exception>
    public async Task<double[][]> AskDoublesAsync(SqlBuilder sql, int columns)
    {
        ArgumentNullException.ThrowIfNull(sql);
        var shapes = Enumerable.Repeat(new ValueShape(ValueKind.Double, IsArray: false, IsNullable: true), columns);
        var result = await Ask(new StoreQuestion(sql.Build(), [.. shapes])).ConfigureAwait(false);
        return [.. result.Values.Select(values => Enumerable.Range(0, result.Count).Select(row => values.IsNull(row) ? double.NaN : ((DoubleValues)values).Values[row]).ToArray())];
    }

    /// <summary>Asks a statement of C# at once: one that follows from what another has answered.</summary>
    /// <param name="sql">The statement; it selects columns of bigint that are not null, then columns of text.</param>
    /// <param name="integers">How many columns of bigint.</param>
    /// <param name="texts">How many columns of text.</param>
    /// <returns>The columns, each with a value for every row.</returns>
    /// <exception cref="GraphQL.Errors.GraphQLException">PostgreSQL could not answer.</exception>
    public async Task<(long[][] Integers, string?[][] Texts)> AskNowAsync(SqlBuilder sql, int integers, int texts)
    {
        ArgumentNullException.ThrowIfNull(sql);
        var shapes = Enumerable.Repeat(new ValueShape(ValueKind.Int64, IsArray: false, IsNullable: false), integers)
            .Concat(Enumerable.Repeat(new ValueShape(ValueKind.Text, IsArray: false, IsNullable: true), texts));
        var result = await AskNow(new StoreQuestion(sql.Build(), [.. shapes])).ConfigureAwait(false);
        return (
            [.. result.Values.Take(integers).Select(values => ((Int64Values)values).Values[..result.Count])],
            [.. result.Values.Skip(integers).Select(values => Enumerable.Range(0, result.Count).Select(row => values.IsNull(row) ? null : Encoding.UTF8.GetString(((TextValues)values)[row])).ToArray())]);
    }

    /// <summary>Sends a statement at once, on a connection of its own, whose rows are taken as they come.</summary>
    /// <returns>Null if too many do so already.</returns>
    internal RowStream? TryOpen(StoreQuestion question, StreamPlaces places, CancellationToken cancellationToken)
    {
        if (places.TryTake() is not { } place)
        {
            return null;
        }

        NoteAsker(question);
        Counters.Record(question.Statement.Text);
        Counters.CountPostgres(1);
        return RowStream.Start(_server, question, Limits, Trace, place, cancellationToken);
    }

    private protected override async Task RunAsync(List<StoreQuestion> questions, CancellationToken cancellationToken)
    {
        // A statement that PostgreSQL refuses ends the batch; the ones behind it are asked again without it, so that only its own fields fail.
        var first = 0;
        while (first < questions.Count)
        {
            var (answered, error) = await RunBatchAsync(questions, first, cancellationToken).ConfigureAwait(false);
            first += answered;
            if (error is null)
            {
                continue;
            }

            var mapped = StoreErrors.FromPostgres(error, Limits, cancellationToken);
            if (mapped is not GraphQLException { Error.Code: ErrorCodes.StoreUnavailable or ErrorCodes.Cancelled } && !IsTimeout(error))
            {
                questions[first++].Error = mapped;
                continue;
            }

            for (; first < questions.Count; first++)
            {
                questions[first].Error = mapped;
            }
        }

        foreach (var question in questions)
        {
            question.Complete();
        }
    }

    /// <summary>Who waits once too long would wait again for each of the statements behind.</summary>
    private static bool IsTimeout(Exception error) =>
        error is TimeoutException or PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } or NpgsqlException { InnerException: TimeoutException };

    private async Task<(int Answered, Exception? Error)> RunBatchAsync(List<StoreQuestion> questions, int first, CancellationToken cancellationToken)
    {
        var answered = 0;
        var trip = PostgresTrip.Begin(_server, Trace, questions, first);
        try
        {
            await _server.RunAsync(Limits, AskAsync, () => answered + questions.Sum(question => question.RowsRead), cancellationToken).ConfigureAwait(false);
            trip?.End(answered, null);
            return (answered, null);
        }
        catch (Exception exception)
        {
            // With the last answer complete, what fails later (giving the connection back) harms nobody.
            var error = answered == questions.Count - first ? null : exception;
            trip?.End(answered, error);
            return (answered, error);
        }

        async Task AskAsync(NpgsqlBatch batch)
        {
            for (var i = first; i < questions.Count; i++)
            {
                batch.BatchCommands.Add(PostgresParameters.ToCommand(questions[i].Statement));
                Counters.Record(questions[i].Statement.Text);
            }

            Counters.CountPostgres(questions.Count - first);
            var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using var _ = reader.ConfigureAwait(false);
            for (var i = first; i < questions.Count; i++)
            {
                questions[i].Result = await PostgresRowReader.ReadAsync(reader, questions[i], cancellationToken).ConfigureAwait(false);
                answered++;
                await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
