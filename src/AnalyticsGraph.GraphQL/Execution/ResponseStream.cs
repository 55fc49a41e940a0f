using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Observability;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>
/// The responses to one operation, in order (section 6.2.3.2, MapSourceToResponseEvent). The next event is taken and executed when it is asked for, not before: whoever sends the
/// responses sets the pace.
/// </summary>
public sealed class ResponseStream : IAsyncDisposable
{
    private readonly IAsyncEnumerator<object>? _events;
    private readonly RequestContext? _context;
    private readonly CancellationTokenSource? _ended;
    private readonly Func<object, ValueTask<ExecutionResult>>? _execute;
    private readonly Func<Exception, GraphQLError>? _toError;
    private readonly IncrementalResult? _parts;
    private ExecutionResult? _only;
    private bool _hasEnded;
    private bool _isDisposed;

    internal ResponseStream(ExecutionResult only) => (_only, _parts, _hasEnded) = (only, only as IncrementalResult, true);

    internal ResponseStream(
        IAsyncEnumerator<object> events, RequestContext context, CancellationTokenSource ended, Func<object, ValueTask<ExecutionResult>> execute, Func<Exception, GraphQLError> toError)
    {
        (_events, _context, _ended, _execute, _toError) = (events, context, ended, execute, toError);
        GraphQLTelemetry.ActiveSubscriptions.Add(1);
    }

    /// <summary>The only response, as long as it was not read; null for a subscription.</summary>
    internal ExecutionResult? First => _only;

    /// <summary>Whether it is the stream of a subscription; else there is one response, which may come in parts (<see cref="GraphQLRequest.AllowParts"/>).</summary>
    public bool IsSubscription => _events is not null;

    /// <summary>The response of an operation that could not begin, as long as it was not read; else null.</summary>
    public ExecutionResult? RequestError => _only is { IsRequestError: true } refused ? refused : null;

    /// <summary>
    /// The next response, or part of one. One with <see cref="ExecutionResult.IsRequestError"/> is the last: the operation could not begin, or the source stream failed. Not to be called again before
    /// it has returned.
    /// </summary>
    /// <returns>The response, to be disposed; null at the end.</returns>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public async ValueTask<ExecutionResult?> ReadAsync()
    {
        if (_hasEnded)
        {
            if (_only is not { } only)
            {
                return _parts is null ? null : await _parts.NextAsync().ConfigureAwait(false);
            }

            _only = null;
            return only;
        }

        // Events may wait to be read that nobody wants any more.
        var cancellation = _context!.CancellationToken;
        cancellation.ThrowIfCancellationRequested();
        try
        {
            if (!await _events!.MoveNextAsync().ConfigureAwait(false))
            {
                _hasEnded = true;
                return null;
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            _hasEnded = true;
            return ResponseAssembly.RequestError([_toError!(exception)]);
        }

        var response = await _execute!(_events.Current).ConfigureAwait(false);
        if (cancellation.IsCancellationRequested)
        {
            response.Dispose();
            cancellation.ThrowIfCancellationRequested();
        }

        return response;
    }

    /// <summary>Leaves the source stream, and frees what the subscription holds.</summary>
    public async ValueTask DisposeAsync()
    {
        _only?.Dispose();
        _only = null;
        if (_parts is not null)
        {
            await _parts.DisposeAsync().ConfigureAwait(false);
        }

        if (_events is null || _isDisposed)
        {
            return;
        }

        (_hasEnded, _isDisposed) = (true, true);
        GraphQLTelemetry.ActiveSubscriptions.Add(-1);

        try
        {
            // What the source began and did not hand over, such as listening to topics, ends by the token alone.
            await _ended!.CancelAsync().ConfigureAwait(false);
            await _events.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // The responses stand; that something was not freed is for the log.
            _toError!(exception);
        }

        _ended!.Dispose();
        await _context!.DisposeAsync().ConfigureAwait(false);
    }
}
