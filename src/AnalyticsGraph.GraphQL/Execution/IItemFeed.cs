namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>
/// Items that a store still sends, for the streamed lists of one object (<see cref="OpenListColumn"/>): lists of one feed go on together, by the same chunks. The next chunk is asked for when
/// all of the one before was delivered and the client has taken it: whoever takes the parts sets the pace.
/// </summary>
public interface IItemFeed
{
    /// <summary>Whether the chunk that is here is known to be the last.</summary>
    bool IsComplete { get; }

    /// <summary>Goes on to the next chunk. Runs beside the steps of the request, not on its thread: it touches nothing that they share. What it throws ends the lists with an error.</summary>
    /// <param name="cancellationToken">The request's.</param>
    /// <returns>False if there was no more.</returns>
    Task<bool> ReadAsync(CancellationToken cancellationToken);
}
