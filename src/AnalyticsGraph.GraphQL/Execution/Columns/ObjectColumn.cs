namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>A to-one field: each row is an object of one concrete type, or null. Several rows may share an object.</summary>
/// <param name="objects">The distinct objects.</param>
/// <param name="rows">For each parent row its object's row, or -1 for null; null when parent row i has object i.</param>
public sealed class ObjectColumn(ObjectBatch objects, int[]? rows = null) : Column
{
    /// <summary>The distinct objects.</summary>
    public ObjectBatch Objects { get; } = objects;

    /// <summary>For each parent row its object's row, or -1; null for the identity.</summary>
    public int[]? Rows { get; } = rows;

    /// <inheritdoc />
    public override int Count => Rows?.Length ?? Objects.Count;

    /// <inheritdoc />
    public override bool MayHaveNulls => Rows is not null;

    /// <inheritdoc />
    public override bool IsNull(int row) => Rows is not null && Rows[row] < 0;
}
