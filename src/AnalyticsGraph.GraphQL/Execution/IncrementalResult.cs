using AnalyticsGraph.GraphQL.Errors;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>
/// The first part of a response whose others follow (the incremental delivery RFC: <c>pending</c>, <c>incremental</c>, <c>completed</c>). To be disposed asynchronously, which ends what
/// still runs for the parts that nobody took.
/// </summary>
public sealed class IncrementalResult : ExecutionResult, IAsyncDisposable
{
    private readonly IncrementalDelivery _delivery;
    private readonly CancellationTokenSource? _timer;
    private readonly TimeSpan _timeout;
    private readonly Func<Exception, GraphQLError> _toError;
    private Func<ValueTask>? _end;

    internal IncrementalResult(
        ExecutionResult first, IncrementalDelivery delivery, CancellationTokenSource? timer, TimeSpan timeout, Func<Exception, GraphQLError> toError, Func<ValueTask> end)
        : base(first)
    {
        (_delivery, _timer, _timeout, _toError, _end) = (delivery, timer, timeout, toError, end);
        _timer?.CancelAfter(Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether a part is still to come.</summary>
    public bool HasNext => _end is not null && _delivery.HasNext;

    /// <summary>
    /// Resolves the next part: nothing is begun before it is asked for. What fails as a whole is told in the part's errors; the time that a request may run counts anew for each.
    /// </summary>
    /// <returns>The part, to be disposed; null when there are no more.</returns>
    public async ValueTask<ExecutionResult?> NextAsync()
    {
        if (!HasNext)
        {
            return null;
        }

        _timer?.CancelAfter(_timeout);
        var next = await _delivery.NextAsync(_toError).ConfigureAwait(false);
        _timer?.CancelAfter(Timeout.InfiniteTimeSpan);
        return next;
    }

    /// <summary>Cancels what still runs, frees what the request holds, and gives the buffer back.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_end is { } end)
        {
            _end = null;
            if (_timer is not null)
            {
                await _timer.CancelAsync().ConfigureAwait(false);
            }

            await _delivery.WaitForStepsToEndAsync().ConfigureAwait(false);
            await end().ConfigureAwait(false);
        }

        Dispose();
    }
}
