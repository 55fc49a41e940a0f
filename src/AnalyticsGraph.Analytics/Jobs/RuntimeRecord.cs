namespace AnalyticsGraph.Analytics.Jobs;

/// <summary>A record of a job's runtime, as planners look at it.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Time">When it was taken, in milliseconds since 1970.</param>
/// <param name="GlobalStep">The step that training had reached.</param>
/// <param name="Speed">Steps a second; NaN if not told.</param>
/// <param name="Nodes">What each node used; empty where the question was about speed alone.</param>
internal sealed record RuntimeRecord(long JobId, long Time, long GlobalStep, double Speed, IReadOnlyList<NodeUse> Nodes);

/// <summary>What a node used when a record was taken.</summary>
/// <param name="Role"><c>worker</c> or <c>ps</c>.</param>
/// <param name="Node">Its number.</param>
/// <param name="Cpu">Cores; NaN if not told.</param>
/// <param name="Memory">As it was recorded; NaN if not told.</param>
internal readonly record struct NodeUse(string Role, string Node, double Cpu, double Memory);
