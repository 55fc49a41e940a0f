using AnalyticsGraph.Tracking.Points;
using AnalyticsGraph.Tracking.Rules;

namespace AnalyticsGraph.Tracking.Ingest;

/// <summary>
/// Rows of <c>node-usage</c>, one for each node, joined to the records of a job's runtime that they are kept in. A job's rows must come in the order of their records, so that one is
/// known to be whole when another begins.
/// </summary>
internal sealed class NodeRecords
{
    private readonly Dictionary<long, Open> _open = [];
    private readonly List<(long Job, JobRuntimeRecord Record)> _whole = [];

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
        if (_open.TryGetValue(job, out var record) && record.Key != key)
        {
            if (key.CompareTo(record.Key) < 0)
                throw chunk.Wrong(row, "time", "It belongs to a record before that of the row before: the rows of a job must be sorted by time, globalStep and ordinal.");
            _whole.Add((job, record.ToRecord()));
            record = null;
        }

        if (record is null)
            _open[job] = record = new Open(key);
        if (chunk.Has(row, 5))
            record.Speed = chunk.Number(row, 5);
        var role = chunk.Text(row, 6);
        if (role is not ("worker" or "ps"))
            throw chunk.Wrong(row, "role", $"It must be worker or ps{(role is null ? "" : $", not '{InputRules.Shortened(role)}'")}.");
        var node = chunk.Text(row, 7) ?? throw chunk.Wrong(row, "node", "It is missing.");
        RowRules.Check(chunk, row, "node", rules => rules.Name(node, InputRules.LongestKey, "The node"));
        if (!record.Nodes.Add((role, node)))
            throw chunk.Wrong(row, "node", $"The {role} '{InputRules.Shortened(node)}' stands twice in its record.");
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
