namespace AnalyticsGraph.Tracking.Import;

/// <summary>How an import goes.</summary>
public sealed record ImportOptions
{
    /// <summary>The name of the instance that records come from; records of two servers are told apart by it. Running the import again needs the same one.</summary>
    public string Source { get; init; } = "mlflow";

    /// <summary>The IANA zone of times that the source writes without one; null for that of the import before, or UTC. MLflow's times are moments.</summary>
    public string? TimeZone { get; init; }
}

/// <summary>What an import is doing; reported often, cheap to ignore.</summary>
/// <param name="Stage">What is being done.</param>
/// <param name="Subject">The table or experiment at hand.</param>
/// <param name="Rows">How many rows of it were taken so far.</param>
/// <param name="Fraction">How much of the stage is done, from 0 to 1; null where nobody knows.</param>
public sealed record ImportProgress(ImportStage Stage, string Subject, long Rows, double? Fraction);

/// <summary>The parts of an import.</summary>
public enum ImportStage
{
    /// <summary>The source's tables are read.</summary>
    Reading,

    /// <summary>Experiments are stored, each in a transaction.</summary>
    Storing,

    /// <summary>Points are brought to ClickHouse.</summary>
    Flushing,
}

/// <summary>What became of a table of the source.</summary>
/// <param name="Table">The source's table.</param>
/// <param name="Read">How many rows it has.</param>
/// <param name="Added">How many of them were new.</param>
/// <param name="Changed">How many were there with other content.</param>
/// <param name="Removed">How many that an earlier import brought are not in it any more, and were removed here, or marked as deleted.</param>
public sealed record ImportedTable(string Table, long Read, long Added, long Changed, long Removed)
{
    /// <summary>How many rows have no place in the graph and are kept as they are.</summary>
    public long Aside { get; init; }
}

/// <summary>What an import came to.</summary>
/// <param name="Source">The instance's name.</param>
/// <param name="SchemaVersion">The source's schema version, if it says so.</param>
/// <param name="Tables">One entry for each table of the source, those without rows included, by name.</param>
/// <param name="Warnings">What was mended or could not be linked.</param>
/// <param name="Duration">How long it took.</param>
public sealed record ImportReport(string Source, string? SchemaVersion, IReadOnlyList<ImportedTable> Tables, IReadOnlyList<string> Warnings, TimeSpan Duration);

/// <summary>An import could not go on; the message says where it stopped and what to do.</summary>
public sealed class ImportException(string message, Exception? inner = null) : Exception(message, inner);
