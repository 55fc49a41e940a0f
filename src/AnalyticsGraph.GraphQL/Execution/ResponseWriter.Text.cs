using System.Buffers;
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
        // A UTF-16 unit takes at most three bytes. Most text needs no escape, so it is transcoded in place and searched after that.
        var span = GetSpan(checked((value.Length * 3) + 2));
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
