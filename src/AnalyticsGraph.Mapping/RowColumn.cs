using System.Collections.Immutable;

namespace AnalyticsGraph.Mapping;

/// <summary>A value that is read of each selected row: of a column of its own, or of the related rows that match.</summary>
/// <param name="Column">The column, of the row or of the related one.</param>
/// <param name="Relation">The field that leads to the related rows; null for the row itself.</param>
/// <param name="Match">Columns of the related row and what they equal. Where several rows are related, the selected row comes once for each.</param>
public sealed record RowColumn(string Column, string? Relation = null, ImmutableArray<(string Column, string Value)> Match = default);
