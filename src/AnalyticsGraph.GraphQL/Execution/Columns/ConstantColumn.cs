namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>The same JSON in every row.</summary>
/// <param name="json">A valid JSON value, written as it is.</param>
/// <param name="count">The number of rows.</param>
public sealed class ConstantColumn(ReadOnlyMemory<byte> json, int count) : LeafColumn
{
    /// <inheritdoc />
    public override int Count => count;

    /// <inheritdoc />
    public override bool MayHaveNulls => false;

    /// <inheritdoc />
    public override bool IsNull(int row) => false;

    /// <inheritdoc />
    public override void Write(int row, ResponseWriter writer) => writer.WriteRaw(json.Span);
}
