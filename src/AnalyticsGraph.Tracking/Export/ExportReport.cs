namespace AnalyticsGraph.Tracking.Export;

/// <summary>What an export wrote.</summary>
/// <param name="Source">The instance's name.</param>
/// <param name="Folder">Where it is: the dump <c>NAME.sql</c>, and the same tables as CSV in <c>csv</c>.</param>
/// <param name="Tables">The rows of each table, in the order of the dump.</param>
/// <param name="Duration">How long it took.</param>
public sealed record ExportReport(string Source, string Folder, IReadOnlyList<(string Table, long Rows)> Tables, TimeSpan Duration);

/// <summary>An export could not be made; the message says why.</summary>
public sealed class ExportException(string message, Exception? inner = null) : Exception(message, inner);
