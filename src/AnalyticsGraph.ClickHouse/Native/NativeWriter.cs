using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace AnalyticsGraph.ClickHouse.Native;

/// <summary>Writes the Native format's elements.</summary>
internal static class NativeWriter
{
    public static void WriteVarint(this IBufferWriter<byte> writer, ulong value)
    {
        var span = writer.GetSpan(10);
        writer.Advance(PutVarint(span, value));
    }

    public static int PutVarint(Span<byte> span, ulong value)
    {
        var length = 0;
        for (; value >= 0x80; value >>= 7)
            span[length++] = (byte)(value | 0x80);
        span[length++] = (byte)value;
        return length;
    }

    public static void WriteUInt64(this IBufferWriter<byte> writer, ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(writer.GetSpan(sizeof(ulong)), value);
        writer.Advance(sizeof(ulong));
    }

    public static void WriteText(this IBufferWriter<byte> writer, string text)
    {
        writer.WriteVarint((ulong)Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, writer);
    }

    /// <summary>Values that stand on the wire as they stand in memory.</summary>
    public static void WriteArray<T>(this IBufferWriter<byte> writer, ReadOnlySpan<T> values)
        where T : unmanaged => writer.Write(MemoryMarshal.AsBytes(values));

    /// <summary>Positions as ClickHouse writes them: the end of each row as eight bytes, without the leading 0.</summary>
    public static void WriteOffsets(this IBufferWriter<byte> writer, ReadOnlySpan<int> ends)
    {
        while (ends.Length > 0)
        {
            var span = MemoryMarshal.Cast<byte, ulong>(writer.GetSpan(Math.Min(ends.Length, 4096) * sizeof(ulong)));
            var take = Math.Min(span.Length, ends.Length);
            for (var i = 0; i < take; i++)
                span[i] = (ulong)ends[i];
            writer.Advance(take * sizeof(ulong));
            ends = ends[take..];
        }
    }

    public static void WriteZeros(this IBufferWriter<byte> writer, int count, byte fill = 0)
    {
        while (count > 0)
        {
            var span = writer.GetSpan(Math.Min(count, 4096));
            var take = Math.Min(span.Length, count);
            span[..take].Fill(fill);
            writer.Advance(take);
            count -= take;
        }
    }

    /// <summary>The Native format is little-endian, and so are block copies of memory.</summary>
    public static void RequireLittleEndian()
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("The ClickHouse client copies values as they stand in memory and needs a little-endian machine.");
    }

    public static int SizeOf<T>() => Unsafe.SizeOf<T>();
}
