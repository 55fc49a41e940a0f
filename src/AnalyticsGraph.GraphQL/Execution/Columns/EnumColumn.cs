namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>Values of an enum type, each written as its name.</summary>
/// <param name="names">The names as they are written, shared by all columns of the enum.</param>
/// <param name="values">For each row the index of its name, or -1 for null.</param>
/// <param name="mayHaveNulls">False promises that no row is null.</param>
public sealed class EnumColumn(EnumNames names, int[] values, bool mayHaveNulls = true) : LeafColumn
{
    /// <summary>The index of each row's name, or -1.</summary>
    public int[] Values { get; } = values;

    /// <inheritdoc />
    public override int Count => Values.Length;

    /// <inheritdoc />
    public override bool MayHaveNulls { get; } = mayHaveNulls;

    /// <inheritdoc />
    public override bool IsNull(int row) => Values[row] < 0;

    /// <inheritdoc />
    public override void Write(int row, ResponseWriter writer) => writer.WriteRaw(names.Quoted(Values[row]));
}
