using System.Buffers;
using AnalyticsGraph.ClickHouse.Native;

namespace AnalyticsGraph.ClickHouse;

/// <summary>A column of maps: keys and values of all rows one after another. A ClickHouse map may hold a key twice, so a row is an array of pairs.</summary>
public sealed class ClickHouseMapColumn<TKey, TValue> : ClickHouseColumn<KeyValuePair<TKey, TValue>[]>
{
    private readonly PooledOffsets _offsets;
    private KeyValuePair<TKey, TValue>[][]? _values;

    internal ClickHouseMapColumn(ClickHouseType type, PooledOffsets offsets, ClickHouseColumn<TKey> keys, ClickHouseColumn<TValue> items)
        : base(type, offsets.Rows) => (_offsets, Keys, Items) = (offsets, keys, items);

    /// <summary>The keys of all rows.</summary>
    public ClickHouseColumn<TKey> Keys { get; }

    /// <summary>The values of all rows, beside their keys.</summary>
    public ClickHouseColumn<TValue> Items { get; }

    /// <summary>Row i has the entries from <c>Offsets[i]</c> to <c>Offsets[i + 1]</c>.</summary>
    public ReadOnlySpan<int> Offsets => _offsets.Span;

    /// <summary>A row's entries, placeholders where values are NULL.</summary>
    public override KeyValuePair<TKey, TValue>[] this[int row]
    {
        get
        {
            var (start, length) = _offsets.Of(Checked(row)).GetOffsetAndLength(int.MaxValue);
            var pairs = new KeyValuePair<TKey, TValue>[length];
            for (var i = 0; i < length; i++)
                pairs[i] = new(Keys[start + i], Items[start + i]);
            return pairs;
        }
    }

    /// <inheritdoc />
    public override ReadOnlySpan<KeyValuePair<TKey, TValue>[]> Values
    {
        get
        {
            if (_values is null)
            {
                var values = new KeyValuePair<TKey, TValue>[Count][];
                for (var i = 0; i < values.Length; i++)
                    values[i] = this[i];
                _values = values;
            }
            return _values;
        }
    }

    internal override void WritePrefix(IBufferWriter<byte> writer)
    {
        Keys.WritePrefix(writer);
        Items.WritePrefix(writer);
    }

    internal override void WriteValues(IBufferWriter<byte> writer)
    {
        writer.WriteOffsets(Offsets[1..]);
        Keys.WriteData(writer);
        Items.WriteData(writer);
    }

    private protected override object GetPresent(int row)
    {
        var (start, length) = _offsets.Of(row).GetOffsetAndLength(int.MaxValue);
        var pairs = new KeyValuePair<object, object?>[length];
        for (var i = 0; i < length; i++)
            pairs[i] = new(Keys.GetValue(start + i)!, Items.GetValue(start + i));
        return pairs;
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _values = null;
        Keys.Dispose();
        Items.Dispose();
        _offsets.Dispose();
    }
}
