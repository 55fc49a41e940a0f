namespace AnalyticsGraph.GraphQL.Observability;

/// <summary>A statement that a store was asked.</summary>
public sealed class StatementTrace
{
    internal StatementTrace(string text, IReadOnlyList<StepTrace> steps) => (Text, Steps) = (text, steps);

    /// <summary>How many rows came; null where that is not known.</summary>
    public long? Rows { get; set; }

    /// <summary>How many bytes came, decompressed; null where that is not known.</summary>
    public long? Bytes { get; set; }

    internal string Text { get; }

    internal IReadOnlyList<StepTrace> Steps { get; }
}
