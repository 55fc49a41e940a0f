namespace AnalyticsGraph.Tracking.Staging;

/// <summary>What a load added, as its publishing goes on.</summary>
internal sealed class Published
{
    /// <summary>Uncompressed bytes of its rows.</summary>
    public long Bytes { get; set; }

    /// <summary>How many points each of its runs has now.</summary>
    public Dictionary<long, long> Runs { get; } = [];

    /// <summary>The jobs that have new runtime records.</summary>
    public IReadOnlyList<long> Jobs { get; set; } = [];
}
