using System.Buffers.Binary;

namespace AnalyticsGraph.GraphQL.Fuzz.Sockets;

/// <summary>Writes frames of RFC 6455 as a client does, or nearly so.</summary>
internal static class FrameWriter
{
    public const byte Continuation = 0;
    public const byte Text = 1;
    public const byte Binary = 2;
    public const byte Close = 8;
    public const byte Ping = 9;
    public const byte Pong = 10;

    /// <summary>A sound frame.</summary>
    public static byte[] Write(byte opcode, byte[] payload, bool isLast = true) => Write((byte)((isLast ? 0x80 : 0) | opcode), payload, payload.Length, isMasked: true, mask: 0x5A_A5_3C_C3);

    /// <summary>A frame whose parts need not agree.</summary>
    /// <param name="first">The first byte: the flags and the opcode.</param>
    /// <param name="payload">The payload.</param>
    /// <param name="length">The length it tells.</param>
    /// <param name="isMasked">Whether it is masked, as a client's must be.</param>
    /// <param name="mask">The mask.</param>
    public static byte[] Write(byte first, byte[] payload, long length, bool isMasked, uint mask)
    {
        var frame = new List<byte> { first };
        var flag = isMasked ? 0x80 : 0;
        Span<byte> number = stackalloc byte[8];
        switch (length)
        {
            case >= 0 and < 126:
                frame.Add((byte)(flag | (int)length));
                break;
            case >= 0 and <= ushort.MaxValue:
                frame.Add((byte)(flag | 126));
                BinaryPrimitives.WriteUInt16BigEndian(number, (ushort)length);
                frame.AddRange(number[..2]);
                break;
            default:
                frame.Add((byte)(flag | 127));
                BinaryPrimitives.WriteInt64BigEndian(number, length);
                frame.AddRange(number);
                break;
        }

        if (isMasked)
        {
            BinaryPrimitives.WriteUInt32BigEndian(number, mask);
            frame.AddRange(number[..4]);
        }

        for (var i = 0; i < payload.Length; i++)
        {
            frame.Add(isMasked ? (byte)(payload[i] ^ (mask >> (24 - (i % 4 * 8)))) : payload[i]);
        }

        return [.. frame];
    }
}
