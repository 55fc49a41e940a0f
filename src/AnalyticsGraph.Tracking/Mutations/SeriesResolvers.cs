using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping;
using AnalyticsGraph.Tracking.Points;

namespace AnalyticsGraph.Tracking.Mutations;

/// <summary>The mutations of <c>schema/series_mutation.graphql</c>.</summary>
internal static class SeriesResolvers
{
    /// <summary>Binds the mutations and their payloads.</summary>
    public static void Bind(SchemaBindings bindings, MappedResolvers mapped, PointLog log, RowLog rows)
    {
        bindings
            .BindType<LogMetricsPayload>("LogMetricsPayload")
            .BindType<LogEpochsPayload>("LogEpochsPayload")
            .Bind("LogEpochsPayload", "run", mapped.ByKey<LogEpochsPayload>("Run", payload => payload.Id))
            .BindType<LogBatchesPayload>("LogBatchesPayload")
            .Bind("LogBatchesPayload", "run", mapped.ByKey<LogBatchesPayload>("Run", payload => payload.Id))
            .BindType<LogResultsPayload>("LogResultsPayload")
            .Bind("LogResultsPayload", "run", mapped.ByKey<LogResultsPayload>("Run", payload => payload.Id))
            .BindType<LogJobRuntimePayload>("LogJobRuntimePayload")
            .Bind("LogJobRuntimePayload", "job", mapped.ByKey<LogJobRuntimePayload>("Job", payload => payload.Id))
            .BindType<AddSamplesPayload>("AddSamplesPayload")
            .Bind("AddSamplesPayload", "dataset", mapped.ByKey<AddSamplesPayload>("Dataset", payload => payload.Id))
            .BindType<AddTargetsPayload>("AddTargetsPayload")
            .Bind("AddTargetsPayload", "dataset", mapped.ByKey<AddTargetsPayload>("Dataset", payload => payload.Id))
            .BindType<AddPredictionsPayload>("AddPredictionsPayload")
            .Bind("AddPredictionsPayload", "predictionSet", mapped.ByKey<AddPredictionsPayload>("PredictionSet", payload => payload.Id));

        bindings.Bind("Mutation", "logMetrics", TrackingResolvers.Mutation(async (input, caller, ct) =>
        {
            var outcome = await log.LogMetricsAsync(SeriesInputs.LogMetrics(input), caller, ct).ConfigureAwait(false);
            return new LogMetricsPayload(outcome.Value?.NewPoints ?? 0, outcome.Errors);
        }));
        bindings.Bind("Mutation", "logEpochs", TrackingResolvers.Mutation(async (input, caller, ct) =>
        {
            var outcome = await log.LogEpochsAsync(SeriesInputs.LogEpochs(input), caller, ct).ConfigureAwait(false);
            return new LogEpochsPayload(outcome.Value?.RunId, outcome.Value?.NewPoints ?? 0, outcome.Errors);
        }));
        bindings.Bind("Mutation", "logBatches", TrackingResolvers.Mutation(async (input, caller, ct) =>
        {
            var outcome = await log.LogBatchesAsync(SeriesInputs.LogBatches(input), caller, ct).ConfigureAwait(false);
            return new LogBatchesPayload(outcome.Value?.RunId, outcome.Value?.NewPoints ?? 0, outcome.Errors);
        }));
        bindings.Bind("Mutation", "logResults", TrackingResolvers.Mutation(async (input, caller, ct) =>
        {
            var outcome = await log.LogResultsAsync(SeriesInputs.LogResults(input), caller, ct).ConfigureAwait(false);
            return new LogResultsPayload(outcome.Value?.RunId, outcome.Value?.NewPoints ?? 0, outcome.Errors);
        }));
        bindings.Bind("Mutation", "logJobRuntime", TrackingResolvers.Mutation(async (input, caller, ct) =>
        {
            var request = SeriesInputs.LogJobRuntime(input);
            var outcome = await rows.LogJobRuntimeAsync(request, caller, ct).ConfigureAwait(false);
            return new LogJobRuntimePayload(outcome.Succeeded ? request.JobId : null, outcome.Value, outcome.Errors);
        }));
        bindings.Bind("Mutation", "addSamples", TrackingResolvers.Mutation(async (input, caller, ct) =>
        {
            var request = SeriesInputs.AddSamples(input);
            var outcome = await rows.AddSamplesAsync(request, caller, ct).ConfigureAwait(false);
            return new AddSamplesPayload(outcome.Succeeded ? request.DatasetId : null, outcome.Value, outcome.Errors);
        }));
        bindings.Bind("Mutation", "addTargets", TrackingResolvers.Mutation(async (input, caller, ct) =>
        {
            var request = SeriesInputs.AddTargets(input);
            var outcome = await rows.AddTargetsAsync(request, caller, ct).ConfigureAwait(false);
            return new AddTargetsPayload(outcome.Succeeded ? request.DatasetId : null, outcome.Value, outcome.Errors);
        }));
        bindings.Bind("Mutation", "addPredictions", TrackingResolvers.Mutation(async (input, caller, ct) =>
        {
            var request = SeriesInputs.AddPredictions(input);
            var outcome = await rows.AddPredictionsAsync(request, caller, ct).ConfigureAwait(false);
            return new AddPredictionsPayload(outcome.Succeeded ? request.PredictionSetId : null, outcome.Value, outcome.Errors);
        }));
    }
}
