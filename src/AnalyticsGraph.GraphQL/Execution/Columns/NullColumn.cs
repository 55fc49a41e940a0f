namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>Null in every row, for a field of any type; with <see cref="Column.Errors"/>, the errors of all rows.</summary>
/// <param name="count">The number of rows.</param>
public sealed class NullColumn(int count) : LeafColumn
{
    /// <inheritdoc />
    public override int Count => count;

    /// <inheritdoc />
    public override bool MayHaveNulls => true;

    /// <inheritdoc />
    public override bool IsNull(int row) => true;

    /// <inheritdoc />
    public override void Write(int row, ResponseWriter writer) => throw new InvalidOperationException("A null row is not written.");
}
