using AnalyticsGraph.Analytics.Aggregates;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.Mapping;

namespace AnalyticsGraph.Analytics.Runs;

/// <summary><c>Run.at</c>: metrics at the step where another one is best.</summary>
internal sealed class RunAtResolver(BestStepReader reader)
{
    /// <summary>Resolves it for all runs of a batch.</summary>
    public async ValueTask<Column> ResolveAsync(ObjectBatch parents, StepContext context)
    {
        var rows = MappedRows.From(parents);
        var runs = rows.Int64("id").ToArray();
        long[] experiments = [.. rows.Int64("experiment_id").ToArray().Distinct()];
        var best = BestStep.Read(context.Arguments.Get<ArgumentValues>("best")!, "best");
        var series = MetricSelection.Read(context.Arguments);
        var found = await reader.ReadAsync(context.Request, [.. runs.Distinct()], experiments, best, series, series).ConfigureAwait(false);
        var items = new List<MetricAtStep>();
        var offsets = new int[runs.Length + 1];
        for (var i = 0; i < runs.Length; i++)
        {
            items.AddRange(found[runs[i]]);
            offsets[i + 1] = items.Count;
        }

        return new ListColumn(offsets, new ObjectColumn(ObjectBatch.Of((ObjectType)context.Field.Definition.Type.Named, items.ToArray())));
    }
}
