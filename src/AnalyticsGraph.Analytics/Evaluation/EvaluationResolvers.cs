using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.Mapping;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Rows;
using AnalyticsGraph.Mapping.Sessions;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Analytics.Evaluation;

/// <summary><c>Dataset.evaluate</c> and <c>PredictionSet.evaluation</c>.</summary>
internal static class EvaluationResolvers
{
    private const int MostSets = 100;

    /// <summary>Binds the fields.</summary>
    public static void Bind(SchemaBindings bindings, MappedResolvers mapped) => bindings
        .BindType<Evaluation>("Evaluation")
        .BindType<ConfusionCell>("ConfusionCell")
        .BindType<ClassEvaluation>("ClassEvaluation")
        .Bind("Evaluation", "predictionSet", mapped.ByKey<Evaluation>("PredictionSet", evaluation => evaluation.PredictionSetId))
        .Bind("PredictionSet", "evaluation", FieldResolver.FromBatch(OfSetsAsync))
        .Bind("Dataset", "evaluate", FieldResolver.FromBatch(OfDatasetsAsync));

    private static async ValueTask<Column> OfSetsAsync(ObjectBatch parents, StepContext context)
    {
        var rows = MappedRows.From(parents);
        var sets = rows.Int64("id").ToArray();
        var evaluations = await EvaluationReader.ReadAsync(context.Request, [.. sets.Distinct()], [.. rows.Int64("dataset_id").ToArray().Distinct()]).ConfigureAwait(false);
        return new ObjectColumn(ObjectBatch.Of(TypeOf(context), Array.ConvertAll(sets, set => evaluations[set])));
    }

    private static async ValueTask<Column> OfDatasetsAsync(ObjectBatch parents, StepContext context)
    {
        var datasets = MappedRows.From(parents).Int64("id").ToArray();
        var named = context.Arguments.Get<object?[]>("predictionSetIds") is { } ids ? Array.ConvertAll(ids, id => GlobalId.ParseInt64((string)id!, "PredictionSet")) : null;
        if (named is { Length: > MostSets })
        {
            throw ArgumentErrors.BadInput("predictionSetIds", $"At most {MostSets} sets can be compared at once; these are {named.Length}.");
        }

        var bySet = await SetsOfAsync(context, datasets, named).ConfigureAwait(false);
        var lists = Array.ConvertAll(datasets, dataset => named is null ? [.. bySet[dataset]] : named.Where(bySet[dataset].Contains).ToArray());
        if (named?.FirstOrDefault(set => !lists.Any(list => list.Contains(set)), -1) is { } stranger and >= 0)
        {
            throw ArgumentErrors.BadInput("predictionSetIds", $"{GlobalId.Of("PredictionSet", stranger)} is no set of predictions for the dataset.");
        }

        long[] sets = [.. lists.SelectMany(list => list).Distinct()];
        var evaluations = sets.Length == 0 ? [] : await EvaluationReader.ReadAsync(context.Request, sets, [.. datasets.Distinct()]).ConfigureAwait(false);
        var offsets = new int[datasets.Length + 1];
        for (var i = 0; i < lists.Length; i++)
        {
            offsets[i + 1] = offsets[i] + lists[i].Length;
        }

        return new ListColumn(offsets, new ObjectColumn(ObjectBatch.Of(TypeOf(context), lists.SelectMany(list => list).Select(set => evaluations[set]).ToArray())));
    }

    /// <summary>The sets of each dataset: those named, or those in use.</summary>
    private static async Task<ILookup<long, long>> SetsOfAsync(StepContext context, long[] datasets, long[]? named)
    {
        var sql = new SqlBuilder(Store.Postgres).Append("SELECT dataset_id, id FROM prediction_set WHERE dataset_id = ANY (").AppendParameter(datasets, SqlType.Int64, isArray: true).Append(") AND ");
        _ = named is null ? sql.Append("lifecycle_stage = 'ACTIVE'") : sql.Append("id = ANY (").AppendParameter(named, SqlType.Int64, isArray: true).Append(")");
        var columns = await context.Request.Get<StoreSessions>().Postgres.AskIntegersAsync(sql.Append(" ORDER BY id"), columns: 2).ConfigureAwait(false);
        return Enumerable.Range(0, columns[0].Length).ToLookup(row => columns[0][row], row => columns[1][row]);
    }

    private static ObjectType TypeOf(StepContext context) => (ObjectType)context.Field.Definition.Type.Named;
}
