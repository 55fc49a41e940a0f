using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>Reads the texts of a column, which are often the same few: those seen lately are made once.</summary>
internal sealed class RepeatedTexts
{
    private const int Places = 64;

    private string? _last;
    private string?[]? _known;

    public bool TryRead(ref Utf8JsonReader reader, out string? text)
    {
        text = null;
        if (reader.TokenType != JsonTokenType.String)
        {
            return false;
        }

        var utf8 = reader.ValueSpan;
        if (_last is not null && !reader.ValueIsEscaped)
        {
            if (Ascii.Equals(utf8, _last))
            {
                text = _last;
                return true;
            }

            _known ??= new string?[Places];
            ref var known = ref _known[PlaceOf(utf8)];
            text = _last = known is not null && Ascii.Equals(utf8, known) ? known : known = reader.GetString()!;
            return true;
        }

        text = _last = reader.GetString()!;
        return true;
    }

    // Names that are alike differ at their ends.
    private static int PlaceOf(ReadOnlySpan<byte> text)
    {
        var end = text.Length >= sizeof(ulong) ? BinaryPrimitives.ReadUInt64LittleEndian(text[^sizeof(ulong)..]) : 0;
        for (var i = 0; i < text.Length && text.Length < sizeof(ulong); i++)
        {
            end = (end << 8) | text[i];
        }

        return (int)(((end + (ulong)text.Length) * 0x9E37_79B9_7F4A_7C15) >> 58);
    }
}
