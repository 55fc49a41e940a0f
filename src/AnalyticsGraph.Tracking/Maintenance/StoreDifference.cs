namespace AnalyticsGraph.Tracking.Maintenance;

/// <summary>Something that the two stores, or a copy and its source, say differently.</summary>
/// <param name="Kind">What kind of thing it is: summary, counter, order, copy, orphan, reference, duplicate.</param>
/// <param name="Subject">Which.</param>
/// <param name="Message">What is said where.</param>
public sealed record StoreDifference(string Kind, string Subject, string Message);
