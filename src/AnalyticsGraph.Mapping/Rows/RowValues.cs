namespace AnalyticsGraph.Mapping.Rows;

/// <summary>One column of rows as a store gave it: typed arrays, no boxed value, no string. Arrays may be longer than <see cref="Count"/>.</summary>
internal abstract class RowValues(int count, bool[]? nulls)
{
    public int Count { get; } = count;

    /// <summary>Which rows are null; null when none is.</summary>
    public bool[]? Nulls { get; } = nulls;

    public bool IsNull(int row) => Nulls is not null && Nulls[row];
}

/// <summary>Integers, moments (microseconds since 1970), lengths of time (ticks).</summary>
internal sealed class Int64Values(long[] values, int count, bool[]? nulls) : RowValues(count, nulls)
{
    public long[] Values { get; } = values;
}

/// <summary>Doubles.</summary>
internal sealed class DoubleValues(double[] values, int count, bool[]? nulls) : RowValues(count, nulls)
{
    public double[] Values { get; } = values;
}

/// <summary>Booleans.</summary>
internal sealed class BooleanValues(bool[] values, int count, bool[]? nulls) : RowValues(count, nulls)
{
    public bool[] Values { get; } = values;
}

/// <summary>UUIDs.</summary>
internal sealed class UuidValues(Guid[] values, int count, bool[]? nulls) : RowValues(count, nulls)
{
    public Guid[] Values { get; } = values;
}

/// <summary>Text or JSON in UTF-8, one row's after the other.</summary>
internal sealed class TextValues(byte[] utf8, int[] offsets, bool[]? nulls) : RowValues(offsets.Length - 1, nulls)
{
    public byte[] Utf8 { get; } = utf8;

    /// <summary>Count + 1 positions.</summary>
    public int[] Offsets { get; } = offsets;

    public ReadOnlySpan<byte> this[int row] => Utf8.AsSpan(Offsets[row], Offsets[row + 1] - Offsets[row]);
}

/// <summary>Arrays: row i has the items from <c>Offsets[i]</c> to <c>Offsets[i + 1]</c>.</summary>
internal sealed class ArrayValues(int[] offsets, RowValues items, bool[]? nulls) : RowValues(offsets.Length - 1, nulls)
{
    public int[] Offsets { get; } = offsets;

    public RowValues Items { get; } = items;
}
