using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using Microsoft.AspNetCore.Http;

namespace AnalyticsGraph.GraphQL.Http;

/// <summary>A single connection: reserved, then open, then gone with all of its operations.</summary>
/// <param name="options">Limits.</param>
/// <param name="time">What they are measured by.</param>
/// <param name="forget">Called when it is gone.</param>
[SuppressMessage("Design", "CA1001", Justification = "The timer is disposed when the connection opens, or when it has fired.")]
internal sealed class EventStreamSession(GraphQLEventStreamOptions options, TimeProvider time, Action forget)
{
    private readonly TaskCompletionSource<EventStream> _stream = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<string, EventStreamOperation> _operations = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private ITimer? _expiry;
    private int _isTaken;
    private bool _hasEnded;

    // The stream itself, and each operation from when it is admitted until it no longer uses the stream.
    private int _users = 1;
    private CancellationToken _stopping;

    /// <summary>The stream, as soon as it is open.</summary>
    public Task<EventStream> Stream => _stream.Task;

    /// <summary>Waits for the connection, but not for ever.</summary>
    public void Reserve() => _expiry = time.CreateTimer(_ => Expire(), null, options.ReservationTimeout, Timeout.InfiniteTimeSpan);

    /// <summary>Takes the reservation, once.</summary>
    public bool TryTake() => Interlocked.Exchange(ref _isTaken, 1) == 0;

    /// <summary>Keeps the stream open until the client leaves or the server stops, and then ends its operations.</summary>
    public async Task RunAsync(HttpContext http, CancellationToken stopping)
    {
        _expiry?.Dispose();
        _stopping = stopping;
        try
        {
            _stream.SetResult(await EventStream.OpenAsync(http, options.KeepAliveInterval, time).ConfigureAwait(false));
        }
        catch
        {
            forget();
            _stream.SetException(Gone());
            throw;
        }

        var stream = await _stream.Task.ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
            await Task.Delay(Timeout.InfiniteTimeSpan, ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            forget();
            lock (_lock)
            {
                _hasEnded = true;
            }

            foreach (var operation in _operations.Values)
            {
                await operation.Cancellation.CancelAsync().ConfigureAwait(false);
            }

            Release();
            await _left.Task.ConfigureAwait(false);
        }
    }

    /// <summary>Admits an operation: the stream stays until it has left.</summary>
    /// <exception cref="HttpFaultException">Its id is in use, there are too many, or the stream has ended.</exception>
    public EventStreamOperation Add(string id)
    {
        lock (_lock)
        {
            if (_hasEnded)
            {
                throw Gone();
            }

            var operation = Enter(id);
            _users++;
            return operation;
        }
    }

    /// <summary>An operation has left.</summary>
    public void Leave(EventStreamOperation operation)
    {
        FreeId(operation);
        Release();
    }

    /// <summary>Sends an operation's responses until it ends, and leaves.</summary>
    public async Task RunAsync(EventStreamOperation operation, EventStream stream, ResponseStream responses)
    {
        await Task.Yield();
        try
        {
            await using (responses.ConfigureAwait(false))
            {
                await stream.WriteAllAsync(responses, JsonSerializer.Serialize(operation.Id), _stopping, () => IsCurrent(operation), () => FreeId(operation)).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // Its client has left it, or is gone.
        }
        finally
        {
            Leave(operation);
        }
    }

    /// <summary>Ends an operation whose client has left it; one that is not known has ended by itself.</summary>
    public Task CompleteAsync(string id) => _operations.TryRemove(id, out var operation) ? operation.Cancellation.CancelAsync() : Task.CompletedTask;

    private bool IsCurrent(EventStreamOperation operation) => _operations.TryGetValue(operation.Id, out var current) && current == operation;

    // Its id may be used again, while the operation still uses the stream.
    private bool FreeId(EventStreamOperation operation) => _operations.TryRemove(new(operation.Id, operation));

    private EventStreamOperation Enter(string id)
    {
        if (_operations.Count >= options.MaxOperations)
        {
            throw new HttpFaultException(
                StatusCodes.Status429TooManyRequests, $"The stream has {options.MaxOperations} operations, which is as many as it may. Complete some first.", ErrorCodes.LimitExceeded);
        }

        var operation = new EventStreamOperation(id);
        return _operations.TryAdd(id, operation)
            ? operation
            : throw new HttpFaultException(StatusCodes.Status409Conflict, $"The stream has an operation \"{id}\" already.", ErrorCodes.Conflict);
    }

    private void Release()
    {
        lock (_lock)
        {
            if (--_users == 0)
            {
                _left.SetResult();
            }
        }
    }

    private static HttpFaultException Gone() => new(StatusCodes.Status404NotFound, "The stream of this token was not opened in time, could not be, or has ended.", ErrorCodes.NotFound);

    private void Expire()
    {
        if (TryTake())
        {
            forget();
            _stream.SetException(Gone());
        }

        _expiry?.Dispose();
    }
}

/// <summary>An operation of a single connection.</summary>
/// <param name="Id">The client's id for it.</param>
internal sealed record EventStreamOperation(string Id)
{
    /// <summary>Cancelled when its client has left it, or the stream ends. Has no timer, and so nothing to free.</summary>
    public CancellationTokenSource Cancellation { get; } = new();

    public CancellationToken Token => Cancellation.Token;
}
