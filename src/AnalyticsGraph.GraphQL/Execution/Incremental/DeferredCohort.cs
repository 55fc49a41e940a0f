namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>The same deferred fields of all objects that wait for them.</summary>
internal sealed class DeferredCohort(OperationRun run, IReadOnlyList<DeferredTask> tasks) : DeliveryCohort(run)
{
    private readonly Dictionary<ObjectBatch, ObjectBatch> _views = [];

    public DeferredCohort Begin()
    {
        foreach (var task in tasks)
        {
            if (!_views.ContainsKey(task.Batch))
            {
                _views.Add(task.Batch, Run.Add(task.Batch, task.Fields));
            }
        }

        return this;
    }

    public override void Deliver(DeliveryGraph graph, DeliveryPayload payload, GraphQLExecutorOptions options)
    {
        foreach (var task in tasks)
        {
            var (writer, errors, work) = BeginPart(options);
            using (writer)
            {
                if (Run.Writer.WriteDeferred(task, _views[task.Batch]))
                {
                    graph.Succeed(task, writer.Written.ToArray(), errors.ToImmutable(), work, payload);
                }
                else
                {
                    graph.Fail(task, errors.ToImmutable(), payload);
                }
            }
        }
    }
}
