namespace AnalyticsGraph.GraphQL.Observability;

/// <summary>One round trip to a store, with the statements it carried. Thread-safe only in that a trip belongs to who made it.</summary>
/// <param name="store">The store, by OpenTelemetry's name of the system, such as <c>postgresql</c>.</param>
public sealed class RoundTripTrace(string store)
{
    private readonly List<StatementTrace> _statements = [];

    internal string Store { get; } = store;

    internal TraceClock Clock { get; } = new();

    internal IReadOnlyList<StatementTrace> Statements => _statements;

    internal long? ReadRows { get; private set; }

    internal long? ReadBytes { get; private set; }

    internal string? ErrorType { get; private set; }

    /// <summary>Adds a statement in the order in which they are sent.</summary>
    /// <param name="text">Its text, with parameters in place of values.</param>
    /// <param name="steps">Who asked.</param>
    public StatementTrace Add(string text, IEnumerable<StepTrace> steps)
    {
        var statement = new StatementTrace(text, [.. steps.Distinct()]);
        _statements.Add(statement);
        return statement;
    }

    /// <summary>What the store says that it read to answer.</summary>
    /// <param name="rows">Rows of tables.</param>
    /// <param name="bytes">Their bytes, uncompressed.</param>
    public void Read(long rows, long bytes) => (ReadRows, ReadBytes) = (rows, bytes);

    /// <summary>The trip is over.</summary>
    /// <param name="errorType">What ended it early: a store's error code or an exception's type; null if all went well.</param>
    public void End(string? errorType = null)
    {
        ErrorType = errorType;
        Clock.Stop();
    }
}
