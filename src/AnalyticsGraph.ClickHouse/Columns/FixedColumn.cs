using System.Buffers;
using AnalyticsGraph.ClickHouse.Native;

namespace AnalyticsGraph.ClickHouse;

/// <summary>Numbers and truth values: the same on the wire as in memory.</summary>
internal sealed class FixedColumn<T>(ClickHouseType type, T[] values, int count, bool rented) : ClickHouseColumn<T>(type, count)
    where T : unmanaged
{
    private T[]? _values = values;

    public override T this[int row] => Live[Checked(row)];

    public override ReadOnlySpan<T> Values => Live.AsSpan(0, Count);

    private T[] Live => _values ?? throw new ObjectDisposedException($"column '{Name}'");

    public override ReadOnlySpan<TRaw> RawValues<TRaw>() => Live is TRaw[] raw ? raw.AsSpan(0, Count) : base.RawValues<TRaw>();

    internal override void WriteValues(IBufferWriter<byte> writer) => writer.WriteArray(Values);

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (rented && Interlocked.Exchange(ref _values, null) is { } values)
            ArrayPool<T>.Shared.Return(values);
    }
}
