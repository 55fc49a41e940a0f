using System.Buffers;
using AnalyticsGraph.ClickHouse.Native;

namespace AnalyticsGraph.ClickHouse;

/// <summary>A LowCardinality column: distinct values, and for each row which.</summary>
public interface IDictionaryEncodedColumn
{
    /// <summary>The distinct values; entry 0 is the placeholder of NULL where the type is nullable, else ClickHouse's default value, used or not.</summary>
    ClickHouseColumn Dictionary { get; }

    /// <summary>For each row its entry of the dictionary.</summary>
    ReadOnlySpan<int> Indices { get; }
}

/// <summary>The parts that both LowCardinality columns share.</summary>
internal sealed class DictionaryEncoding(ClickHouseColumn dictionary, int[] indices, int count, bool rented, bool nullable)
{
    private const ulong Version = 1;
    private const ulong HasKeys = 1 << 9;
    private const ulong NewDictionary = 1 << 10;
    private int[]? _indices = indices;
    private bool[]? _nulls;

    public ClickHouseColumn Dictionary => dictionary;

    public ReadOnlySpan<int> Indices => (_indices ?? throw new ObjectDisposedException("LowCardinality column")).AsSpan(0, count);

    public bool IsNull(int row) => nullable && Indices[row] == 0;

    public ReadOnlySpan<bool> Nulls
    {
        get
        {
            if (!nullable || !Indices.Contains(0))
                return [];
            if (_nulls is null)
            {
                var nulls = new bool[count];
                for (var i = 0; i < count; i++)
                    nulls[i] = Indices[i] == 0;
                _nulls = nulls;
            }
            return _nulls;
        }
    }

    public static void WritePrefix(IBufferWriter<byte> writer) => writer.WriteUInt64(Version);

    public void Write(IBufferWriter<byte> writer)
    {
        if (count == 0)
            return;
        var width = dictionary.Count switch { <= byte.MaxValue + 1 => 0, <= ushort.MaxValue + 1 => 1, _ => 2 };
        writer.WriteUInt64(HasKeys | NewDictionary | (uint)width);
        writer.WriteUInt64((ulong)dictionary.Count);
        dictionary.WriteValues(writer);
        writer.WriteUInt64((ulong)count);
        switch (width)
        {
            case 0:
                Narrow<byte>(writer);
                break;
            case 1:
                Narrow<ushort>(writer);
                break;
            default:
                writer.WriteArray(Indices);
                break;
        }
    }

    public void Dispose()
    {
        dictionary.Dispose();
        if (rented && Interlocked.Exchange(ref _indices, null) is { } indices)
            ArrayPool<int>.Shared.Return(indices);
    }

    private void Narrow<T>(IBufferWriter<byte> writer)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        var narrow = ArrayPool<T>.Shared.Rent(count);
        var indices = Indices;
        for (var i = 0; i < indices.Length; i++)
            narrow[i] = T.CreateTruncating(indices[i]);
        writer.WriteArray<T>(narrow.AsSpan(0, count));
        ArrayPool<T>.Shared.Return(narrow);
    }
}

/// <summary>LowCardinality of anything but text.</summary>
internal sealed class DictionaryColumn<T>(ClickHouseType type, ClickHouseColumn<T> dictionary, int[] indices, int count, bool rented)
    : ClickHouseColumn<T>(type, count), IDictionaryEncodedColumn
{
    private readonly DictionaryEncoding _encoding = new(dictionary, indices, count, rented, type.IsNullable);
    private T[]? _values;

    public ClickHouseColumn Dictionary => dictionary;

    public ReadOnlySpan<int> Indices => _encoding.Indices;

    public override T this[int row] => dictionary[Indices[row]];

    public override ReadOnlySpan<T> Values
    {
        get
        {
            if (_values is null)
            {
                var values = new T[Count];
                for (var i = 0; i < values.Length; i++)
                    values[i] = dictionary[Indices[i]];
                _values = values;
            }
            return _values;
        }
    }

    public override ReadOnlySpan<bool> Nulls => _encoding.Nulls;

    public override bool IsNull(int row) => _encoding.IsNull(row);

    internal override void WritePrefix(IBufferWriter<byte> writer) => DictionaryEncoding.WritePrefix(writer);

    internal override void WriteValues(IBufferWriter<byte> writer) => _encoding.Write(writer);

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _encoding.Dispose();
    }
}

/// <summary>LowCardinality of text. Each distinct text is decoded once.</summary>
internal sealed class DictionaryStringColumn(ClickHouseType type, ClickHouseStringColumn dictionary, int[] indices, int count, bool rented)
    : ClickHouseStringColumn(type, count), IDictionaryEncodedColumn
{
    private readonly DictionaryEncoding _encoding = new(dictionary, indices, count, rented, type.IsNullable);

    public ClickHouseColumn Dictionary => dictionary;

    public ReadOnlySpan<int> Indices => _encoding.Indices;

    public override string this[int row] => dictionary.Values[Indices[row]];

    public override ReadOnlySpan<bool> Nulls => _encoding.Nulls;

    public override bool IsNull(int row) => _encoding.IsNull(row);

    public override ReadOnlySpan<byte> Utf8(int row) => dictionary.Utf8(Indices[row]);

    internal override void WritePrefix(IBufferWriter<byte> writer) => DictionaryEncoding.WritePrefix(writer);

    internal override void WriteValues(IBufferWriter<byte> writer) => _encoding.Write(writer);

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _encoding.Dispose();
    }
}
