using System.Buffers;
using System.Text;
using AnalyticsGraph.ClickHouse.Native;

namespace AnalyticsGraph.ClickHouse;

/// <summary>Text as one buffer with positions. JSON is the same after a version.</summary>
internal sealed class StringColumn(ClickHouseType type, byte[] bytes, int[] offsets, int count, bool rented) : ClickHouseStringColumn(type, count)
{
    /// <summary>Tells the server that JSON comes as text (what it writes itself with <c>output_format_native_write_json_as_string</c>).</summary>
    internal const ulong JsonAsText = 1;

    private byte[]? _bytes = bytes;
    private int[]? _offsets = offsets;

    public override ReadOnlySpan<byte> Utf8(int row)
    {
        var offsets = _offsets ?? throw new ObjectDisposedException($"column '{Name}'");
        Checked(row);
        return _bytes.AsSpan(offsets[row], offsets[row + 1] - offsets[row]);
    }

    internal override void WritePrefix(IBufferWriter<byte> writer)
    {
        if (Type.Unwrapped.Kind == ClickHouseTypeKind.Json)
            writer.WriteUInt64(JsonAsText);
    }

    internal override void WriteValues(IBufferWriter<byte> writer)
    {
        for (var row = 0; row < Count;)
        {
            // Many short strings share a span; a long one goes alone.
            var span = writer.GetSpan(4096);
            var used = 0;
            for (; row < Count; row++)
            {
                var text = Utf8(row);
                if (used + 10 + text.Length > span.Length)
                    break;
                used += NativeWriter.PutVarint(span[used..], (ulong)text.Length);
                text.CopyTo(span[used..]);
                used += text.Length;
            }
            writer.Advance(used);
            if (used == 0)
            {
                var text = Utf8(row++);
                writer.WriteVarint((ulong)text.Length);
                writer.Write(text);
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!rented)
            return;
        if (Interlocked.Exchange(ref _bytes, null) is { } bytes)
            ArrayPool<byte>.Shared.Return(bytes);
        if (Interlocked.Exchange(ref _offsets, null) is { } offsets)
            ArrayPool<int>.Shared.Return(offsets);
    }
}

/// <summary>Texts of exactly N bytes. As a .NET string without the zero bytes that pad it; <see cref="Utf8"/> has all.</summary>
internal sealed class FixedStringColumn(ClickHouseType type, byte[] bytes, int size, int count, bool rented) : ClickHouseStringColumn(type, count)
{
    private byte[]? _bytes = bytes;

    public override string this[int row] => Encoding.UTF8.GetString(Utf8(row).TrimEnd((byte)0));

    public override ReadOnlySpan<byte> Utf8(int row) => (_bytes ?? throw new ObjectDisposedException($"column '{Name}'")).AsSpan(Checked(row) * size, size);

    internal override void WriteValues(IBufferWriter<byte> writer) => writer.Write(_bytes.AsSpan(0, Count * size));

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (rented && Interlocked.Exchange(ref _bytes, null) is { } bytes)
            ArrayPool<byte>.Shared.Return(bytes);
    }
}

/// <summary>Codes with the names their type gives them.</summary>
internal sealed class EnumColumn<TCode>(ClickHouseType type, EnumNames names, TCode[] codes, int count, bool rented) : ClickHouseStringColumn(type, count)
    where TCode : unmanaged, System.Numerics.IBinaryInteger<TCode>
{
    private TCode[]? _codes = codes;

    public override string this[int row] => names.NameOf(Code(row)).Text;

    public override ReadOnlySpan<byte> Utf8(int row) => names.NameOf(Code(row)).Utf8;

    public override ReadOnlySpan<TRaw> RawValues<TRaw>() => Live is TRaw[] raw ? raw.AsSpan(0, Count) : base.RawValues<TRaw>();

    private TCode[] Live => _codes ?? throw new ObjectDisposedException($"column '{Name}'");

    private short Code(int row) => short.CreateChecked(Live[Checked(row)]);

    internal override void WriteValues(IBufferWriter<byte> writer) => writer.WriteArray<TCode>(Live.AsSpan(0, Count));

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (rented && Interlocked.Exchange(ref _codes, null) is { } codes)
            ArrayPool<TCode>.Shared.Return(codes);
    }
}

/// <summary>An Enum's members both ways.</summary>
internal sealed class EnumNames
{
    private readonly Dictionary<short, (string Text, byte[] Utf8)> _names = [];
    private readonly Dictionary<string, short> _codes = new(StringComparer.Ordinal);
    private readonly ClickHouseType _type;

    public EnumNames(ClickHouseType type)
    {
        _type = type;
        foreach (var (name, code) in type.EnumMembers)
        {
            _names[code] = (name, Encoding.UTF8.GetBytes(name));
            _codes[name] = code;
        }
    }

    /// <summary>A code without a name can only be a NULL's placeholder (0): it reads as an empty text.</summary>
    public (string Text, byte[] Utf8) NameOf(short code) => _names.TryGetValue(code, out var name) ? name : ("", []);

    public short CodeOf(object value) => value switch
    {
        string name when _codes.TryGetValue(name, out var code) => code,
        string name => throw new ClickHouseFormatException($"'{name}' is no member of {_type}."),
        IConvertible number when Convert.ToInt16(number, System.Globalization.CultureInfo.InvariantCulture) is var code && _names.ContainsKey(code) => code,
        _ => throw new ClickHouseFormatException($"{value} is no member of {_type}."),
    };

    /// <summary>What stands where the value is NULL.</summary>
    public short Placeholder => _type.EnumMembers.Count == 0 ? (short)0 : _type.EnumMembers[0].Value;
}
