using AnalyticsGraph.GraphQL.Planning;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>
/// All objects of one concrete type that stand at one place of the plan. A step makes it with its type, count and source; the executor then resolves
/// every selected field once for the whole batch.
/// </summary>
/// <param name="type">The concrete type of all rows.</param>
/// <param name="count">The number of objects.</param>
/// <param name="source">What the fields' steps read the rows from: a <c>T[]</c>, a row set of a store; known to both sides by convention.</param>
public sealed class ObjectBatch(ObjectType type, int count, object source)
{
    /// <summary>The concrete type of all rows.</summary>
    public ObjectType Type { get; } = type;

    /// <summary>The number of objects.</summary>
    public int Count { get; } = count;

    /// <summary>What the fields' steps read from.</summary>
    public object Source { get; } = source;

    /// <summary>What is selected on the objects; set by the executor.</summary>
    public PlannedSelectionSet Selections { get; internal set; } = null!;

    /// <summary>The result of each field, by <see cref="PlannedField.Index"/>; filled by the executor.</summary>
    internal Column?[] Results { get; set; } = [];
}
