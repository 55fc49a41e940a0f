namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>A leaf column over an array. The arrays are taken over, not copied, and must not change any more.</summary>
/// <typeparam name="T">The element.</typeparam>
/// <param name="values">The values; those of null rows are not read.</param>
/// <param name="nulls">Which rows are null; null when none is.</param>
/// <param name="count">The number of rows where the arrays are longer; -1 for all of <paramref name="values"/>.</param>
public abstract class ArrayColumn<T>(T[] values, bool[]? nulls = null, int count = -1) : LeafColumn
{
    /// <summary>The values, at least <see cref="Column.Count"/>.</summary>
    public T[] Values { get; } = values;

    /// <summary>Which rows are null; null when none is.</summary>
    public bool[]? Nulls { get; } = nulls;

    /// <inheritdoc />
    public override int Count { get; } = count < 0 ? values.Length : count;

    /// <inheritdoc />
    public override bool MayHaveNulls => Nulls is not null;

    /// <inheritdoc />
    public override bool IsNull(int row) => Nulls is not null && Nulls[row];
}
