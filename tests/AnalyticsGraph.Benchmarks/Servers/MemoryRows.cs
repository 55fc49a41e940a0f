namespace AnalyticsGraph.Benchmarks.Servers;

/// <summary>A row of the list from memory: ten fields, one of them a list.</summary>
internal sealed record MemoryRun(
    string Id, string Name, string User, MemoryStatus Status, DateTimeOffset StartTime, DateTimeOffset? EndTime, long Steps, double Loss, bool IsBest, MemoryParam[] Params)
{
    /// <summary>Fifty rows, always the same.</summary>
    public static MemoryRun[] Make()
    {
        var random = new Random(1);
        var start = new DateTimeOffset(2026, 1, 31, 12, 0, 0, 123, TimeSpan.Zero);
        return [.. Enumerable.Range(0, 50).Select(i => new MemoryRun(
            $"UnVuOjEwMD{i:00}", $"bright-swan-{i}", "ada", (MemoryStatus)(i % 3), start.AddMinutes(i), i % 4 == 0 ? null : start.AddHours(i), random.Next(100_000),
            random.NextDouble(), i == 7, [.. Names.Select(name => new MemoryParam(name, random.Next(10_000).ToString()))]))];
    }

    private static readonly string[] Names = ["depth", "eta", "gamma", "seed", "rounds"];
}

/// <summary>Who owns a run.</summary>
internal sealed record MemoryOwner(string Name)
{
    /// <summary>The owners by the ids of the runs.</summary>
    public static Dictionary<string, MemoryOwner> All { get; } = MemoryRun.Make().ToDictionary(run => run.Id, run => new MemoryOwner($"owner of {run.Name}"));
}

/// <summary>A param.</summary>
internal sealed record MemoryParam(string Key, string Value);

/// <summary>A run's status.</summary>
internal enum MemoryStatus
{
    Running,
    Finished,
    Failed,
}
