namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>A list field: parent row i has the items from <c>Offsets[i]</c> to <c>Offsets[i + 1]</c> of one shared column.</summary>
/// <param name="offsets">Count + 1 ascending positions, starting at 0.</param>
/// <param name="items">The items of all rows, one after another: leaf, object, abstract, or lists again.</param>
/// <param name="nulls">Whether each row is null (instead of empty); null when none is.</param>
public sealed class ListColumn(int[] offsets, Column items, bool[]? nulls = null) : Column
{
    /// <summary>Count + 1 ascending positions in <see cref="Items"/>.</summary>
    public int[] Offsets { get; } = offsets;

    /// <summary>The items of all rows.</summary>
    public Column Items { get; } = items;

    /// <summary>Which rows are null; null when none is.</summary>
    public bool[]? Nulls { get; } = nulls;

    /// <inheritdoc />
    public override int Count => Offsets.Length - 1;

    /// <inheritdoc />
    public override bool MayHaveNulls => Nulls is not null;

    /// <inheritdoc />
    public override bool IsNull(int row) => Nulls is not null && Nulls[row];
}
