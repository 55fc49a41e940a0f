using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping;
using AnalyticsGraph.Mapping.Sessions;

namespace AnalyticsGraph.Analytics.Jobs;

/// <summary>Asks ClickHouse for runtime records of jobs: one query for all jobs of a level.</summary>
internal static class RuntimeReader
{
    /// <summary>The last records of each job, the newest first.</summary>
    /// <param name="request">The request.</param>
    /// <param name="jobs">Their ids.</param>
    /// <param name="records">How many of each.</param>
    public static async Task<ILookup<long, RuntimeRecord>> ReadLastAsync(RequestContext request, long[] jobs, int records)
    {
        var query = new ClickHouseQuery(
            """
            SELECT job_id, toUnixTimestamp64Milli(time) AS ms, global_step, ifNull(speed, nan) AS pace, worker_cpu, worker_memory, ps_cpu, ps_memory
            FROM job_runtime FINAL WHERE job_id IN {jobs:Array(Int64)}
            ORDER BY job_id, time DESC, global_step DESC, ordinal DESC LIMIT {records:UInt32} BY job_id
            """).With("jobs", "Array(Int64)", jobs).With("records", "UInt32", (uint)records);
        var found = new List<RuntimeRecord>();
        await ReadAsync(request, query, (block, row) => found.Add(RecordAt(block, row, [.. NodesAt(block, row, "worker"), .. NodesAt(block, row, "ps")]))).ConfigureAwait(false);
        return found.ToLookup(record => record.JobId);
    }

    /// <summary>How many workers each job had, and how fast it was, from its first record to its last.</summary>
    /// <param name="request">The request.</param>
    /// <param name="jobs">Their ids.</param>
    /// <param name="read">Takes a record and its number of workers; all records of a job one after another.</param>
    public static Task ReadWorkersAsync(RequestContext request, long[] jobs, Action<RuntimeRecord, int> read)
    {
        var query = new ClickHouseQuery(
            """
            SELECT job_id, toUnixTimestamp64Milli(time) AS ms, global_step, ifNull(speed, nan) AS pace,
                toInt32(length(arrayDistinct(arrayConcat(mapKeys(worker_cpu), mapKeys(worker_memory))))) AS workers
            FROM job_runtime FINAL WHERE job_id IN {jobs:Array(Int64)}
            ORDER BY job_id, time, global_step, ordinal
            """).With("jobs", "Array(Int64)", jobs);
        return ReadAsync(request, query, (block, row) => read(RecordAt(block, row, []), block.Column<int>("workers")[row]));
    }

    /// <summary>The most that was used in any record of any of the jobs; NaN where no record tells.</summary>
    /// <param name="request">The request.</param>
    /// <param name="jobs">Their ids.</param>
    /// <returns>A worker's CPU and memory, and the CPU and memory of all parameter servers of a job together.</returns>
    public static async Task<(double WorkerCpu, double WorkerMemory, double PsCpu, double PsMemory)> ReadMaximaAsync(RequestContext request, long[] jobs)
    {
        var sent = SentRows.OfKeys("jobs", request.Get<MappingLimits>(), jobs);
        var query = sent.AddTo(new ClickHouseQuery(
            $"""
            SELECT
                ifNull(maxOrNullIf(arrayMax(mapValues(r.worker_cpu)), notEmpty(r.worker_cpu)), nan) AS max_worker_cpu,
                ifNull(maxOrNullIf(arrayMax(mapValues(r.worker_memory)), notEmpty(r.worker_memory)), nan) AS max_worker_memory,
                ifNull(maxOrNullIf(arraySum(mapValues(r.ps_cpu)), notEmpty(r.ps_cpu)), nan) AS max_ps_cpu,
                ifNull(maxOrNullIf(arraySum(mapValues(r.ps_memory)), notEmpty(r.ps_memory)), nan) AS max_ps_memory
            FROM job_runtime AS r FINAL WHERE job_id IN {sent.Keys}
            """));
        var maxima = (double.NaN, double.NaN, double.NaN, double.NaN);
        await ReadAsync(request, query, (block, row) => maxima = (
            block.Column<double>("max_worker_cpu")[row], block.Column<double>("max_worker_memory")[row],
            block.Column<double>("max_ps_cpu")[row], block.Column<double>("max_ps_memory")[row])).ConfigureAwait(false);
        return maxima;
    }

    private static async Task ReadAsync(RequestContext request, ClickHouseQuery query, Action<Block, int> read) =>
        await request.Get<StoreSessions>().ClickHouse!.ReadCaughtUpAsync(
            query,
            block =>
            {
                for (var row = 0; row < block.RowCount; row++)
                {
                    read(block, row);
                }
            },
            request.CancellationToken).ConfigureAwait(false);

    private static RuntimeRecord RecordAt(Block block, int row, IReadOnlyList<NodeUse> nodes) =>
        new(block.Column<long>("job_id")[row], block.Column<long>("ms")[row], block.Column<long>("global_step")[row], block.Column<double>("pace")[row], nodes);

    private static List<NodeUse> NodesAt(Block block, int row, string role)
    {
        var nodes = new SortedDictionary<string, (double Cpu, double Memory)>(NodeOrder);
        foreach (var (node, cpu) in MapAt($"{role}_cpu"))
        {
            nodes.TryAdd(node, (cpu, double.NaN));
        }

        foreach (var (node, memory) in MapAt($"{role}_memory"))
        {
            nodes[node] = (nodes.TryGetValue(node, out var use) ? use.Cpu : double.NaN, memory);
        }

        return [.. nodes.Select(node => new NodeUse(role, node.Key, node.Value.Cpu, node.Value.Memory))];

        KeyValuePair<string, double>[] MapAt(string column) => ((ClickHouseMapColumn<string, double>)block.Column(column))[row];
    }

    /// <summary>Node 10 comes after node 9; names that are no numbers come last.</summary>
    public static Comparer<string> NodeOrder { get; } = Comparer<string>.Create((a, b) =>
        (long.TryParse(a, out var x), long.TryParse(b, out var y)) switch
        {
            (true, true) when x != y => x.CompareTo(y),
            (true, false) => -1,
            (false, true) => 1,
            _ => string.CompareOrdinal(a, b),
        });
}
