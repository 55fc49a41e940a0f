namespace AnalyticsGraph.Tracking.Ingest;

/// <summary>A series that bodies bring, and the columns they can have. The first column names a row's owner by its global id; the second, where there is one, by its key.</summary>
public sealed class IngestStream
{
    private IngestStream(string name, IngestOwner owner, params (string Name, ColumnKind Kind)[] columns)
    {
        (Name, Owner) = (name, owner);
        Columns = [.. owner.Columns, .. columns.Select(column => new IngestColumn(column.Name, column.Kind))];
    }

    /// <summary>All of them.</summary>
    public static IReadOnlyList<IngestStream> All { get; } =
    [
        new("metrics", IngestOwner.Run, ("key", ColumnKind.Text), ("value", ColumnKind.Number), ("step", ColumnKind.Whole), ("time", ColumnKind.Time), ("scope", ColumnKind.Text),
            ("label", ColumnKind.Text), ("rank", ColumnKind.Whole), ("epoch", ColumnKind.Whole)),
        new("epochs", IngestOwner.Run, ("index", ColumnKind.Whole), ("time", ColumnKind.Time)),
        new("batches", IngestOwner.Run, ("epochIndex", ColumnKind.Whole), ("index", ColumnKind.Whole), ("time", ColumnKind.Time)),
        new("job-runtime", IngestOwner.Job, ("time", ColumnKind.Time), ("globalStep", ColumnKind.Whole), ("ordinal", ColumnKind.Whole), ("speed", ColumnKind.Number),
            ("workerCpu", ColumnKind.Numbers), ("workerMemory", ColumnKind.Numbers), ("psCpu", ColumnKind.Numbers), ("psMemory", ColumnKind.Numbers), ("other", ColumnKind.Json)),
        new("node-usage", IngestOwner.Job, ("time", ColumnKind.Time), ("globalStep", ColumnKind.Whole), ("ordinal", ColumnKind.Whole), ("speed", ColumnKind.Number), ("role", ColumnKind.Text),
            ("node", ColumnKind.Text), ("cpu", ColumnKind.Number), ("memory", ColumnKind.Number)),
        new("samples", IngestOwner.Dataset, ("index", ColumnKind.Whole), ("features", ColumnKind.Numbers), ("texts", ColumnKind.Texts)),
        new("targets", IngestOwner.Dataset, ("index", ColumnKind.Whole), ("sampleIndex", ColumnKind.Whole), ("class", ColumnKind.Text), ("value", ColumnKind.Number)),
        new("predictions", IngestOwner.PredictionSet, ("index", ColumnKind.Whole), ("sampleIndex", ColumnKind.Whole), ("class", ColumnKind.Text), ("value", ColumnKind.Number),
            ("probabilities", ColumnKind.Numbers)),
    ];

    /// <summary>Its name in the URL.</summary>
    public string Name { get; }

    /// <summary>Whether a row replaces the one before of the same key; else it is one of its own, and exact duplicates are taken once.</summary>
    public bool ReplacesRows => Name != "metrics";

    internal IngestOwner Owner { get; }

    internal IReadOnlyList<IngestColumn> Columns { get; }

    /// <summary>The names of its columns, in order.</summary>
    public IEnumerable<string> ColumnNames => Columns.Select(column => column.Name);

    /// <summary>The parameter that names the owner of rows that name none by its global id.</summary>
    public string OwnerIdName => Owner.Columns[0].Name;

    /// <summary>The one that names it by its key; null where owners have none.</summary>
    public string? OwnerKeyName => Owner.Columns.Count > 1 ? Owner.Columns[1].Name : null;

    /// <summary>The stream of that name; null if there is none.</summary>
    /// <param name="name">The name.</param>
    public static IngestStream? Find(string name) => All.FirstOrDefault(stream => stream.Name == name);

    /// <summary>A column's place.</summary>
    internal int IndexOf(string column)
    {
        for (var i = 0; i < Columns.Count; i++)
        {
            if (Columns[i].Name == column)
                return i;
        }

        throw new ArgumentException($"The stream {Name} has no column '{column}'.", nameof(column));
    }

    /// <summary>A column's place by its name in a body; -1 if there is none.</summary>
    /// <param name="name">The name.</param>
    /// <param name="guess">Where it was in the row before.</param>
    internal int Find(ReadOnlySpan<byte> name, int guess)
    {
        if (guess < Columns.Count && name.SequenceEqual(Columns[guess].Utf8Name))
            return guess;
        for (var i = 0; i < Columns.Count; i++)
        {
            if (name.SequenceEqual(Columns[i].Utf8Name))
                return i;
        }

        return -1;
    }
}

/// <summary>The kind of record that rows belong to.</summary>
/// <param name="Type">Its type in the graph.</param>
/// <param name="Table">Its table.</param>
/// <param name="Key">The column of the key that a body can name it by; null for none.</param>
/// <param name="Parent">What else of it its rows need.</param>
/// <param name="Columns">The columns of a body that name it.</param>
internal sealed record IngestOwner(string Type, string Table, string? Key, string Parent, IReadOnlyList<IngestColumn> Columns)
{
    public static IngestOwner Run { get; } = new("Run", "run", "uuid", "experiment_id", [new("runId", ColumnKind.Text), new("runUuid", ColumnKind.Text)]);

    public static IngestOwner Job { get; } = new("Job", "job", "uid", "id", [new("jobId", ColumnKind.Text), new("jobUid", ColumnKind.Text)]);

    public static IngestOwner Dataset { get; } = new("Dataset", "dataset", null, "id", [new("datasetId", ColumnKind.Text)]);

    public static IngestOwner PredictionSet { get; } = new("PredictionSet", "prediction_set", null, "dataset_id", [new("predictionSetId", ColumnKind.Text)]);

    /// <summary>How messages call it.</summary>
    public string Noun => Table.Replace('_', ' ');
}
