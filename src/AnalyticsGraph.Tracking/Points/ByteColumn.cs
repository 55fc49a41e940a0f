using System.Buffers.Binary;
using System.Text;

namespace AnalyticsGraph.Tracking.Points;

/// <summary>Values one after another, as ClickHouse's Native format has them: numbers in little-endian, texts behind their length.</summary>
internal sealed class ByteColumn(int capacity)
{
    private byte[] _data = capacity == 0 ? [] : GC.AllocateUninitializedArray<byte>(capacity);

    /// <summary>The size in bytes.</summary>
    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _data.AsSpan(0, Length);

    /// <summary>The last number of a column of offsets; 0 if there is none.</summary>
    public ulong LastOffset => Length == 0 ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(_data.AsSpan(Length - sizeof(ulong)));

    public void Add(byte value) => Reserve(1)[0] = value;

    public void Add(int value) => BinaryPrimitives.WriteInt32LittleEndian(Reserve(sizeof(int)), value);

    public void Add(long value) => BinaryPrimitives.WriteInt64LittleEndian(Reserve(sizeof(long)), value);

    /// <summary>Adds bytes as they are.</summary>
    /// <returns>Where they stand, until more is added.</returns>
    public Span<byte> Add(ReadOnlySpan<byte> values)
    {
        var added = Reserve(values.Length);
        values.CopyTo(added);
        return added;
    }

    public void Add(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        AddLength(length);
        Encoding.UTF8.GetBytes(text, Reserve(length));
    }

    public void AddText(ReadOnlySpan<byte> text)
    {
        AddLength(text.Length);
        Add(text);
    }

    /// <summary>Joins another column's offsets, which begin at 0.</summary>
    public void AddOffsets(ReadOnlySpan<byte> offsets)
    {
        var first = LastOffset;
        var added = Reserve(offsets.Length);
        for (var at = 0; at < offsets.Length; at += sizeof(ulong))
            BinaryPrimitives.WriteUInt64LittleEndian(added[at..], first + BinaryPrimitives.ReadUInt64LittleEndian(offsets[at..]));
    }

    private void AddLength(int length)
    {
        var rest = (uint)length;
        for (; rest >= 0x80; rest >>= 7)
            Add((byte)(rest | 0x80));
        Add((byte)rest);
    }

    private Span<byte> Reserve(int length)
    {
        var at = Length;
        if (at + length > _data.Length)
            Array.Resize(ref _data, Math.Max(Math.Max(256, _data.Length * 2), at + length));
        Length = at + length;
        return _data.AsSpan(at, length);
    }
}
