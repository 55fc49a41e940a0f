using System.Threading.Channels;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Observability;

namespace AnalyticsGraph.GraphQL.Topics;

/// <summary>One subscriber's buffer.</summary>
internal sealed class TopicSubscription<T> : IAsyncEnumerable<T>, IAsyncEnumerator<T>
{
    private readonly Channel<T> _waiting;
    private readonly Action<TopicSubscription<T>> _remove;
    private CancellationTokenRegistration _registration;
    private CancellationToken _cancellation;
    private T _current = default!;
    private int _hasEnded;

    /// <summary>Makes a subscription that is not told of anything yet.</summary>
    /// <param name="capacity">How many events may wait.</param>
    /// <param name="remove">Called once, when it shall be told no more.</param>
    public TopicSubscription(int capacity, Action<TopicSubscription<T>> remove)
    {
        _remove = remove;
        _waiting = Channel.CreateBounded<T>(new BoundedChannelOptions(capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    }

    /// <inheritdoc />
    public T Current => _current;

    /// <summary>Whether it is told no more.</summary>
    public bool HasEnded => Volatile.Read(ref _hasEnded) != 0;

    /// <summary>Ends the subscription with a token, whether it is read or not.</summary>
    public void EndWith(CancellationToken cancellation)
    {
        _cancellation = cancellation;
        _registration = cancellation.UnsafeRegister(static subscription => ((TopicSubscription<T>)subscription!).Remove(), this);
    }

    /// <summary>Adds an event; where there is no room, the subscription ends.</summary>
    public void Add(T occurred)
    {
        if (!_waiting.Writer.TryWrite(occurred) && _waiting.Writer.TryComplete(new GraphQLException(new GraphQLError(
            "The events came faster than they were taken, and the subscription was ended rather than miss some. Read the present state, and subscribe again.",
            ErrorCodes.SubscriptionOverflow))))
        {
            GraphQLTelemetry.SubscriptionOverflows.Add(1);
            Remove();
        }
    }

    /// <inheritdoc />
    public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default) => this;

    /// <inheritdoc />
    public async ValueTask<bool> MoveNextAsync() => _waiting.Reader.TryRead(out _current!)
        || (await _waiting.Reader.WaitToReadAsync(_cancellation).ConfigureAwait(false) && _waiting.Reader.TryRead(out _current!));

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        Remove();
        return _registration.DisposeAsync();
    }

    private void Remove()
    {
        if (Interlocked.Exchange(ref _hasEnded, 1) == 0)
        {
            _waiting.Writer.TryComplete();
            _remove(this);
        }
    }
}
