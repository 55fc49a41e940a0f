using System.Buffers;
using AnalyticsGraph.ClickHouse.Native;

namespace AnalyticsGraph.ClickHouse;

/// <summary>The column of <c>SELECT NULL</c>, and of the items of <c>[]</c>: no value at all, a byte a row on the wire.</summary>
internal sealed class NothingColumn(ClickHouseType type, int count) : ClickHouseColumn<object?>(type, count)
{
    internal const byte Row = (byte)'0';

    public override object? this[int row] => null;

    public override ReadOnlySpan<object?> Values => new object?[Count];

    public override bool IsNull(int row) => true;

    internal override void WriteValues(IBufferWriter<byte> writer) => writer.WriteZeros(Count, Row);
}

/// <summary>Rows of several types: for each row which type, and one dense column for each type.</summary>
internal sealed class VariantColumn : ClickHouseColumn<object?>
{
    internal const byte Null = byte.MaxValue;

    private readonly byte[] _kinds;
    private readonly int[] _rows;
    private readonly ClickHouseColumn[] _parts;

    /// <param name="type">The type.</param>
    /// <param name="kinds">For each row its type's number, or <see cref="Null"/>.</param>
    /// <param name="parts">The values of each type.</param>
    public VariantColumn(ClickHouseType type, byte[] kinds, ClickHouseColumn[] parts)
        : base(type, kinds.Length)
    {
        (_kinds, _parts) = (kinds, parts);
        _rows = new int[kinds.Length];
        var next = new int[parts.Length];
        for (var i = 0; i < kinds.Length; i++)
            _rows[i] = kinds[i] == Null ? -1 : next[kinds[i]]++;
    }

    public override object? this[int row] => IsNull(row) ? null : _parts[_kinds[row]].GetValue(_rows[row]);

    public override ReadOnlySpan<object?> Values
    {
        get
        {
            var values = new object?[Count];
            for (var i = 0; i < values.Length; i++)
                values[i] = this[i];
            return values;
        }
    }

    public override bool IsNull(int row) => _kinds[row] == Null;

    internal override void WritePrefix(IBufferWriter<byte> writer)
    {
        writer.WriteUInt64(0);
        foreach (var part in _parts)
            part.WritePrefix(writer);
    }

    internal override void WriteValues(IBufferWriter<byte> writer)
    {
        writer.Write(_kinds);
        foreach (var part in _parts)
            part.WriteData(writer);
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        foreach (var part in _parts)
            part.Dispose();
    }
}
