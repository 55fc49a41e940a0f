namespace AnalyticsGraph.Benchmarks.Scaling;

/// <summary>A question to the data of every size.</summary>
/// <param name="Name">What is asked.</param>
/// <param name="Query">The graph's document.</param>
/// <param name="Sql">What one would ask ClickHouse instead; null for a question that is not ClickHouse's.</param>
/// <param name="GrowsWith">What its time grows with.</param>
internal sealed record ScaleQuestion(string Name, string Query, string? Sql, string GrowsWith)
{
    /// <summary>The bar: how many times as long as <see cref="Sql"/> it may take.</summary>
    public double? MostRatio { get; init; }

    /// <summary>The bar: how many milliseconds it may take.</summary>
    public double? MostMilliseconds { get; init; }

    /// <summary>The bars in words.</summary>
    public string Bar => (MostRatio, MostMilliseconds) switch
    {
        ({ } ratio, null) => $"{ratio:0.0}x",
        (null, { } milliseconds) => $"{milliseconds:0} ms",
        _ => "",
    };
}
