using AnalyticsGraph.GraphQL.Execution;

namespace AnalyticsGraph.Mapping.Rows;

/// <summary>Rows of a mapped type as columns: the <see cref="ObjectBatch.Source"/> of its objects.</summary>
internal sealed class RowSet(RowLayout layout, RowValues[] values, int count, DateTime? asOf = null) : IDivisibleSource
{
    public RowLayout Layout { get; } = layout;

    public int Count { get; } = count;

    /// <summary>The time they were read as of, which what is below them is read as of, too; null for the present.</summary>
    public DateTime? AsOf { get; } = asOf;

    /// <summary>The values in the order of the layout; what a statement selected beyond it follows.</summary>
    public RowValues[] Values { get; } = values;

    /// <summary>A row of which only the key is known yet.</summary>
    /// <returns>Null if the key is not a single integer.</returns>
    public static RowSet? OfKey(RowLayout layout, object[]? key, DateTime? asOf = null)
    {
        if (key is not [long number])
        {
            return null;
        }

        var values = new RowValues[layout.Items.Length];
        values[layout.KeyOrdinals[0]] = new Int64Values([number], 1, null);
        return new RowSet(layout, values, 1, asOf);
    }

    /// <summary>The same rows as another layout, all of whose items this one has, wants them.</summary>
    public RowSet As(RowLayout other)
    {
        if (ReferenceEquals(other, Layout))
        {
            return this;
        }

        var values = new RowValues[other.Items.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Values[Layout.OrdinalOf(other.Items[i].Name)];
        }

        return new RowSet(other, values, Count, AsOf);
    }

    /// <summary>Chosen rows, in the order asked for.</summary>
    public RowSet Take(ReadOnlySpan<int> rows)
    {
        var values = new RowValues[Values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Gather.Rows(Values[i], rows);
        }

        return new RowSet(Layout, values, rows.Length, AsOf);
    }

    object IDivisibleSource.Take(int[] rows) => Take(rows);
}
