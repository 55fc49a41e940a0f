namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>Parts that are resolved and delivered together: the same deferred fields of all objects that wait for them, or the next items of all lists of one field.</summary>
internal abstract class DeliveryCohort(OperationRun run)
{
    public OperationRun Run { get; } = run;

    /// <summary>Writes the parts whose columns are there.</summary>
    public abstract void Deliver(DeliveryGraph graph, DeliveryPayload payload, GraphQLExecutorOptions options);

    private protected (ResponseWriter Writer, ErrorCollection Errors, DeliveryWork Work) BeginPart(GraphQLExecutorOptions options)
    {
        var part = (Writer: new ResponseWriter(limit: options.MaxResponseBytes), Errors: new ErrorCollection(options.MaxErrors), Work: new DeliveryWork());
        Run.Writer.Begin(part.Writer, part.Errors, part.Work);
        return part;
    }
}
