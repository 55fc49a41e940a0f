namespace AnalyticsGraph.Analytics.Jobs;

/// <summary>How much of what a node was given it used over its job's last records. Null where nothing tells.</summary>
internal sealed record NodeUtilization(
    string Role,
    string Node,
    int Records,
    double? AverageCpu,
    double? MaxCpu,
    double? AverageMemory,
    double? MaxMemory,
    double? RequestedCpu,
    double? RequestedMemory,
    double? CpuRatio,
    double? MemoryRatio,
    bool IsHot,
    bool IsCold)
{
    // No training process gets by with less than this many bytes, and no machine has as many MB: memory is recorded in either.
    private const double LeastBytes = 1 << 20;

    /// <summary>Computes it for each node of a job.</summary>
    /// <param name="records">The job's last records.</param>
    /// <param name="requested">What was asked for, by role: cores and MB.</param>
    /// <param name="bounds">From which ratios on a node is hot, and up to which it is cold.</param>
    /// <returns>Workers first, by number.</returns>
    public static IReadOnlyList<NodeUtilization> Of(IEnumerable<RuntimeRecord> records, Func<string, (double Cpu, double Memory)> requested, UtilizationBounds bounds) =>
        [.. records.SelectMany(record => record.Nodes)
            .GroupBy(use => (use.Role, use.Node))
            .OrderByDescending(node => node.Key.Role, StringComparer.Ordinal)
            .ThenBy(node => node.Key.Node, RuntimeReader.NodeOrder)
            .Select(node => Of(node.Key.Role, node.Key.Node, [.. node], requested(node.Key.Role), bounds))];

    private static NodeUtilization Of(string role, string node, NodeUse[] uses, (double Cpu, double Memory) requested, UtilizationBounds bounds)
    {
        double[] cpu = [.. uses.Select(use => use.Cpu).Where(double.IsFinite)];
        double[] memory = [.. uses.Select(use => use.Memory).Where(double.IsFinite)];
        var cpuRatio = cpu.Length > 0 && requested.Cpu > 0 ? cpu.Average() / requested.Cpu : (double?)null;
        var memoryRatios = requested.Memory > 0 ? Array.ConvertAll(memory, m => InMegabytes(m) / requested.Memory) : [];
        return new NodeUtilization(
            role,
            node,
            uses.Length,
            cpu.Length > 0 ? cpu.Average() : null,
            cpu.Length > 0 ? cpu.Max() : null,
            memory.Length > 0 ? memory.Average() : null,
            memory.Length > 0 ? memory.Max() : null,
            double.IsNaN(requested.Cpu) ? null : requested.Cpu,
            double.IsNaN(requested.Memory) ? null : requested.Memory,
            cpuRatio,
            memoryRatios.Length > 0 ? memoryRatios.Average() : null,
            cpuRatio > bounds.HotCpu || (memoryRatios.Length > 0 && memoryRatios.All(ratio => ratio > bounds.HotMemory)),
            (cpuRatio is not null || memoryRatios.Length > 0) && !(cpuRatio >= bounds.ColdCpu) && memoryRatios.All(ratio => ratio < bounds.ColdMemory));
    }

    private static double InMegabytes(double memory) => memory >= LeastBytes ? memory / LeastBytes : memory;
}

/// <summary>From which ratios of use to request a node is hot, and up to which it is cold.</summary>
/// <param name="HotCpu">Hot if the average CPU is above it.</param>
/// <param name="HotMemory">Hot if the memory is above it in every record.</param>
/// <param name="ColdCpu">Cold if the average CPU is below it, and memory, too.</param>
/// <param name="ColdMemory">Cold if the memory is below it in every record, and CPU, too.</param>
internal sealed record UtilizationBounds(double HotCpu, double HotMemory, double ColdCpu, double ColdMemory);
