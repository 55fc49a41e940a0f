using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace AnalyticsGraph.GraphQL.Topics;

/// <summary>Topics of one server. Publishing takes no lock; each subscriber has a buffer of its own, so that a slow one holds up nobody.</summary>
/// <param name="capacity">How many events may wait for a subscriber. Events are shared by all subscribers, not copied.</param>
public sealed class InProcessTopics(int capacity = 256) : ITopicEvents
{
    private readonly ConcurrentDictionary<object, ImmutableArray<object>> _subscribers = new();
    private int _count;

    /// <summary>How many subscriptions there are at the moment.</summary>
    public int SubscriptionCount => Volatile.Read(ref _count);

    /// <inheritdoc />
    public bool MayHaveSubscribers<T>(Topic<T> topic) => _subscribers.ContainsKey(topic);

    /// <inheritdoc />
    public void Publish<T>(Topic<T> topic, T occurred)
    {
        if (_subscribers.TryGetValue(topic, out var subscribers))
        {
            foreach (var subscriber in subscribers)
            {
                ((TopicSubscription<T>)subscriber).Add(occurred);
            }
        }
    }

    /// <inheritdoc />
    public ValueTask<IAsyncEnumerable<T>> SubscribeAsync<T>(IReadOnlyCollection<Topic<T>> topics, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Topic<T>[] distinct = [.. topics.Distinct()];
        Interlocked.Increment(ref _count);
        var subscription = new TopicSubscription<T>(capacity, subscription =>
        {
            Remove(distinct, subscription);
            Interlocked.Decrement(ref _count);
        });
        foreach (var topic in distinct)
        {
            _subscribers.AddOrUpdate(topic, static (_, added) => [added], static (_, present, added) => present.Add(added), (object)subscription);
        }

        subscription.EndWith(cancellationToken);
        if (subscription.HasEnded)
        {
            // Its buffer was full before it had all of its topics.
            Remove(distinct, subscription);
        }

        return new(subscription);
    }

    private void Remove<T>(Topic<T>[] topics, TopicSubscription<T> subscription)
    {
        foreach (var topic in topics)
        {
            while (_subscribers.TryGetValue(topic, out var present))
            {
                // The last one takes the topic along, unless another has come meanwhile.
                var left = present.Remove(subscription);
                if (left.IsEmpty ? _subscribers.TryRemove(new(topic, present)) : _subscribers.TryUpdate(topic, left, present))
                {
                    break;
                }
            }
        }
    }
}
