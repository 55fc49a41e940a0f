using AnalyticsGraph.Tracking.Points;
using AnalyticsGraph.Tracking.Rules;

namespace AnalyticsGraph.Tracking.Ingest;

/// <summary>
/// Rows of <c>node-usage</c>, one for each node, joined to the records of a job's runtime that they are kept in. A job's rows must come in the order of their records, so that one is
/// known to be whole when another begins. So that memory stays the same however many jobs there are, the records that are open have a bound together: at it all but the present
/// one are taken for whole.
/// </summary>
/// <param name="mostNodes">The most nodes of a record, and of all that are open.</param>
internal sealed class NodeRecords(int mostNodes = 100_000)
{
    private readonly Dictionary<long, (long Time, long Step, int Ordinal)> _last = [];
    private readonly Dictionary<long, Open> _open = [];
    private readonly List<(long Job, JobRuntimeRecord Record)> _whole = [];
    private int _nodes;

    /// <summary>What tells the records of a job apart: its time in milliseconds, its step, its ordinal.</summary>
    public static (long Time, long Step, int Ordinal) KeyOf(RowChunk chunk, int row)
    {
        RowRules.Required(chunk, row, 2);
        var time = RowRules.Time(chunk, row, 2)!.Value.ToUnixTimeMilliseconds();
        var (step, ordinal) = (RowRules.Index(chunk, row, 3), chunk.Has(row, 4) ? RowRules.Index(chunk, row, 4) : 0);
        return ordinal <= int.MaxValue ? (time, step, (int)ordinal) : throw chunk.Wrong(row, "ordinal", $"It is {ordinal}; the most is {int.MaxValue}.");
    }

    /// <summary>Joins a row to its record.</summary>
    public void Add(RowChunk chunk, int row, long job)
    {
        var key = KeyOf(chunk, row);
        var isKnown = _last.TryGetValue(job, out var last);
        if (isKnown && key.CompareTo(last) < 0)
            throw chunk.Wrong(row, "time", "It belongs to a record before that of the row before: the rows of a job must be sorted by time, globalStep and ordinal.");
        if (!isKnown || key != last)
        {
            Close(job);
            _last[job] = key;
            _open[job] = new Open(key);
        }

        if (!_open.TryGetValue(job, out var record))
            throw chunk.Wrong(row, "time", $"Rows of other jobs, with more than {mostNodes} nodes, stand between it and the row of its record before: the rows of a record must stand together.");
        if (chunk.Has(row, 5))
            record.Speed = chunk.Number(row, 5);
        var role = chunk.Text(row, 6);
        if (role is not ("worker" or "ps"))
            throw chunk.Wrong(row, "role", $"It must be worker or ps{(role is null ? "" : $", not '{InputRules.Shortened(role)}'")}.");
        var node = chunk.Text(row, 7) ?? throw chunk.Wrong(row, "node", "It is missing.");
        RowRules.Check(chunk, row, "node", rules => rules.Name(node, InputRules.LongestKey, "The node"));
        if (!record.Nodes.Add((role, node)))
            throw chunk.Wrong(row, "node", $"The {role} '{InputRules.Shortened(node)}' stands twice in its record.");
        if (record.Nodes.Count > mostNodes)
            throw chunk.Wrong(row, "node", $"Its record has more than {mostNodes} nodes.");
        if (++_nodes > mostNodes)
            CloseOthers(job);
        if (chunk.Has(row, 8))
            (role == "ps" ? record.PsCpu : record.WorkerCpu).Add(new(node, chunk.Number(row, 8)));
        if (chunk.Has(row, 9))
            (role == "ps" ? record.PsMemory : record.WorkerMemory).Add(new(node, chunk.Number(row, 9)));
    }

    /// <summary>The records that are whole, once.</summary>
    /// <param name="all">Whether no row follows.</param>
    public IReadOnlyList<(long Job, JobRuntimeRecord Record)> Take(bool all)
    {
        if (all)
            _whole.AddRange(_open.Select(open => (open.Key, open.Value.ToRecord())));
        var taken = _whole.ToArray();
        _whole.Clear();
        return taken;
    }

    private void CloseOthers(long job)
    {
        foreach (var other in _open.Keys.Where(other => other != job).ToArray())
            Close(other);
    }

    private void Close(long job)
    {
        if (!_open.Remove(job, out var record))
            return;
        _whole.Add((job, record.ToRecord()));
        _nodes -= record.Nodes.Count;
    }

    private sealed class Open((long Time, long Step, int Ordinal) key)
    {
        public (long Time, long Step, int Ordinal) Key { get; } = key;

        public double? Speed { get; set; }

        public HashSet<(string Role, string Node)> Nodes { get; } = [];

        public List<KeyValuePair<string, double>> WorkerCpu { get; } = [];

        public List<KeyValuePair<string, double>> WorkerMemory { get; } = [];

        public List<KeyValuePair<string, double>> PsCpu { get; } = [];

        public List<KeyValuePair<string, double>> PsMemory { get; } = [];

        public JobRuntimeRecord ToRecord() => new()
        {
            Time = DateTimeOffset.FromUnixTimeMilliseconds(Key.Time),
            GlobalStep = Key.Step,
            Ordinal = Key.Ordinal,
            Speed = Speed,
            WorkerCpu = WorkerCpu,
            WorkerMemory = WorkerMemory,
            PsCpu = PsCpu,
            PsMemory = PsMemory,
        };
    }
}
