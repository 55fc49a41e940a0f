namespace AnalyticsGraph.Analytics.Jobs;

/// <summary>A job like another one.</summary>
/// <param name="JobId">Its id.</param>
/// <param name="Apart">How much later (or, negative, earlier) it was created.</param>
internal sealed record SimilarJob(long JobId, TimeSpan Apart);

/// <summary>The most that some jobs used. Null where no record tells.</summary>
internal sealed record JobMaxima(int Jobs, double? WorkerCpu, double? WorkerMemory, double? PsCpu, double? PsMemory);
