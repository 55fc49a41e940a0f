namespace AnalyticsGraph.Tracking.Export;

/// <summary>A table that is ready to be written.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Columns">Its columns with their types.</param>
/// <param name="Key">Its key, or nothing.</param>
/// <param name="Select">Its rows, all columns as text, in the order of <paramref name="Columns"/>.</param>
internal sealed record ExportedTable(string Name, IReadOnlyList<(string Name, string Type)> Columns, IReadOnlyList<string> Key, string Select);
