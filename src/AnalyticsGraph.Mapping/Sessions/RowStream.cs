using AnalyticsGraph.GraphQL.Observability;
using AnalyticsGraph.Mapping.Rows;
using Npgsql;

namespace AnalyticsGraph.Mapping.Sessions;

/// <summary>
/// The rows of one statement as PostgreSQL sends them. They are read at the store's pace, not at the client's: the connection and the statement's snapshot are held no longer than the statement runs,
/// however slow the client is, and what waits in memory is no more than the page. Whoever takes rows needs other connections for what lies below them; the reader waits for nobody, so even a pool of
/// one connection cannot lock up.
/// </summary>
internal sealed class RowStream : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly StoreQuestion _question;
    private readonly MappingLimits _limits;
    private readonly IDisposable _place;
    private readonly CancellationTokenSource _ending;
    private PostgresColumn[] _columns;
    private Task _reading = Task.CompletedTask;
    private TaskCompletionSource? _arrival;
    private int _wanted;
    private int _count;
    private int _total;
    private RowResult? _first;
    private RowResult? _last;
    private bool _hasMore;
    private bool _isOver;
    private Exception? _error;

    private RowStream(StoreQuestion question, MappingLimits limits, IDisposable place, CancellationToken cancellationToken)
    {
        (_question, _limits, _place, _columns) = (question, limits, place, PostgresColumn.For(question));
        _ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    }

    /// <summary>Sends the statement.</summary>
    /// <param name="server">Has the connection.</param>
    /// <param name="question">The statement; about one slot.</param>
    /// <param name="limits">How long it may run.</param>
    /// <param name="trace">What the request did; null if nobody asks.</param>
    /// <param name="place">Its place among the statements that stream; taken over.</param>
    /// <param name="cancellationToken">The request's.</param>
    public static RowStream Start(PostgresServer server, StoreQuestion question, MappingLimits limits, RequestTrace? trace, IDisposable place, CancellationToken cancellationToken)
    {
        var stream = new RowStream(question, limits, place, cancellationToken);
        stream._reading = stream.ReadAsync(server, trace, cancellationToken);
        return stream;
    }

    /// <summary>Completes when so many rows wait to be taken, or no more will come.</summary>
    /// <param name="rows">How many.</param>
    public Task ArrivalOf(int rows)
    {
        lock (_gate)
        {
            if (_isOver || _count >= rows)
            {
                return Task.CompletedTask;
            }

            _wanted = rows;
            _arrival = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _arrival.Task;
        }
    }

    /// <summary>Takes the rows that wait.</summary>
    /// <returns>The rows, with whether there are more than the page has; and whether they were the last.</returns>
    /// <exception cref="GraphQL.Errors.GraphQLException">PostgreSQL failed.</exception>
    public (RowResult Rows, bool IsLast) Take()
    {
        lock (_gate)
        {
            if (_error is not null)
            {
                throw _error;
            }

            var rows = Waiting();
            if (rows.Count > 0)
            {
                (_first, _last) = (_first ?? rows, rows);
            }

            (_columns, _count) = (PostgresColumn.For(_question), 0);
            return (rows, _isOver);
        }
    }

    /// <summary>Waits for the end of the statement, whoever takes its rows.</summary>
    /// <returns>Rows that begin with the first one, and rows that end with the last one and tell whether there are more than the page has; the same if they are few.</returns>
    /// <exception cref="GraphQL.Errors.GraphQLException">PostgreSQL failed.</exception>
    public async Task<(RowResult First, RowResult Last)> EndsAsync()
    {
        await _reading.ConfigureAwait(false);
        lock (_gate)
        {
            if (_error is not null)
            {
                throw _error;
            }

            // Rows that nobody took yet are kept for whoever does.
            var last = _count > 0 || _last is null ? Waiting() : _last with { Groups = GroupOf(_last.Count) };
            return (_first ?? last, last);
        }
    }

    /// <summary>Ends the statement if it still runs, and gives the connection back.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_reading.IsCompleted)
        {
            await _ending.CancelAsync().ConfigureAwait(false);
        }

        await _reading.ConfigureAwait(false);
        _ending.Dispose();
    }

    private RowResult Waiting() => new(Array.ConvertAll(_columns, column => column.Build()), _count, GroupOf(_count));

    private RowGroups GroupOf(int count) => new([0, count], _hasMore ? [true] : null);

    // Never throws: who takes rows is told.
    private async Task ReadAsync(PostgresServer server, RequestTrace? trace, CancellationToken request)
    {
        Exception? error = null;
        var trip = PostgresTrip.Begin(server, trace, [_question], 0);
        try
        {
            await server.RunAsync(_limits, ReadAsync, () => Volatile.Read(ref _total), _ending.Token).ConfigureAwait(false);
            _question.Result = new RowResult([], _total, null);
            trip?.End(1, null);
        }
        catch (Exception exception)
        {
            trip?.End(0, exception);
            error = StoreErrors.FromPostgres(exception, _limits, request);
        }

        _place.Dispose();
        lock (_gate)
        {
            (_isOver, _error) = (true, error);
            _arrival?.TrySetResult();
        }
    }

    private async Task ReadAsync(NpgsqlBatch batch)
    {
        batch.BatchCommands.Add(PostgresParameters.ToCommand(_question.Statement));
        var reader = await batch.ExecuteReaderAsync(_ending.Token).ConfigureAwait(false);
        await using var _ = reader.ConfigureAwait(false);
        while (await reader.ReadAsync(_ending.Token).ConfigureAwait(false))
        {
            Add(reader);
        }
    }

    private void Add(NpgsqlDataReader reader)
    {
        lock (_gate)
        {
            if (_total == _question.Limit)
            {
                _hasMore = true;
                return;
            }

            foreach (var column in _columns)
            {
                column.Read(reader);
            }

            _total++;
            if (++_count >= _wanted)
            {
                _arrival?.TrySetResult();
            }
        }
    }
}
