using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.Mapping.Resolvers;

/// <summary>What a connection tells of its page. Deferred, it waits for the end of rows that are still read, or asks for them.</summary>
internal sealed class PageInfoResolver : FieldResolver
{
    public override FieldStep Bind(FieldBinding binding)
    {
        var (type, context) = ((ObjectType)binding.Field.Definition.Type.Named, ConnectionContext.Of(binding));
        return binding.Field.Deferral.IsEmpty ? new Step(type, context) : new WaitingStep(type, context);
    }

    private static ObjectColumn Column(ObjectBatch parents, ObjectType type, PageEnds ends) => new(new ObjectBatch(type, parents.Count, ends));

    private static ObjectColumn Column(ObjectBatch parents, ObjectType type)
    {
        var rows = ((ConnectionRows)parents.Source).Rows;
        return Column(parents, type, new PageEnds(rows, rows));
    }

    private sealed class Step(ObjectType type, ConnectionContext context) : ImmediateStep
    {
        public override object ChildContext => context;

        public override Column Execute(ObjectBatch parents) => Column(parents, type);
    }

    private sealed class WaitingStep(ObjectType type, ConnectionContext childContext) : FieldStep
    {
        public override object ChildContext => childContext;

        public override async ValueTask<Column> ExecuteAsync(ObjectBatch parents, StepContext context)
        {
            var source = (ConnectionRows)parents.Source;
            if (source.Feed is { } feed)
            {
                return Column(parents, type, await feed.EndsAsync(context.CancellationToken).ConfigureAwait(false));
            }

            await source.LoadRowsAsync().ConfigureAwait(false);
            return Column(parents, type);
        }
    }
}
