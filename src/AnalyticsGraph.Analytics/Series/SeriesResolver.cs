using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Planning;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.Mapping;
using AnalyticsGraph.Mapping.Sessions;

namespace AnalyticsGraph.Analytics.Series;

/// <summary><c>Run.series</c>: the series of a metric for all runs of a batch.</summary>
internal sealed class SeriesResolver(IPendingPoints pending, SeriesLimits limits) : FieldResolver
{
    private readonly StreamPlaces _streams = new(limits.MaxStreams);

    /// <inheritdoc />
    public override FieldStep Bind(FieldBinding binding) => new Step((ObjectType)binding.Schema.Types["Series"], pending, limits, _streams);

    private sealed class Step(ObjectType type, IPendingPoints pending, SeriesLimits limits, StreamPlaces streams) : FieldStep
    {
        public override async ValueTask<Column> ExecuteAsync(ObjectBatch parents, StepContext context)
        {
            var request = SeriesRequest.Read(context.Arguments);
            var (runIds, experimentIds, runOf) = DistinctRuns(MappedRows.From(parents));
            var (answer, seriesOf) = await SeriesSession.Of(context.Request, pending, limits, streams)
                .AskAsync(request, Selected(context), runIds, experimentIds, InitialCount(request, parents, context));
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

        // The series of one run can be sent while it is read if all that is selected of its points streams: several runs come one after another, thinning and smoothing need all points first, and a
        // list that comes whole would keep the others waiting.
        private static int InitialCount(SeriesRequest request, ObjectBatch parents, StepContext context)
        {
            if (request.Sampling.Kind != SamplingKind.None || parents.Count > 1)
            {
                return -1;
            }

            var selections = context.Field.SelectionSets[0];
            var initialCount = -1;
            foreach (var field in selections.Fields.Where(context.Includes))
            {
                switch (Needs(field))
                {
                    case SeriesFields.None or SeriesFields.Count:
                        break;
                    case SeriesFields.Steps or SeriesFields.Times or SeriesFields.Values when context.IsStreamed(field, selections, out var count):
                        initialCount = Math.Max(initialCount, count);
                        break;
                    default:
                        return -1;
                }
            }

            return initialCount;
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
