namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>A to-one field of an interface or union type: rows are objects of several concrete types.</summary>
/// <param name="batches">One batch for each concrete type that occurs.</param>
/// <param name="batchOf">For each parent row the index of its batch, or -1 for null.</param>
/// <param name="rowOf">For each parent row its row within that batch.</param>
public sealed class AbstractColumn(ObjectBatch[] batches, int[] batchOf, int[] rowOf) : Column
{
    /// <summary>One batch for each concrete type that occurs.</summary>
    public ObjectBatch[] Batches { get; } = batches;

    /// <summary>For each parent row the index of its batch, or -1 for null.</summary>
    public int[] BatchOf { get; } = batchOf;

    /// <summary>For each parent row its row within its batch.</summary>
    public int[] RowOf { get; } = rowOf;

    /// <inheritdoc />
    public override int Count => BatchOf.Length;

    /// <inheritdoc />
    public override bool MayHaveNulls => true;

    /// <inheritdoc />
    public override bool IsNull(int row) => BatchOf[row] < 0;
}
