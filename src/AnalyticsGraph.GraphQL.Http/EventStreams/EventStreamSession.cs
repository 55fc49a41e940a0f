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
    private readonly ConcurrentDictionary<EventStreamOperation, Task> _running = [];
    private ITimer? _expiry;
    private int _isTaken;
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
            foreach (var operation in _running.Keys)
            {
                await operation.Cancellation.CancelAsync().ConfigureAwait(false);
            }

            await Task.WhenAll(_running.Values).ConfigureAwait(false);
        }
    }

    /// <summary>Admits an operation.</summary>
    /// <exception cref="HttpFaultException">Its id is in use, or there are too many.</exception>
    public EventStreamOperation Add(string id)
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

    /// <summary>Forgets an operation.</summary>
    public void Remove(EventStreamOperation operation) => _operations.TryRemove(new(operation.Id, operation));

    /// <summary>Sends an operation's responses until it ends.</summary>
    public void Run(EventStreamOperation operation, EventStream stream, ResponseStream responses)
    {
        // Taken in before it can end.
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _running[operation] = RunAsync(operation, stream, responses, begun.Task);
        if (stream.Http.RequestAborted.IsCancellationRequested || _stopping.IsCancellationRequested)
        {
            operation.Cancellation.Cancel();
        }

        begun.SetResult();
    }

    /// <summary>Ends an operation whose client has left it; one that is not known has ended by itself.</summary>
    public Task CompleteAsync(string id) => _operations.TryRemove(id, out var operation) ? operation.Cancellation.CancelAsync() : Task.CompletedTask;

    private async Task RunAsync(EventStreamOperation operation, EventStream stream, ResponseStream responses, Task begun)
    {
        await begun.ConfigureAwait(false);
        try
        {
            await using (responses.ConfigureAwait(false))
            {
                await stream.WriteAllAsync(responses, JsonSerializer.Serialize(operation.Id), _stopping).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // Its client has left it, or is gone.
        }
        finally
        {
            Remove(operation);
            _running.TryRemove(operation, out _);
        }
    }

    private static HttpFaultException Gone() => new(StatusCodes.Status404NotFound, "The stream of this token was not opened in time, or could not be.", ErrorCodes.NotFound);

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
