using System.Buffers.Binary;

namespace AnalyticsGraph.ClickHouse.Compression;

/// <summary>
/// ClickHouse's compressed frame: 16 bytes of checksum over all that follows; the method (0x82 LZ4, 0x02 none); the size of header and data, 4 bytes; the size
/// of the data when decompressed, 4 bytes; the data.
/// </summary>
public static class Lz4Frame
{
    internal const int Checksum = 16;
    internal const int Header = 9;
    internal const byte MethodLz4 = 0x82;
    internal const byte MethodNone = 0x02;

    /// <summary>The server refuses frames over 1 GiB; what exceeds this one is damaged or no frame.</summary>
    public const int MaxSize = 1 << 30;

    /// <summary>The most bytes that a frame of so many bytes of data can have.</summary>
    public static int MostLength(int length) => Checksum + Header + Lz4.MaxCompressedLength(length);

    /// <summary>Compresses data.</summary>
    /// <param name="data">At most <see cref="MaxSize"/> bytes.</param>
    /// <param name="frame">At least <see cref="MostLength"/> bytes.</param>
    /// <returns>The frame's length.</returns>
    public static int Write(ReadOnlySpan<byte> data, Span<byte> frame)
    {
        var size = Header + Lz4.Compress(data, frame[(Checksum + Header)..]);
        var body = frame.Slice(Checksum, size);
        body[0] = MethodLz4;
        BinaryPrimitives.WriteInt32LittleEndian(body[1..], size);
        BinaryPrimitives.WriteInt32LittleEndian(body[5..], data.Length);
        var (low, high) = CityHash128.Hash(body);
        BinaryPrimitives.WriteUInt64LittleEndian(frame, low);
        BinaryPrimitives.WriteUInt64LittleEndian(frame[8..], high);
        return Checksum + size;
    }

    /// <summary>The sizes a frame's head promises; false when it is no head of a frame.</summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> head, out int size, out int decompressed)
    {
        size = BinaryPrimitives.ReadInt32LittleEndian(head[(Checksum + 1)..]);
        decompressed = BinaryPrimitives.ReadInt32LittleEndian(head[(Checksum + 5)..]);
        return head[Checksum] is MethodLz4 or MethodNone && size is >= Header and <= MaxSize && decompressed is >= 0 and <= MaxSize;
    }

    /// <summary>Decompresses a frame.</summary>
    /// <param name="frame">The whole frame.</param>
    /// <param name="data">Exactly of the decompressed size.</param>
    /// <exception cref="ClickHouseFormatException">The checksum is wrong or the data is damaged.</exception>
    public static void Read(ReadOnlySpan<byte> frame, Span<byte> data)
    {
        var body = frame[Checksum..];
        var (low, high) = CityHash128.Hash(body);
        if (low != BinaryPrimitives.ReadUInt64LittleEndian(frame) || high != BinaryPrimitives.ReadUInt64LittleEndian(frame[8..]))
            throw new ClickHouseFormatException("The checksum of a compressed frame is wrong: the data was damaged on its way.");
        if (body[0] == MethodLz4)
            Lz4.Decompress(body[Header..], data);
        else if (body.Length - Header == data.Length)
            body[Header..].CopyTo(data);
        else
            throw new ClickHouseFormatException("An uncompressed frame is not of its declared size.");
    }
}
