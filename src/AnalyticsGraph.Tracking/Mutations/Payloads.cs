using AnalyticsGraph.Tracking.Entities;
using AnalyticsGraph.Tracking.Rules;

namespace AnalyticsGraph.Tracking.Mutations;

/// <summary>What the mutations answer: the changed entity's internal id, which the mapping reads by, or errors.</summary>
internal abstract record Payload(long? Id, IReadOnlyList<UserError> Errors);

internal sealed record CreateExperimentPayload(long? Id, IReadOnlyList<UserError> Errors) : Payload(Id, Errors);

internal sealed record CreateRunPayload(long? Id, IReadOnlyList<UserError> Errors) : Payload(Id, Errors);

internal sealed record UpdateRunPayload(long? Id, IReadOnlyList<UserError> Errors) : Payload(Id, Errors);

internal sealed record LogBatchPayload(long? Id, int NewPoints, IReadOnlyList<UserError> Errors) : Payload(Id, Errors);

/// <summary>What a generated mutation answers.</summary>
/// <param name="Change">The change that was made; null if there are errors.</param>
/// <param name="Errors">What is wrong.</param>
internal sealed record EntityPayload(Change? Change, IReadOnlyList<UserError> Errors) : Payload(Change?.Answer, Errors);

internal sealed record LogArtifactsPayload(IReadOnlyList<LoggedArtifact> Artifacts, IReadOnlyList<UserError> Errors);

internal sealed record LoggedArtifact(long Id);
