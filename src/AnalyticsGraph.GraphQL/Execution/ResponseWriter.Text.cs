using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Unicode;

namespace AnalyticsGraph.GraphQL.Execution;

public sealed partial class ResponseWriter
{
    // RFC 8259 section 7: what must be escaped inside a string.
    private static readonly SearchValues<byte> MustBeEscaped =
        SearchValues.Create([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, (byte)'"', (byte)'\\']);

    /// <summary>Writes a JSON string.</summary>
    /// <param name="value">Text; a lone surrogate becomes U+FFFD.</param>
    public void WriteString(ReadOnlySpan<char> value)
    {
        // A UTF-16 unit takes at most three bytes. Nearly all text is ASCII without anything to escape: it is checked while it is narrowed.
        var span = GetSpan(checked((value.Length * 3) + 2));
        if (TryNarrowPlain(value, span[1..]))
        {
            span[0] = (byte)'"';
            span[value.Length + 1] = (byte)'"';
            Advance(value.Length + 2);
            return;
        }

        Utf8.FromUtf16(value, span[1..], out _, out var bytes);
        var text = span.Slice(1, bytes);
        if (text.IndexOfAny(MustBeEscaped) < 0)
        {
            span[0] = (byte)'"';
            span[bytes + 1] = (byte)'"';
            Advance(bytes + 2);
            return;
        }

        var copy = ArrayPool<byte>.Shared.Rent(bytes);
        text.CopyTo(copy);
        WriteEscaped(copy.AsSpan(0, bytes));
        ArrayPool<byte>.Shared.Return(copy);
    }

    /// <summary>Writes a JSON string from UTF-8 as a store gave it.</summary>
    /// <param name="utf8">Valid UTF-8, not escaped.</param>
    public void WriteStringUtf8(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IndexOfAny(MustBeEscaped) >= 0)
        {
            WriteEscaped(utf8);
            return;
        }

        var span = GetSpan(utf8.Length + 2);
        span[0] = (byte)'"';
        utf8.CopyTo(span[1..]);
        span[utf8.Length + 1] = (byte)'"';
        Advance(utf8.Length + 2);
    }

    /// <summary>Writes a GUID as a JSON string with hyphens.</summary>
    /// <param name="value">The value.</param>
    public void WriteGuid(Guid value)
    {
        var span = GetSpan(38);
        span[0] = (byte)'"';
        value.TryFormat(span[1..], out _);
        span[37] = (byte)'"';
        Advance(38);
    }

    // Copies text if it is all ASCII and needs no escape; may have written a part of it when it finds that it is not.
    private static bool TryNarrowPlain(ReadOnlySpan<char> value, Span<byte> to)
    {
        ref var source = ref Unsafe.As<char, ushort>(ref MemoryMarshal.GetReference(value));
        ref var target = ref MemoryMarshal.GetReference(to);
        var length = value.Length;
        if (length < Vector128<ushort>.Count)
        {
            for (var i = 0; i < length; i++)
            {
                var unit = Unsafe.Add(ref source, i);
                if (unit - 0x20u > 0x7e - 0x20 || unit is '"' or '\\')
                {
                    return false;
                }

                Unsafe.Add(ref target, i) = (byte)unit;
            }

            return true;
        }

        // The last eight units overlap those before where the length is no multiple of eight.
        for (var i = 0; ; i = Math.Min(i + Vector128<ushort>.Count, length - Vector128<ushort>.Count))
        {
            var units = Vector128.LoadUnsafe(ref source, (nuint)i);
            var special = Vector128.GreaterThan(units - Vector128.Create((ushort)0x20), Vector128.Create((ushort)(0x7e - 0x20)))
                | Vector128.Equals(units, Vector128.Create((ushort)'"'))
                | Vector128.Equals(units, Vector128.Create((ushort)'\\'));
            if (special != Vector128<ushort>.Zero)
            {
                return false;
            }

            Vector128.Narrow(units, units).GetLower().StoreUnsafe(ref target, (nuint)i);
            if (i + Vector128<ushort>.Count == length)
            {
                return true;
            }
        }
    }

    private void WriteEscaped(ReadOnlySpan<byte> utf8)
    {
        WriteByte((byte)'"');
        for (var at = utf8.IndexOfAny(MustBeEscaped); at >= 0; at = utf8.IndexOfAny(MustBeEscaped))
        {
            WriteRaw(utf8[..at]);
            WriteEscape(utf8[at]);
            utf8 = utf8[(at + 1)..];
        }

        WriteRaw(utf8);
        WriteByte((byte)'"');
    }

    private void WriteEscape(byte value)
    {
        var shortForm = value switch
        {
            (byte)'"' => (byte)'"',
            (byte)'\\' => (byte)'\\',
            (byte)'\n' => (byte)'n',
            (byte)'\r' => (byte)'r',
            (byte)'\t' => (byte)'t',
            (byte)'\b' => (byte)'b',
            (byte)'\f' => (byte)'f',
            _ => default,
        };
        if (shortForm != default)
        {
            WriteByte((byte)'\\');
            WriteByte(shortForm);
            return;
        }

        WriteRaw("\\u00"u8);
        WriteByte((byte)('0' + (value >> 4)));
        WriteByte((byte)"0123456789abcdef"[value & 15]);
    }
}
