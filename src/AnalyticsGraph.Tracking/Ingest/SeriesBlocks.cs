using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.Tracking.Points;
using AnalyticsGraph.Tracking.Rules;
using AnalyticsGraph.Tracking.Staging;
using AnalyticsGraph.Tracking.Writing;

namespace AnalyticsGraph.Tracking.Ingest;

/// <summary>Rows of series that replace each other as blocks for the log. Of rows with one key the last of the body counts.</summary>
internal sealed class SeriesBlocks(IngestStream stream, RowOwners owners, DateTimeOffset now)
{
    // Of all datasets of a body: their names stay in memory until its end.
    private const int MostColumns = 100_000;

    private readonly Dictionary<(long Dataset, string Name), bool> _columns = [];
    private readonly Dictionary<long, int> _columnCounts = [];
    private readonly List<StagedColumn> _columnsInOrder = [];
    private readonly List<RowPlace> _columnPlaces = [];
    private readonly NodeRecords _nodes = new();

    /// <summary>The columns of datasets that samples named so far, in order.</summary>
    public IReadOnlyList<StagedColumn> Columns => _columnsInOrder;

    /// <summary>Something that is wrong with one of <see cref="Columns"/>, told with the row that named it first.</summary>
    public IngestException WrongColumn(int at, string message) => _columnPlaces[at].Wrong(_columnsInOrder[at].Column.IsText ? "texts" : "features", message);

    /// <summary>The chunk's rows.</summary>
    /// <param name="chunk">Rows whose owners were looked up.</param>
    /// <param name="isLast">Whether no other chunk follows.</param>
    /// <returns>The block, and the records that its rows belong to.</returns>
    /// <exception cref="IngestException">A row breaks a rule.</exception>
    public (SeriesBlock Rows, long[] Owners) Read(RowChunk chunk, bool isLast)
    {
        var block = new SeriesBlock(stream.Name switch
        {
            "epochs" => SeriesTable.Epoch,
            "batches" => SeriesTable.Batch,
            "job-runtime" or "node-usage" => SeriesTable.JobRuntime,
            "samples" => SeriesTable.Sample,
            "targets" => SeriesTable.Target,
            "predictions" => SeriesTable.Prediction,
            _ => throw new InvalidOperationException($"Rows of {stream.Name} are points."),
        });
        var rows = new Dictionary<(long Owner, long, long, long), Action>();
        for (var row = 0; row < chunk.Count; row++)
        {
            var owner = owners.Of(chunk, row);
            switch (stream.Name)
            {
                case "epochs": Epoch(rows, block, chunk, row, owner); break;
                case "batches": Batch(rows, block, chunk, row, owner); break;
                case "job-runtime": Runtime(rows, block, chunk, row, owner); break;
                case "node-usage": _nodes.Add(chunk, row, owner.Id); break;
                case "samples": Sample(rows, block, chunk, row, owner); break;
                case "targets": Target(rows, block, chunk, row, owner); break;
                default: Prediction(rows, block, chunk, row, owner); break;
            }
        }

        foreach (var add in rows.Values)
            add();
        var ids = rows.Keys.Select(key => key.Owner).ToHashSet();
        foreach (var (job, record) in _nodes.Take(all: isLast))
        {
            block.AddRuntime(job, record);
            ids.Add(job);
        }

        return (block, [.. ids.Order()]);
    }

    private void Epoch(Dictionary<(long, long, long, long), Action> rows, SeriesBlock block, RowChunk chunk, int row, RowOwner run)
    {
        var (index, time) = (RowRules.Index(chunk, row, 2), RowRules.Time(chunk, row, 3) ?? now);
        rows[(run.Id, index, 0, 0)] = () => block.AddEpoch(run.Parent, run.Id, index, time);
    }

    private void Batch(Dictionary<(long, long, long, long), Action> rows, SeriesBlock block, RowChunk chunk, int row, RowOwner run)
    {
        var (epoch, index, time) = (RowRules.Index(chunk, row, 2), RowRules.Index(chunk, row, 3), RowRules.Time(chunk, row, 4) ?? now);
        rows[(run.Id, epoch, index, 0)] = () => block.AddBatch(run.Parent, run.Id, epoch, index, time);
    }

    private static void Runtime(Dictionary<(long, long, long, long), Action> rows, SeriesBlock block, RowChunk chunk, int row, RowOwner job)
    {
        var key = NodeRecords.KeyOf(chunk, row);
        var record = new JobRuntimeRecord
        {
            Time = DateTimeOffset.FromUnixTimeMilliseconds(key.Time),
            GlobalStep = key.Step,
            Ordinal = key.Ordinal,
            Speed = RowRules.Number(chunk, row, 5),
            WorkerCpu = RowRules.Numbers(chunk, row, 6, "node"),
            WorkerMemory = RowRules.Numbers(chunk, row, 7, "node"),
            PsCpu = RowRules.Numbers(chunk, row, 8, "node"),
            PsMemory = RowRules.Numbers(chunk, row, 9, "node"),
            Other = chunk.Text(row, 10) ?? "",
        };
        if (record.Other.Length > InputRules.LongestTag)
            throw chunk.Wrong(row, "other", $"The object has {record.Other.Length} characters; the most are {InputRules.LongestTag}.");
        rows[(job.Id, key.Time, key.Step, key.Ordinal)] = () => block.AddRuntime(job.Id, record);
    }

    private void Sample(Dictionary<(long, long, long, long), Action> rows, SeriesBlock block, RowChunk chunk, int row, RowOwner dataset)
    {
        var index = RowRules.Index(chunk, row, 1);
        var (features, texts) = (RowRules.Numbers(chunk, row, 2, "column"), RowRules.Texts(chunk, row, 3, "column"));
        foreach (var (name, _) in features)
            AddColumn(chunk, row, dataset.Id, name, isText: false);
        foreach (var (name, _) in texts)
            AddColumn(chunk, row, dataset.Id, name, isText: true);
        rows[(dataset.Id, index, 0, 0)] = () => block.AddSample(dataset.Id, index, "", features, texts);
    }

    private void AddColumn(RowChunk chunk, int row, long dataset, string name, bool isText)
    {
        var place = isText ? "texts" : "features";
        if (!_columns.TryAdd((dataset, name), isText))
        {
            if (_columns[(dataset, name)] != isText)
                throw chunk.Wrong(row, place, $"The column '{InputRules.Shortened(name)}' holds {(isText ? "numbers" : "texts")} in a row before.");
            return;
        }

        _columnsInOrder.Add(new StagedColumn(dataset, new ColumnInput(name, isText)));
        _columnPlaces.Add(chunk.PlaceOf(row));
        var count = _columnCounts[dataset] = _columnCounts.GetValueOrDefault(dataset) + 1;
        if (count > DatasetColumns.MostColumns)
            throw chunk.Wrong(row, place, $"The rows name more than {DatasetColumns.MostColumns} columns of the dataset, the most that it can have.");
        if (_columnsInOrder.Count > MostColumns)
            throw chunk.Wrong(row, place, $"The rows name more than {MostColumns} columns of all datasets together. Send them in several bodies.", ErrorCodes.LimitExceeded);
    }

    private static void Target(Dictionary<(long, long, long, long), Action> rows, SeriesBlock block, RowChunk chunk, int row, RowOwner dataset)
    {
        var (index, sample) = (RowRules.Index(chunk, row, 1), RowRules.Index(chunk, row, 2));
        var (@class, value) = Truth(chunk, row);
        rows[(dataset.Id, index, 0, 0)] = () => block.AddTarget(dataset.Id, index, sample, "", @class, value);
    }

    private static void Prediction(Dictionary<(long, long, long, long), Action> rows, SeriesBlock block, RowChunk chunk, int row, RowOwner set)
    {
        var (index, sample) = (RowRules.Index(chunk, row, 1), RowRules.Index(chunk, row, 2));
        var (@class, value) = Truth(chunk, row);
        var probabilities = RowRules.Numbers(chunk, row, 5, "class");
        if (probabilities.Count > RowLog.MostClasses)
            throw chunk.Wrong(row, "probabilities", $"There are probabilities of {probabilities.Count} classes; the most are {RowLog.MostClasses}.");
        foreach (var (name, probability) in probabilities)
        {
            if (probability is not (>= 0 and <= 1))
                throw chunk.Wrong(row, "probabilities", FormattableString.Invariant($"The probability of '{InputRules.Shortened(name)}' is {probability}; it must be between 0 and 1."));
        }

        rows[(set.Id, index, 0, 0)] = () => block.AddPrediction(set.Parent, set.Id, index, sample, "", @class, value, probabilities);
    }

    private static (string? Class, double? Value) Truth(RowChunk chunk, int row)
    {
        var (@class, value) = (chunk.Text(row, 3), RowRules.Number(chunk, row, 4));
        if (@class is null == value is null)
            throw chunk.Wrong(row, @class is null ? "class" : "value", "Give a class or a number, one of them.");
        RowRules.Check(chunk, row, "class", rules => rules.Text(@class, InputRules.LongestKey, "The class"));
        return (@class, value);
    }
}
