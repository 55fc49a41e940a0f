using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Planning;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.Mapping;

namespace AnalyticsGraph.Analytics.Series;

/// <summary><c>Run.series</c>: the series of a metric for all runs of a batch.</summary>
internal sealed class SeriesResolver(IPendingPoints pending, SeriesLimits limits) : FieldResolver
{
    /// <inheritdoc />
    public override FieldStep Bind(FieldBinding binding) => new Step((ObjectType)binding.Schema.Types["Series"], pending, limits);

    private sealed class Step(ObjectType type, IPendingPoints pending, SeriesLimits limits) : FieldStep
    {
        public override async ValueTask<Column> ExecuteAsync(ObjectBatch parents, StepContext context)
        {
            var request = SeriesRequest.Read(context.Arguments);
            var (runIds, experimentIds, runOf) = DistinctRuns(MappedRows.From(parents));
            var (answer, seriesOf) = await SeriesSession.Of(context.Request, pending, limits).AskAsync(request, Selected(context), runIds, experimentIds);
            return new ObjectColumn(new ObjectBatch(type, answer.Totals.Length, answer), Array.ConvertAll(runOf, run => seriesOf[run]));
        }

        private static (long[] RunIds, long[] ExperimentIds, int[] RunOf) DistinctRuns(MappedRows rows)
        {
            var ids = rows.Int64("id");
            var experiments = rows.Int64("experiment_id");
            var (runIds, experimentIds, runOf) = (new List<long>(ids.Length), new List<long>(ids.Length), new int[ids.Length]);
            var known = new Dictionary<long, int>(ids.Length);
            for (var i = 0; i < ids.Length; i++)
            {
                if (!known.TryGetValue(ids[i], out runOf[i]))
                {
                    known.Add(ids[i], runOf[i] = runIds.Count);
                    runIds.Add(ids[i]);
                    experimentIds.Add(experiments[i]);
                }
            }

            return ([.. runIds], [.. experimentIds], runOf);
        }

        private static SeriesFields Selected(StepContext context)
        {
            var fields = SeriesFields.None;
            foreach (var field in context.Field.SelectionSets[0].Fields)
            {
                fields |= context.Includes(field) ? Needs(field) : SeriesFields.None;
            }

            return fields;
        }

        private static SeriesFields Needs(PlannedField field) => field.Definition.Name switch
        {
            "steps" => SeriesFields.Steps,
            "times" => SeriesFields.Times,
            "values" => SeriesFields.Values,
            "smoothed" => SeriesFields.Smoothed,
            "buckets" => SeriesFields.Buckets,
            "count" => SeriesFields.Count,
            "nonFinite" => SeriesFields.NonFinite,
            _ => SeriesFields.None,
        };
    }
}
