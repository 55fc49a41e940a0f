using AnalyticsGraph.Tracking.Rules;

namespace AnalyticsGraph.Tracking.Mutations;

internal sealed record LogMetricsPayload(int NewPoints, IReadOnlyList<UserError> Errors);

internal sealed record LogEpochsPayload(long? Id, int NewPoints, IReadOnlyList<UserError> Errors) : Payload(Id, Errors);

internal sealed record LogBatchesPayload(long? Id, int NewPoints, IReadOnlyList<UserError> Errors) : Payload(Id, Errors);

internal sealed record LogResultsPayload(long? Id, int NewPoints, IReadOnlyList<UserError> Errors) : Payload(Id, Errors);

internal sealed record LogJobRuntimePayload(long? Id, int Count, IReadOnlyList<UserError> Errors) : Payload(Id, Errors);

internal sealed record AddSamplesPayload(long? Id, int Count, IReadOnlyList<UserError> Errors) : Payload(Id, Errors);

internal sealed record AddTargetsPayload(long? Id, int Count, IReadOnlyList<UserError> Errors) : Payload(Id, Errors);

internal sealed record AddPredictionsPayload(long? Id, int Count, IReadOnlyList<UserError> Errors) : Payload(Id, Errors);
