using System.Numerics;
using System.Text;
using AnalyticsGraph.ClickHouse.Native;

namespace AnalyticsGraph.ClickHouse.Codecs;

/// <summary>String: texts, or bytes.</summary>
internal class StringCodec(ClickHouseType type) : ColumnCodec(type)
{
    public override async ValueTask<ClickHouseColumn> ReadAsync(NativeReader reader, int rows, CancellationToken ct)
    {
        var (bytes, offsets) = await reader.ReadStringsAsync(rows, ct).ConfigureAwait(false);
        return new StringColumn(Type, bytes, offsets, rows, rented: true);
    }

    public override ClickHouseColumn FromObjects(IReadOnlyList<object?> values)
    {
        var offsets = new int[values.Count + 1];
        var bytes = new byte[values.Count * 16];
        for (var row = 0; row < values.Count; row++)
        {
            var at = offsets[row];
            var size = SizeOf(values[row], row);
            if (at + (long)size > bytes.Length)
                Array.Resize(ref bytes, (int)Math.Min(Array.MaxLength, Math.Max(at + (long)size, bytes.Length * 2L)));
            CopyTo(values[row], bytes.AsSpan(at, size));
            offsets[row + 1] = at + size;
        }
        return new StringColumn(Type, bytes, offsets, values.Count, rented: false);
    }

    private int SizeOf(object? value, int row) => value switch
    {
        null => 0,
        string text => Encoding.UTF8.GetByteCount(text),
        byte[] raw => raw.Length,
        ReadOnlyMemory<byte> raw => raw.Length,
        _ => throw Unfit(value, row),
    };

    internal static void CopyTo(object? value, Span<byte> target)
    {
        if (value is string text)
            Encoding.UTF8.GetBytes(text, target);
        else if (value is byte[] raw)
            raw.CopyTo(target);
        else if (value is ReadOnlyMemory<byte> memory)
            memory.Span.CopyTo(target);
    }
}

/// <summary>JSON as text; the setting <c>output_format_native_write_json_as_string</c> makes the server write it so.</summary>
internal sealed class JsonCodec(ClickHouseType type) : StringCodec(type)
{
    public override async ValueTask ReadPrefixAsync(NativeReader reader, CancellationToken ct)
    {
        var version = await reader.ReadUInt64Async(ct).ConfigureAwait(false);
        if (version != StringColumn.JsonAsText)
            throw new ClickHouseFormatException($"JSON came in serialization {version}, not as text. Set output_format_native_write_json_as_string=1 (ClickHouse 24.10 or later), or select toString() of it.");
    }
}

/// <summary>FixedString: shorter values are padded with zero bytes, longer ones refused.</summary>
internal sealed class FixedStringCodec(ClickHouseType type) : ColumnCodec(type)
{
    private readonly int _size = type.Precision;

    public override async ValueTask<ClickHouseColumn> ReadAsync(NativeReader reader, int rows, CancellationToken ct) =>
        new FixedStringColumn(Type, await reader.ReadArrayAsync<byte>(NativeReader.CheckedCount((ulong)rows * (ulong)_size), ct).ConfigureAwait(false), _size, rows, rented: true);

    public override ClickHouseColumn FromObjects(IReadOnlyList<object?> values)
    {
        var bytes = new byte[checked(values.Count * _size)];
        for (var row = 0; row < values.Count; row++)
        {
            var value = values[row];
            var size = value switch { null => 0, string text => Encoding.UTF8.GetByteCount(text), byte[] raw => raw.Length, ReadOnlyMemory<byte> raw => raw.Length, _ => int.MaxValue };
            if (size > _size)
                throw Unfit(value, row);
            StringCodec.CopyTo(value, bytes.AsSpan(row * _size, size));
        }
        return new FixedStringColumn(Type, bytes, _size, values.Count, rented: false);
    }
}

/// <summary>Enum8 and Enum16, from names or codes.</summary>
internal sealed class EnumCodec<TCode>(ClickHouseType type) : ColumnCodec(type)
    where TCode : unmanaged, IBinaryInteger<TCode>
{
    private readonly EnumNames _names = new(type);

    public override async ValueTask<ClickHouseColumn> ReadAsync(NativeReader reader, int rows, CancellationToken ct) =>
        new EnumColumn<TCode>(Type, _names, await reader.ReadArrayAsync<TCode>(rows, ct).ConfigureAwait(false), rows, rented: true);

    public override ClickHouseColumn FromObjects(IReadOnlyList<object?> values)
    {
        var codes = new TCode[values.Count];
        for (var row = 0; row < codes.Length; row++)
        {
            try
            {
                codes[row] = TCode.CreateChecked(values[row] is { } value ? _names.CodeOf(value) : _names.Placeholder);
            }
            catch (Exception e) when (e is ClickHouseFormatException or FormatException or OverflowException or InvalidCastException)
            {
                throw Unfit(values[row], row, e);
            }
        }
        return new EnumColumn<TCode>(Type, _names, codes, codes.Length, rented: false);
    }

    public override ClickHouseColumn? FromArray<T>(T[] values) =>
        typeof(T) == typeof(TCode) ? new EnumColumn<TCode>(Type, _names, (TCode[])(object)values, values.Length, rented: false) : null;
}
