namespace AnalyticsGraph.Analytics.Aggregates;

/// <summary>How values are spread over bins of equal width.</summary>
/// <param name="Edges">Where the bins begin, and where the last one ends; empty where no value is finite.</param>
/// <param name="Counts">How many values are in each; a value on an edge is in the bin that begins there, one on the last edge in the last bin.</param>
/// <param name="Count">How many values there are at all.</param>
/// <param name="NanCount">How many of them are NaN.</param>
/// <param name="Below">How many lie below the first edge, negative infinities among them.</param>
/// <param name="Above">How many lie above the last edge, positive infinities among them.</param>
internal sealed record MetricHistogram(double[] Edges, long[] Counts, long Count, long NanCount, long Below, long Above);
