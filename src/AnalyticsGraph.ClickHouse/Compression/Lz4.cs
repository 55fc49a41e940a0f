using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;

namespace AnalyticsGraph.ClickHouse.Compression;

/// <summary>
/// The LZ4 block format: sequences of a token (lengths), literals, and a match (two bytes of distance back). Lengths of 15 and more go on in bytes of 255.
/// The last five bytes are always literals, and no match begins in the last twelve.
/// </summary>
internal static class Lz4
{
    private const int LeastMatch = 4;
    private const int LastLiterals = 5;
    private const int NoMatchFrom = 12;
    private const int HashBits = 14;
    private const int Farthest = 65535;

    /// <summary>The most bytes that compressing so many can take.</summary>
    public static int MaxCompressedLength(int length) => length + (length / 255) + 16;

    /// <returns>How many bytes of the target were written.</returns>
    public static int Compress(ReadOnlySpan<byte> source, Span<byte> target)
    {
        var table = ArrayPool<int>.Shared.Rent(1 << HashBits);
        table.AsSpan(0, 1 << HashBits).Fill(-1);
        var written = 0;
        var literals = 0;
        var at = 0;
        var misses = 0;
        while (at < source.Length - NoMatchFrom)
        {
            var word = BinaryPrimitives.ReadUInt32LittleEndian(source[at..]);
            ref var seen = ref table[(word * 2654435761u) >> (32 - HashBits)];
            var candidate = seen;
            seen = at;
            if (candidate < 0 || at - candidate > Farthest || BinaryPrimitives.ReadUInt32LittleEndian(source[candidate..]) != word)
            {
                // Data that does not compress is stepped over ever faster.
                at += 1 + (misses++ >> 6);
                continue;
            }
            misses = 0;
            var limit = source.Length - LastLiterals - at;
            var length = LeastMatch + source.Slice(at + LeastMatch, limit - LeastMatch).CommonPrefixLength(source[(candidate + LeastMatch)..]);
            written += Sequence(source[literals..at], at - candidate, length, target[written..]);
            at += length;
            literals = at;
        }
        ArrayPool<int>.Shared.Return(table);
        return written + Sequence(source[literals..], 0, 0, target[written..]);
    }

    /// <exception cref="ClickHouseFormatException">The bytes are not LZ4, or do not fill the target.</exception>
    public static void Decompress(ReadOnlySpan<byte> source, Span<byte> target)
    {
        var from = 0;
        var to = 0;
        while (from < source.Length)
        {
            var token = source[from++];
            var literals = Length(source, ref from, token >> 4);
            if (literals > source.Length - from || literals > target.Length - to)
                throw Damaged();
            source.Slice(from, literals).CopyTo(target[to..]);
            from += literals;
            to += literals;
            if (from == source.Length)
                break;
            if (from + 2 > source.Length)
                throw Damaged();
            var distance = BinaryPrimitives.ReadUInt16LittleEndian(source[from..]);
            from += 2;
            var length = Length(source, ref from, token & 15) + LeastMatch;
            if (distance == 0 || distance > to || length > target.Length - to)
                throw Damaged();
            Repeat(target, to, distance, length);
            to += length;
        }
        if (to != target.Length)
            throw Damaged();
    }

    /// <summary>A match may reach into itself (distance 1 repeats a byte): copied in pieces of what is there already, which doubles with each.</summary>
    private static void Repeat(Span<byte> target, int to, int distance, int length)
    {
        var start = to - distance;
        for (var have = distance; length > 0; have = to - start)
        {
            var take = Math.Min(have, length);
            target.Slice(start, take).CopyTo(target[to..]);
            to += take;
            length -= take;
        }
    }

    private static int Length(ReadOnlySpan<byte> source, ref int from, int first)
    {
        if (first < 15)
            return first;
        long length = first;
        byte more;
        do
        {
            if (from == source.Length)
                throw Damaged();
            more = source[from++];
            length += more;
        }
        while (more == byte.MaxValue);
        return length <= int.MaxValue - LeastMatch ? (int)length : throw Damaged();
    }

    /// <param name="literals">What is written as it is.</param>
    /// <param name="distance">How far back the match lies; 0 for the last sequence, which has none.</param>
    /// <param name="length">The match's length.</param>
    /// <param name="target">Where to.</param>
    private static int Sequence(ReadOnlySpan<byte> literals, int distance, int length, Span<byte> target)
    {
        var matched = distance == 0 ? 0 : length - LeastMatch;
        target[0] = (byte)((Math.Min(literals.Length, 15) << 4) | Math.Min(matched, 15));
        var written = 1 + More(literals.Length, target[1..]);
        literals.CopyTo(target[written..]);
        written += literals.Length;
        if (distance == 0)
            return written;
        BinaryPrimitives.WriteUInt16LittleEndian(target[written..], (ushort)distance);
        return written + 2 + More(matched, target[(written + 2)..]);
    }

    private static int More(int length, Span<byte> target)
    {
        if (length < 15)
            return 0;
        var written = 0;
        for (length -= 15; length >= byte.MaxValue; length -= byte.MaxValue)
            target[written++] = byte.MaxValue;
        target[written++] = (byte)length;
        return written;
    }

    private static ClickHouseFormatException Damaged() => new("An LZ4 frame is damaged.");
}
