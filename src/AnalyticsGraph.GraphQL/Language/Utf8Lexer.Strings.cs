using System.Buffers;
using System.Text;

namespace AnalyticsGraph.GraphQL.Language;

/// <content>Section 2.9.4: strings and block strings, checked when they are cut, unescaped when their value is asked for.</content>
internal ref partial struct Utf8Lexer
{
    private static readonly SearchValues<byte> StringStops = SearchValues.Create("\"\\\r\n"u8);

    /// <summary>The value of the current <see cref="TokenKind.String"/> or <see cref="TokenKind.BlockString"/>.</summary>
    public readonly string StringValue()
    {
        if (Kind == TokenKind.BlockString)
        {
            var raw = Encoding.UTF8.GetString(_source[(Start + 3)..(End - 3)]);
            return BlockStrings.Dedent(_hasEscapes ? raw.Replace("\\\"\"\"", "\"\"\"", StringComparison.Ordinal) : raw);
        }

        var text = _source[(Start + 1)..(End - 1)];
        return _hasEscapes ? Unescape(Start + 1, End - 1) : Encoding.UTF8.GetString(text);
    }

    private void ReadAnyString()
    {
        _hasEscapes = false;
        if (At(_position + 1) == '"' && At(_position + 2) == '"')
        {
            ReadBlockString();
        }
        else
        {
            ReadString();
        }
    }

    private void ReadString()
    {
        Begin(TokenKind.String);
        var at = _position + 1;
        while (true)
        {
            var length = _source[at..].IndexOfAny(StringStops);
            at = length < 0 ? _source.Length : at + length;
            switch (At(at))
            {
                case '"':
                    Finish(at + 1);
                    return;
                case '\\':
                    _hasEscapes = true;
                    at += ReadEscape(at, out _);
                    break;
                default:
                    throw Error(at, "Unterminated string.");
            }
        }
    }

    private void ReadBlockString()
    {
        Begin(TokenKind.BlockString);
        var at = _position + 3;
        while (true)
        {
            var length = _source[at..].IndexOfAny(StringStops);
            at = length < 0 ? _source.Length : at + length;
            switch (At(at))
            {
                case '"' when At(at + 1) == '"' && At(at + 2) == '"':
                    Finish(at + 3);
                    return;
                case '\\' when At(at + 1) == '"' && At(at + 2) == '"' && At(at + 3) == '"':
                    _hasEscapes = true;
                    at += 4;
                    break;
                case '\r' or '\n':
                    _position = at;
                    PassLineBreak();
                    at = _position;
                    break;
                case -1:
                    throw Error(at, "Unterminated string.");
                default:
                    at++;
                    break;
            }
        }
    }

    private readonly string Unescape(int start, int end)
    {
        var value = new StringBuilder(end - start);
        for (var at = start; at < end;)
        {
            var length = _source[at..end].IndexOf((byte)'\\');
            var stop = length < 0 ? end : at + length;
            value.Append(Encoding.UTF8.GetString(_source[at..stop]));
            at = stop;
            if (at < end)
            {
                at += ReadEscape(at, out var rune);
                value.Append(rune.ToString());
            }
        }

        return value.ToString();
    }

    /// <summary>Reads the escape at a backslash.</summary>
    /// <returns>Its length in bytes.</returns>
    private readonly int ReadEscape(int at, out Rune value)
    {
        switch (At(at + 1))
        {
            case '"': value = new('"'); return 2;
            case '\\': value = new('\\'); return 2;
            case '/': value = new('/'); return 2;
            case 'b': value = new('\b'); return 2;
            case 'f': value = new('\f'); return 2;
            case 'n': value = new('\n'); return 2;
            case 'r': value = new('\r'); return 2;
            case 't': value = new('\t'); return 2;
            case 'u': return At(at + 2) == '{' ? ReadBracedEscape(at, out value) : ReadFixedEscape(at, out value);
            default: throw Error(at, $"Invalid character escape sequence: \"{Excerpt(at, 2)}\".");
        }
    }

    /// <summary><c>\u{1F600}</c>: one to eight hexadecimal digits of a Unicode scalar value.</summary>
    private readonly int ReadBracedEscape(int at, out Rune value)
    {
        var point = 0;
        var size = 3;
        while (size < 12)
        {
            var character = At(at + size++);
            if (character == '}')
            {
                if (size >= 5 && Rune.TryCreate(point, out value))
                {
                    return size;
                }

                break;
            }

            point = (point << 4) | HexDigit(character);
            if (point < 0)
            {
                break;
            }
        }

        throw Error(at, $"Invalid Unicode escape sequence: \"{Excerpt(at, size)}\".");
    }

    /// <summary><c>\u00E9</c>, or a pair of them that is a leading and a trailing surrogate.</summary>
    private readonly int ReadFixedEscape(int at, out Rune value)
    {
        var code = HexCode(at + 2);
        if (code >= 0)
        {
            if (Rune.TryCreate(code, out value))
            {
                return 6;
            }

            if (At(at + 6) == '\\' && At(at + 7) == 'u' && HexCode(at + 8) is >= 0 and var low && Rune.TryCreate((char)code, (char)low, out value))
            {
                return 12;
            }
        }

        throw Error(at, $"Invalid Unicode escape sequence: \"{Excerpt(at, 6)}\".");
    }

    private readonly int HexCode(int at) => (HexDigit(At(at)) << 12) | (HexDigit(At(at + 1)) << 8) | (HexDigit(At(at + 2)) << 4) | HexDigit(At(at + 3));

    /// <summary>The digit's value, or -1: which makes whatever it is combined with negative.</summary>
    private static int HexDigit(int character) => character switch
    {
        >= '0' and <= '9' => character - '0',
        >= 'A' and <= 'F' => character - 'A' + 10,
        >= 'a' and <= 'f' => character - 'a' + 10,
        _ => -1,
    };
}
