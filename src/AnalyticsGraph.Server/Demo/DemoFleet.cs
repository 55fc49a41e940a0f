using System.Globalization;
using System.Text.Json;

namespace AnalyticsGraph.Server.Demo;

/// <summary>
/// 200 training jobs on two clusters, as a scheduler would record them: simulated from a fixed seed, and plausible. Their speed grows with their workers and less than in proportion,
/// memory creeps up; some run out of it, some hang, some are given more workers on the way.
/// </summary>
internal sealed class DemoFleet(DemoGraph graph)
{
    private const int Jobs = 200;
    private static readonly DateTimeOffset Begin = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);
    private static readonly string[] Scenarios = ["ads-ctr", "search-ranking", "feed-ranking", "speech", "vision"];

    /// <summary>The unique id of the job that is logged last.</summary>
    public static string LastJob => Uid(Jobs - 1);

    /// <summary>Simulates and logs.</summary>
    public async Task RunAsync()
    {
        string[] clusters =
        [
            await ClusterAsync("demo-cluster-cpu", "cpu-east", new { cpu = 4096, memory_gb = 16384 }),
            await ClusterAsync("demo-cluster-gpu", "gpu-west", new { cpu = 2048, memory_gb = 8192, gpu = 256 }),
        ];
        await Parallel.ForEachAsync(Enumerable.Range(0, Jobs - 1), new ParallelOptions { MaxDegreeOfParallelism = 4 }, (i, _) => LogAsync(i));
        await LogAsync(Jobs - 1);

        async ValueTask LogAsync(int number)
        {
            var plan = new JobPlan(number);
            await this.LogAsync(plan, clusters[plan.IsAllReduce ? 1 : 0]);
        }
    }

    private Task<string> ClusterAsync(string uid, string name, object resources) => graph.EnsureAsync(
        "Cluster", "clusters", new { uid = DemoGraph.Is(uid), source = DemoGraph.Here }, new { uid, name, resources, status = new { ready = true } });

    private async Task LogAsync(JobPlan plan, string cluster)
    {
        var records = plan.Simulate();
        var end = records[^1].Time + TimeSpan.FromSeconds(20);
        var job = await graph.EnsureAsync("Job", "jobs", new { uid = DemoGraph.Is(plan.Uid), source = DemoGraph.Here }, new
        {
            uid = plan.Uid,
            name = plan.Name,
            scenario = plan.Scenario,
            clusterId = cluster,
            creationTime = plan.Created,
            startTime = records[0].Time,
            endTime = end,
            status = new Dictionary<string, object> { ["IsOOM"] = plan.Ending.EndsWith("OOM", StringComparison.Ordinal) },
            exitReason = plan.Ending,
        });
        var known = await graph.RunAsync("query ($id: ID!) { job(id: $id) { profile { type } nodes(first: 1000) { nodes { uid } } } }", new { id = job });
        if (known.GetProperty("job").GetProperty("profile").ValueKind == JsonValueKind.Null)
        {
            await AddProfileAsync(plan, job);
        }

        // All nodes of a job in one operation.
        var present = known.GetProperty("job").GetProperty("nodes").GetProperty("nodes").EnumerateArray().Select(node => node.GetProperty("uid").GetString()).ToHashSet();
        await AddNodesAsync(plan.Nodes(end).Where(node => !present.Contains(node.Uid)).Select(node => node with { JobId = job }).ToArray());
        foreach (var some in records.Chunk(500))
        {
            await graph.ChangeAsync("logJobRuntime", "count", new { jobId = job, records = some });
        }
    }

    private async Task AddProfileAsync(JobPlan plan, string job) => await graph.ChangeAsync("createJobProfile", "", new
    {
        jobId = job,
        type = plan.IsAllReduce ? "AllreduceStrategy" : "ParameterServerStrategy",
        hyperParams = new { batch_size = plan.BatchSize, epoch = plan.Epochs, max_steps = plan.MostSteps },
        jobFeature = new { user_id = plan.User, job_name = plan.Name, cluster = plan.IsAllReduce ? "gpu-west" : "cpu-east", is_prod = plan.Number % 4 == 0 },
        datasetFeature = new { dataset_size = plan.Samples, dataset_name = $"{plan.Scenario}-events" },
        modelFeature = new { variable_count = 40 + (plan.Number % 30), op_count = 2000 + (plan.Number * 13 % 900), embedding_dimension = plan.IsAllReduce ? 0 : 16, total_variable_size = 8_000_000L * (1 + (plan.Number % 9)) },
        resource = new { node_group_resources = plan.Resources() },
        optimization = plan.Growth is { } growth ? new[] { growth } : null,
    });

    private async Task AddNodesAsync(Node[] nodes)
    {
        if (nodes.Length == 0)
        {
            return;
        }

        var names = Enumerable.Range(0, nodes.Length).Select(i => $"n{i}").ToArray();
        var declarations = string.Join(", ", names.Select(name => $"${name}: CreateJobNodeInput!"));
        var fields = string.Join(' ', names.Select(name => $"{name}: createJobNode(input: ${name}) {{ errors {{ ... on UserError {{ message path }} }} }}"));
        var data = await graph.RunAsync($"mutation ({declarations}) {{ {fields} }}", names.Zip(nodes).ToDictionary(pair => pair.First, pair => pair.Second));
        if (data.EnumerateObject().Select(field => field.Value.GetProperty("errors")).FirstOrDefault(errors => errors.GetArrayLength() > 0) is { ValueKind: JsonValueKind.Array } refused)
        {
            throw new InvalidOperationException($"The demo's data were refused by createJobNode: {refused.GetRawText()}");
        }
    }

    private static string Uid(int number) => $"demo-job-{number.ToString("000", CultureInfo.InvariantCulture)}";

    /// <summary>A node as <c>createJobNode</c> takes it.</summary>
    private sealed record Node(
        string JobId, string Uid, string Name, string Type, DateTimeOffset CreationTime, DateTimeOffset StartTime, DateTimeOffset EndTime, object Resource, object Status);

    /// <summary>A record as <c>logJobRuntime</c> takes it.</summary>
    private sealed record Runtime(
        DateTimeOffset Time, long GlobalStep, double Speed, NamedNumber[] WorkerCpu, NamedNumber[] WorkerMemory, NamedNumber[] PsCpu, NamedNumber[] PsMemory);

    private sealed record NamedNumber(string Name, double Value);

    /// <summary>What a job is, and what becomes of it.</summary>
    private sealed class JobPlan
    {
        private const double Gigabyte = 1L << 30;
        private readonly Random _random;
        private readonly double _workerCpu;
        private readonly double _workerMemory;

        public JobPlan(int number)
        {
            Number = number;
            _random = new Random(number);
            Scenario = Scenarios[_random.Next(Scenarios.Length)];
            IsAllReduce = Scenario is "speech" or "vision";
            Created = Begin + (number * TimeSpan.FromHours(3)) + TimeSpan.FromMinutes(_random.Next(120));
            BatchSize = 1 << _random.Next(6, 11);
            Epochs = _random.Next(1, 4);
            Workers = _random.Next(2, 7);
            Servers = IsAllReduce ? 0 : _random.Next(1, 4);
            _workerCpu = _random.Next(4, 13);
            _workerMemory = _random.Next(8, 33);

            // A quarter hour to an hour at 15 s a record.
            Records = _random.Next(60, 240);
            MostSteps = (long)(Records * 15 * Speed(Workers));
            Samples = MostSteps * BatchSize / Epochs;
            Ending = _random.Next(100) switch { < 78 => "Completed", < 86 => IsAllReduce ? "WorkerOOM" : "PSOOM", < 92 => "WorkerOOM", < 95 => "HangError", < 98 => "CodeError", _ => "PendingTimeout" };
            GrowsAt = Ending == "Completed" && _random.Next(4) == 0 ? Records / 3 : int.MaxValue;
        }

        public int Number { get; }

        public string Uid => DemoFleet.Uid(Number);

        public string Name => $"{Scenario}-{Number:000}";

        public string User => $"user{Number % 12:00}";

        public string Scenario { get; }

        public bool IsAllReduce { get; }

        public DateTimeOffset Created { get; }

        public int BatchSize { get; }

        public int Epochs { get; }

        public long MostSteps { get; }

        public long Samples { get; }

        public string Ending { get; }

        /// <summary>The plan by which workers are added on the way; null for most jobs.</summary>
        public object? Growth => GrowsAt == int.MaxValue ? null : new
        {
            timestamp = (Started + (GrowsAt * TimeSpan.FromSeconds(15))).ToUnixTimeSeconds(),
            config = new { algorithm = "worker-throughput" },
            plan = new
            {
                timestamp = (Started + (GrowsAt * TimeSpan.FromSeconds(15))).ToUnixTimeSeconds(),
                resource = new { task_group_resources = new { worker = new { count = Workers * 2, resource = new { memory = (long)(_workerMemory * Gigabyte), cpu = _workerCpu } } } },
                job = new { uid = Uid },
            },
            job_states = Array.Empty<object>(),
        };

        private int Workers { get; }

        private int Servers { get; }

        private int Records { get; }

        private int GrowsAt { get; }

        private DateTimeOffset Started => Created + TimeSpan.FromMinutes(1 + (Number % 5));

        /// <summary>What the job asked for; memory in MB.</summary>
        public Dictionary<string, object> Resources()
        {
            var groups = new Dictionary<string, object> { ["worker"] = new { count = Workers, node_resource = new { cpu = _workerCpu, memory = _workerMemory * 1024 } } };
            if (Servers > 0)
            {
                groups["ps"] = new { count = Servers, node_resource = new { cpu = 8, memory = 16384 } };
            }

            return groups;
        }

        public IEnumerable<Node> Nodes(DateTimeOffset end)
        {
            var workers = GrowsAt == int.MaxValue ? Workers : Workers * 2;
            for (var i = 0; i < workers + Servers; i++)
            {
                var isServer = i >= workers;
                var (type, index) = isServer ? ("ps", i - workers) : ("worker", i);
                var isOut = index == 0 && Ending == (isServer ? "PSOOM" : "WorkerOOM");
                var resource = new Dictionary<string, object> { ["CPUCore"] = isServer ? 8 : _workerCpu, ["Memory"] = isServer ? 16384 : _workerMemory * 1024 };
                var status = new Dictionary<string, object> { ["IsOOM"] = isOut, ["Status"] = isOut || Ending.EndsWith("Error", StringComparison.Ordinal) ? "Failed" : "Succeeded" };
                yield return new Node("", $"{Uid}-{type}-{index}", $"{Name}-{type}-{index}", type, Created, Started, end, resource, status);
            }
        }

        public Runtime[] Simulate()
        {
            // What hangs, fails or runs out of memory does so on the way.
            var last = Ending == "Completed" ? Records : Math.Max(Records * _random.Next(2, 9) / 10, 4);
            var records = new List<Runtime>(last);
            var step = 0.0;
            for (var i = 0; i < last; i++)
            {
                var workers = i < GrowsAt ? Workers : Workers * 2;
                var isHung = Ending == "HangError" && i > last * 2 / 3;
                var speed = isHung ? 0 : Speed(workers) * Noise(0.05) * Math.Min(1, 0.3 + (i / 10.0));
                step = Math.Min(step + (15 * speed), MostSteps);
                records.Add(new Runtime(
                    Started + (i * TimeSpan.FromSeconds(15)),
                    (long)step,
                    speed,
                    Of(workers, _ => isHung ? 0.1 : _workerCpu * 0.7 * Noise(0.1)),
                    Of(workers, node => Memory(node, i, last, _workerMemory, "WorkerOOM") * Gigabyte),
                    Of(Servers, node => isHung ? 0.1 : Math.Min(8, (node == 0 ? 7 : 4.5) * Noise(0.08))),
                    Of(Servers, node => Memory(node, i, last, 16, "PSOOM") * 1024)));
                if (step >= MostSteps)
                {
                    break;
                }
            }

            return [.. records];
        }

        // In GB: half of what was asked for, and somewhat more with time; all of it for the node that runs out.
        private double Memory(int node, int record, int last, double asked, string fate) =>
            Ending == fate && node == 0 ? asked * (0.5 + (0.5 * (record + 1) / last)) : asked * (0.45 + (0.1 * record / last)) * Noise(0.02);

        private double Speed(int workers) => (IsAllReduce ? 1.2 : 4) * Math.Pow(workers, 0.8);

        private double Noise(double width) => 1 + (width * ((_random.NextDouble() * 2) - 1));

        private static NamedNumber[] Of(int nodes, Func<int, double> value) =>
            [.. Enumerable.Range(0, nodes).Select(node => new NamedNumber(node.ToString(CultureInfo.InvariantCulture), Math.Round(value(node), 3)))];
    }
}
