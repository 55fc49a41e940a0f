namespace AnalyticsGraph.Tracking.Points;

/// <summary>What a metric point describes. The numbers are those of the Enum8 in ClickHouse.</summary>
public enum MetricScope : byte
{
    /// <summary>The run as a whole, step by step.</summary>
    Run = 0,

    /// <summary>The run's results.</summary>
    Result = 1,

    /// <summary>An epoch; the step is its index.</summary>
    Epoch = 2,

    /// <summary>A batch; the step is its index within its epoch.</summary>
    Batch = 3,
}

/// <summary>The names of scopes as they stand in PostgreSQL and in the graph.</summary>
internal static class MetricScopes
{
    private static readonly string[] Names = ["RUN", "RESULT", "EPOCH", "BATCH"];

    public static string Name(this MetricScope scope) => Names[(int)scope];

    /// <summary>What is wrong with where a point of a scope stands; null if nothing is. The steps of runs may be any.</summary>
    public static (string Name, string Message)? FindWrongPlace(this MetricScope scope, long epoch, long step) =>
        epoch != 0 && scope != MetricScope.Batch ? ("epoch", $"Only points of batches have an epoch beside their step; for scope {scope.Name()} leave it out.")
        : epoch < 0 ? ("epoch", $"The epoch is {epoch}; epochs count from 0.")
        : step < 0 && scope is (MetricScope.Epoch or MetricScope.Batch) ? ("step", $"The step is {step}; for scope {scope.Name()} it is an index, and they count from 0.")
        : null;

    public static MetricScope Parse(string name) =>
        TryParse(name, out var scope) ? scope : throw new ArgumentException($"'{name}' is no metric scope. Known: {string.Join(", ", Names)}.", nameof(name));

    public static bool TryParse(string name, out MetricScope scope)
    {
        var index = Array.IndexOf(Names, name);
        scope = (MetricScope)Math.Max(index, 0);
        return index >= 0;
    }
}
