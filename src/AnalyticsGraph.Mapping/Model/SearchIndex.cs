using System.Collections.Immutable;

namespace AnalyticsGraph.Mapping.Model;

/// <summary>An index of a table by which rows are searched.</summary>
/// <param name="Columns">Its columns in order.</param>
/// <param name="Text">The column of text whose long values it leaves out; null if it has all rows.</param>
/// <param name="MostCharacters">How long that column's values are in it at most.</param>
internal sealed record SearchIndex(ImmutableArray<string> Columns, string? Text, int MostCharacters);
