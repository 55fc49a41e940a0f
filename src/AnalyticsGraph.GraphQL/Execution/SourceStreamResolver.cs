using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>
/// How a root field of a subscription is resolved (section 6.2.3). It opens the source stream once for each subscription; each of its events is then the root value of one execution of the
/// operation, for which the field is bound and run like any other: its one parent's <see cref="ObjectBatch.Source"/> is the event.
/// </summary>
public abstract class SourceStreamResolver : FieldResolver
{
    /// <summary>
    /// Section 6.2.3.1, CreateSourceEventStream. From its return on no event may be missed. The stream bounds by itself what waits to be read: it is read no faster than the client
    /// takes the answers.
    /// </summary>
    /// <param name="context">The subscription's own request: its token ends when the subscription does, and so does what it holds. Each event is executed in a request of its own.</param>
    /// <returns>The events, each as the source of the root batch; disposed when the subscription ends. What it throws ends the subscription and is told to the client.</returns>
    /// <exception cref="Errors.GraphQLException">There is no stream; the client is told why.</exception>
    public abstract ValueTask<IAsyncEnumerator<object>> OpenAsync(StepContext context);
}

/// <summary>A subscription whose field's value is the event.</summary>
internal sealed class EventResolver<TEvent>(Func<StepContext, ValueTask<IAsyncEnumerable<TEvent>>> open) : SourceStreamResolver
{
    private readonly SourceResolver<TEvent, TEvent> _value = new(occurred => occurred);

    public override FieldStep Bind(FieldBinding binding) => _value.Bind(binding);

    public override string? FindFault(FieldDefinition field, ClrTypes clrTypes) => _value.FindFault(field, clrTypes);

    public override async ValueTask<IAsyncEnumerator<object>> OpenAsync(StepContext context)
    {
        var events = await open(context).ConfigureAwait(false);
        return new Sources(events.GetAsyncEnumerator(context.CancellationToken));
    }

    /// <summary>Each event as the source of a batch of one. No iterator: the stream is entered, and left again, even if nobody reads it.</summary>
    private sealed class Sources(IAsyncEnumerator<TEvent> events) : IAsyncEnumerator<object>
    {
        public object Current => new[] { events.Current };

        public ValueTask<bool> MoveNextAsync() => events.MoveNextAsync();

        public ValueTask DisposeAsync() => events.DisposeAsync();
    }
}
