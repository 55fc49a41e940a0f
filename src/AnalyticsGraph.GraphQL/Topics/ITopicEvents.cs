namespace AnalyticsGraph.GraphQL.Topics;

/// <summary>Publishes events to subscribers, within one server or across several.</summary>
public interface ITopicEvents
{
    /// <summary>Whether anybody may listen: what nobody hears need not be made.</summary>
    /// <typeparam name="T">The type of the events.</typeparam>
    /// <param name="topic">The topic.</param>
    bool MayHaveSubscribers<T>(Topic<T> topic);

    /// <summary>
    /// Tells all present subscribers. Called after a commit, on the path of the write: returns at once, waits for no subscriber and no network, and throws nothing. Events of one
    /// publisher arrive in their order.
    /// </summary>
    /// <typeparam name="T">The type of the events.</typeparam>
    /// <param name="topic">The topic.</param>
    /// <param name="occurred">The event.</param>
    void Publish<T>(Topic<T> topic, T occurred);

    /// <summary>
    /// Subscribes to topics. What is published after the task has completed is received, at most once, until the enumerator is disposed. What waits to be read is bounded: a subscriber
    /// who is too slow reads what waits and then gets a <see cref="Errors.GraphQLException"/> of the code <see cref="Errors.ErrorCodes.SubscriptionOverflow"/>, rather than miss
    /// events without knowing. Where events may have been lost on their way, such as with a connection, the stream ends in an error, too.
    /// </summary>
    /// <typeparam name="T">The type of the events.</typeparam>
    /// <param name="topics">The topics, at least one.</param>
    /// <param name="cancellationToken">Ends the subscription.</param>
    /// <returns>The events; enumerated once.</returns>
    ValueTask<IAsyncEnumerable<T>> SubscribeAsync<T>(IReadOnlyCollection<Topic<T>> topics, CancellationToken cancellationToken);
}
