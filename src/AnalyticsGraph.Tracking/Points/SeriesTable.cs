using System.Text;

namespace AnalyticsGraph.Tracking.Points;

/// <summary>A table of ClickHouse that the log brings rows to, and how a block of them is laid out in Native format.</summary>
internal sealed class SeriesTable
{
    private SeriesTable(string name, bool isVersioned, params (string Name, string Type)[] columns)
    {
        (Name, IsVersioned) = (name, isVersioned);
        Columns = [.. columns.Select(column => new Column(column.Name, column.Type, Header(column.Name, column.Type), PartsOf(column.Type)))];
        StampNames = isVersioned ? ["version", "group_id"] : [];
        Stamps = [.. StampNames.Select(stamp => Header(stamp, "UInt64"))];
    }

    /// <summary>How a part of a column is told from the bytes around it.</summary>
    public enum PartKind
    {
        /// <summary>Values of one width.</summary>
        Fixed,

        /// <summary>Texts, each behind its length.</summary>
        Text,

        /// <summary>Where each row's entries end; what follows of the column has as many values as the last one says.</summary>
        Offsets,
    }

    public static SeriesTable MetricPoint { get; } = new(
        "metric_point", isVersioned: false,
        ("experiment_id", "Int64"), ("key", "String"), ("label", "String"), ("run_id", "Int64"), ("scope", "Enum8('RUN' = 0, 'RESULT' = 1, 'EPOCH' = 2, 'BATCH' = 3)"), ("rank", "Int32"),
        ("epoch", "Int64"), ("step", "Int64"), ("time", "DateTime64(3, 'UTC')"), ("value", "Float64"), ("model_id", "Int64"), ("dataset_id", "Int64"), ("seq", "Int64"), ("group_id", "UInt64"));

    public static SeriesTable Epoch { get; } = new("epoch", isVersioned: true, ("experiment_id", "Int64"), ("run_id", "Int64"), ("idx", "Int64"), ("time", Moment));

    public static SeriesTable Batch { get; } = new(
        "batch", isVersioned: true, ("experiment_id", "Int64"), ("run_id", "Int64"), ("epoch_idx", "Int64"), ("idx", "Int64"), ("time", Moment));

    public static SeriesTable JobRuntime { get; } = new(
        "job_runtime", isVersioned: true,
        ("job_id", "Int64"), ("time", "DateTime64(3, 'UTC')"), ("global_step", "Int64"), ("ordinal", "Int32"), ("speed", Number), ("worker_cpu", Numbers), ("worker_memory", Numbers),
        ("ps_cpu", Numbers), ("ps_memory", Numbers), ("other", "String"));

    public static SeriesTable Sample { get; } = new(
        "sample", isVersioned: true, ("dataset_id", "Int64"), ("sample_index", "Int64"), ("original_id", "String"), ("features", Numbers), ("texts", "Map(String, String)"));

    public static SeriesTable Target { get; } = new(
        "target", isVersioned: true, ("dataset_id", "Int64"), ("target_index", "Int64"), ("sample_index", "Int64"), ("original_id", "String"), ("class", Word), ("value", Number));

    public static SeriesTable Prediction { get; } = new(
        "prediction", isVersioned: true,
        ("dataset_id", "Int64"), ("prediction_set_id", "Int64"), ("prediction_index", "Int64"), ("sample_index", "Int64"), ("original_id", "String"), ("class", Word), ("value", Number),
        ("probabilities", Numbers));

    public static SeriesTable MetricRecord { get; } = new(
        "metric_record", isVersioned: true,
        ("source", "String"), ("original_id", "Int64"), ("type", Word), ("total_val", Number), ("total_text", Word), ("per_label_val", Word));

    public static SeriesTable MetricRecordLink { get; } = new(
        "metric_record_link", isVersioned: true,
        ("source", "String"), ("original_id", "Int64"), ("level", "Enum8('RESULT' = 1, 'EPOCH' = 2, 'BATCH' = 3)"), ("experiment_id", "Int64"), ("run_id", "Int64"), ("epoch", "Int64"),
        ("batch", "Int64"), ("ordinal", "Int64"));

    /// <summary>No table: points that leave <see cref="MetricPoint"/>, by their number within their run, which is given once.</summary>
    public static SeriesTable RemovedPoint { get; } = new("removed_point", isVersioned: false, ("experiment_id", "Int64"), ("run_id", "Int64"), ("seq", "Int64"));

    /// <summary>All tables.</summary>
    public static IReadOnlyList<SeriesTable> All { get; } = [MetricPoint, Epoch, Batch, JobRuntime, Sample, Target, Prediction, MetricRecord, MetricRecordLink];

    // Texts travel as String and become LowCardinality in the table: no dictionary to merge here.
    private const string Moment = "Nullable(DateTime64(6, 'UTC'))";
    private const string Number = "Nullable(Float64)";
    private const string Numbers = "Map(String, Float64)";
    private const string Word = "Nullable(String)";

    /// <summary>The table's name.</summary>
    public string Name { get; }

    /// <summary>
    /// Whether a row replaces the one before of the same key. The version is the group's id, which is taken when the rows' owner is locked: it grows with the order of
    /// acknowledgement. It is written, with the group's id, when a block is made of groups.
    /// </summary>
    public bool IsVersioned { get; }

    /// <summary>The columns of a group's payload, in order.</summary>
    public IReadOnlyList<Column> Columns { get; }

    /// <summary>The names of the columns that are written when a block is made.</summary>
    public IReadOnlyList<string> StampNames { get; }

    /// <summary>The headers of the columns that are written when a block is made, each an UInt64 that is the group's id.</summary>
    public IReadOnlyList<byte[]> Stamps { get; }

    /// <summary>The table of that name.</summary>
    /// <exception cref="InvalidDataException">The log has rows of a table that this version does not know.</exception>
    public static SeriesTable Named(string name) => All.Append(RemovedPoint).FirstOrDefault(table => table.Name == name)
        ?? throw new InvalidDataException($"The log has rows for the table '{name}', which this version does not know. A newer version was here: start that one.");

    private static (PartKind, int)[] PartsOf(string type)
    {
        if (type.StartsWith("Nullable(", StringComparison.Ordinal))
            return [(PartKind.Fixed, 1), .. PartsOf(type[9..^1])];
        if (type.StartsWith("Map(String, ", StringComparison.Ordinal))
            return [(PartKind.Offsets, 8), (PartKind.Text, 0), .. PartsOf(type[12..^1])];
        return type switch
        {
            "String" => [(PartKind.Text, 0)],
            "Int32" => [(PartKind.Fixed, 4)],
            _ when type.StartsWith("Enum8", StringComparison.Ordinal) => [(PartKind.Fixed, 1)],
            _ => [(PartKind.Fixed, 8)],
        };
    }

    private static byte[] Header(string name, string type) =>
        [(byte)name.Length, .. Encoding.ASCII.GetBytes(name), (byte)type.Length, .. Encoding.ASCII.GetBytes(type)];

    /// <summary>A column.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Type">Its type as it travels.</param>
    /// <param name="Header">Name and type in Native format.</param>
    /// <param name="Parts">What its data consist of.</param>
    public sealed record Column(string Name, string Type, byte[] Header, (PartKind Kind, int Width)[] Parts)
    {
        /// <summary>Whether its values are whole numbers of 64 bits.</summary>
        public bool IsWhole { get; } = Type is "Int64" or "UInt64" || Type.StartsWith("DateTime64", StringComparison.Ordinal);
    }
}
