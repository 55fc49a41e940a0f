using System.Buffers;
using AnalyticsGraph.ClickHouse.Native;

namespace AnalyticsGraph.ClickHouse;

/// <summary>Count + 1 ascending positions, starting at 0, perhaps from a pool.</summary>
internal sealed class PooledOffsets(int[] positions, int rows, bool rented)
{
    private int[]? _positions = positions;

    public int Rows => rows;

    public ReadOnlySpan<int> Span => (_positions ?? throw new ObjectDisposedException("array column")).AsSpan(0, rows + 1);

    public Range Of(int row) => Span[row]..Span[row + 1];

    public void Dispose()
    {
        if (rented && Interlocked.Exchange(ref _positions, null) is { } positions)
            ArrayPool<int>.Shared.Return(positions);
    }
}

/// <summary>A column of arrays: the items of all rows one after another in <see cref="Items"/>, and where each row's begin and end.</summary>
public sealed class ClickHouseArrayColumn<T> : ClickHouseColumn<T[]>
{
    private readonly PooledOffsets _offsets;
    private T[][]? _values;

    internal ClickHouseArrayColumn(ClickHouseType type, PooledOffsets offsets, ClickHouseColumn<T> items)
        : base(type, offsets.Rows) => (_offsets, Items) = (offsets, items);

    /// <summary>The items of all rows.</summary>
    public ClickHouseColumn<T> Items { get; }

    /// <summary>Row i has the items from <c>Offsets[i]</c> to <c>Offsets[i + 1]</c>.</summary>
    public ReadOnlySpan<int> Offsets => _offsets.Span;

    /// <summary>A copy of a row's items, placeholders where they are NULL.</summary>
    public override T[] this[int row] => Items.Values[_offsets.Of(Checked(row))].ToArray();

    /// <inheritdoc />
    public override ReadOnlySpan<T[]> Values
    {
        get
        {
            if (_values is null)
            {
                var values = new T[Count][];
                for (var i = 0; i < values.Length; i++)
                    values[i] = this[i];
                _values = values;
            }
            return _values;
        }
    }

    /// <summary>A row's items without a copy; valid until the block is disposed.</summary>
    public ReadOnlySpan<T> Row(int row) => Items.Values[_offsets.Of(Checked(row))];

    internal override void WritePrefix(IBufferWriter<byte> writer) => Items.WritePrefix(writer);

    internal override void WriteValues(IBufferWriter<byte> writer)
    {
        writer.WriteOffsets(Offsets[1..]);
        Items.WriteData(writer);
    }

    private protected override object GetPresent(int row)
    {
        var (start, length) = _offsets.Of(row).GetOffsetAndLength(int.MaxValue);
        var values = new object?[length];
        for (var i = 0; i < length; i++)
            values[i] = Items.GetValue(start + i);
        return values;
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _values = null;
        Items.Dispose();
        _offsets.Dispose();
    }
}
