using System.Buffers;
using AnalyticsGraph.ClickHouse.Native;

namespace AnalyticsGraph.ClickHouse;

/// <summary>Between a value on the wire and one in .NET.</summary>
internal abstract class Conversion<TRaw, T>
    where TRaw : unmanaged
{
    public abstract T ToValue(TRaw raw);

    /// <exception cref="OverflowException">The type cannot hold the value.</exception>
    public abstract TRaw ToRaw(T value);
}

/// <summary>Fixed-size values that .NET has another form for; converted on access.</summary>
internal sealed class ConvertedColumn<TRaw, T>(ClickHouseType type, Conversion<TRaw, T> conversion, TRaw[] raw, int count, bool rented) : ClickHouseColumn<T>(type, count)
    where TRaw : unmanaged
{
    private TRaw[]? _raw = raw;
    private T[]? _values;

    public override T this[int row] => conversion.ToValue(Live[Checked(row)]);

    public override ReadOnlySpan<T> Values
    {
        get
        {
            if (_values is null)
            {
                var raw = Live;
                var values = new T[Count];
                for (var i = 0; i < values.Length; i++)
                    values[i] = conversion.ToValue(raw[i]);
                _values = values;
            }
            return _values;
        }
    }

    private TRaw[] Live => _raw ?? throw new ObjectDisposedException($"column '{Name}'");

    public override ReadOnlySpan<TWire> RawValues<TWire>() => Live is TWire[] raw ? raw.AsSpan(0, Count) : base.RawValues<TWire>();

    internal override void WriteValues(IBufferWriter<byte> writer) => writer.WriteArray<TRaw>(Live.AsSpan(0, Count));

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _values = null;
        if (rented && Interlocked.Exchange(ref _raw, null) is { } raw)
            ArrayPool<TRaw>.Shared.Return(raw);
    }
}
