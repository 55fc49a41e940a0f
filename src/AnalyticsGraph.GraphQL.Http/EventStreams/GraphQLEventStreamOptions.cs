namespace AnalyticsGraph.GraphQL.Http;

/// <summary>How GraphQL is spoken over server-sent events, by the protocol of <c>graphql-sse</c>, in both of its modes.</summary>
public sealed class GraphQLEventStreamOptions
{
    /// <summary>After how long without an event a comment is sent, so that nobody between takes the connection for dead.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(12);

    /// <summary>How many operations of a single connection may run at once; one more is refused.</summary>
    public int MaxOperations { get; init; } = 100;

    /// <summary>How many single connections may be reserved or open; one more is refused.</summary>
    public int MaxReservations { get; init; } = 1_000;

    /// <summary>How long a reservation waits for its connection.</summary>
    public TimeSpan ReservationTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
