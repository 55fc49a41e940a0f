namespace AnalyticsGraph.Server.Tests.Crash;

/// <summary>An epoch as its client remembers it. The client corrects it now and then, one call after the other; it also logs a record of its job for each call.</summary>
/// <param name="RunId">The run, as the graph names it.</param>
/// <param name="JobId">The job, as the graph names it.</param>
/// <param name="Index">The epoch's index.</param>
internal sealed record LoggedEpoch(string RunId, string JobId, long Index)
{
    /// <summary>The values that were sent, in order; all but the last one were acknowledged.</summary>
    public List<double> Values { get; } = [];

    /// <summary>Whether the last one was.</summary>
    public bool Acknowledged { get; set; }

    /// <summary>Whether a store may say this after all: the last value, or the one before if nobody said that the last one is stored. Null is no epoch.</summary>
    public bool Admits(double? value) => value == Values[^1] || (!Acknowledged && (Values.Count > 1 ? value == Values[^2] : value is null));
}
