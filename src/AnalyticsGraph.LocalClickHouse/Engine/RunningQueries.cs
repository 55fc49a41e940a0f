using System.Collections.Concurrent;
using AnalyticsGraph.LocalClickHouse.Errors;

namespace AnalyticsGraph.LocalClickHouse.Engine;

/// <summary>
/// The requests that run, by the clients' query ids. The engine makes up ids of its own; clients find and kill their queries by
/// theirs.
/// </summary>
internal sealed class RunningQueries(EngineHost engine)
{
    private static readonly TimeSpan ReplacePatience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, RunningQuery> _byId = new(StringComparer.Ordinal);

    /// <summary>The slots and ids of what runs now.</summary>
    internal IEnumerable<(string Slot, string QueryId)> Now => _byId.Values.Where(q => q.Slot is not null).Select(q => (q.Slot!, q.Id));

    /// <summary>Enters a request; with <paramref name="replace"/> a running one of the same id is ended first.</summary>
    /// <exception cref="ServerException">The id is taken.</exception>
    internal async Task<RunningQuery> Enter(string id, bool replace)
    {
        var query = new RunningQuery(this, engine, id);
        if (_byId.TryAdd(id, query)) return query;
        if (replace && _byId.TryGetValue(id, out var older))
        {
            older.Cancel();
            await Task.WhenAny(older.Ended, Task.Delay(ReplacePatience)).ConfigureAwait(false);
            if (_byId.TryAdd(id, query)) return query;
        }
        throw ServerException.Create(ErrorCode.QueryWithSameIdIsAlreadyRunning, $"Query with id = {id} is already running");
    }

    /// <summary>Ends everything that runs.</summary>
    internal void CancelAll()
    {
        foreach (var query in _byId.Values) query.Cancel();
    }

    internal void Leave(RunningQuery query) => _byId.TryRemove(new(query.Id, query));
}

/// <summary>One request while it runs.</summary>
internal sealed class RunningQuery(RunningQueries all, EngineHost engine, string id) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _kill = Task.CompletedTask;
    private bool _endsWithClient;
    private bool _clientGone;

    /// <summary>The client's id.</summary>
    internal string Id { get; } = id;

    /// <summary>The connection's slot while a statement runs on it, else null.</summary>
    internal string? Slot { get; private set; }

    /// <summary>Whether someone asked to end it.</summary>
    internal bool Cancelled { get; private set; }

    /// <summary>Completes when the request is over.</summary>
    internal Task Ended => _ended.Task;

    /// <summary>Says on which connection the statement runs from now on.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="endsWithClient">Whether the statement is pointless once its client is gone. What writes goes on: its client cannot know how far it came.</param>
    /// <exception cref="ServerException">It was cancelled before it began.</exception>
    internal void Begin(Connection connection, bool endsWithClient)
    {
        lock (_gate)
        {
            if (Cancelled || _clientGone && endsWithClient) throw WasCancelled();
            Slot = connection.Slot;
            _endsWithClient = endsWithClient;
        }
    }

    /// <summary>The client has closed its connection.</summary>
    internal void ClientGone()
    {
        lock (_gate)
        {
            _clientGone = true;
            if (_endsWithClient) Cancel();
        }
    }

    /// <summary>Ends the statement, now or as soon as it begins.</summary>
    internal void Cancel()
    {
        lock (_gate)
        {
            if (Cancelled || _ended.Task.IsCompleted) return;
            Cancelled = true;
            if (Slot is not null) _kill = Cancellation.Kill(engine, Slot, _ended.Task);
        }
    }

    /// <summary>The statement is over; false: it was cancelled meanwhile, so its connection must not serve another.</summary>
    internal bool End()
    {
        lock (_gate)
        {
            Slot = null;
            return !Cancelled;
        }
    }

    public ValueTask DisposeAsync()
    {
        all.Leave(this);
        lock (_gate) _ended.TrySetResult();
        // A kill that is under way uses the engine, which must outlive it.
        return new(_kill);
    }

    private static ServerException WasCancelled() => ServerException.Create(ErrorCode.QueryWasCancelled, "Query was cancelled");
}
