using System.Text;
using AnalyticsGraph.GraphQL.Errors;

namespace AnalyticsGraph.GraphQL.Language;

/// <content>Errors: rare, so that their places are counted only when one is thrown.</content>
internal ref partial struct Utf8Lexer
{
    /// <summary>The current token as messages name it: its kind, and its value if it has one.</summary>
    public readonly string DescribeToken() => Kind switch
    {
        TokenKind.String or TokenKind.BlockString => $"{Kind.Describe()} \"{MessageText.Shorten(StringValue())}\"",
        >= TokenKind.Name => $"{Kind.Describe()} \"{MessageText.Shorten(Encoding.ASCII.GetString(Text))}\"",
        _ => Kind.Describe(),
    };

    /// <summary>An error at a byte.</summary>
    public readonly GraphQLSyntaxException Error(int position, string description)
    {
        var line = 1;
        var lineStart = 0;
        for (var at = 0; at < position; at++)
        {
            if (_source[at] == '\n' || (_source[at] == '\r' && At(at + 1) != '\n'))
            {
                line++;
                lineStart = at + 1;
            }
        }

        var column = 1 + Encoding.UTF8.GetCharCount(_source[lineStart..position]);
        return new GraphQLSyntaxException($"Syntax Error: {description}", new Location(position, position, line, column));
    }

    private readonly GraphQLSyntaxException UnexpectedCharacter() => Error(
        _position,
        _source[_position] == '\''
            ? "Unexpected single quote character ('), did you mean to use a double quote (\")?"
            : $"Unexpected character: {DescribeCharacter(_position)}.");

    private readonly string DescribeCharacter(int position)
    {
        if (position >= _source.Length)
        {
            return TokenKind.EndOfFile.Describe();
        }

        Rune.DecodeFromUtf8(_source[position..], out var rune, out _);
        return rune.Value switch
        {
            '"' => "'\"'",
            >= ' ' and <= '~' => $"\"{rune}\"",
            _ => $"U+{rune.Value:X4}",
        };
    }

    /// <summary>At most so many UTF-16 units of the source, whole characters only.</summary>
    private readonly string Excerpt(int position, int units)
    {
        var text = new StringBuilder();
        while (position < _source.Length)
        {
            Rune.DecodeFromUtf8(_source[position..], out var rune, out var bytes);
            if (text.Length + rune.Utf16SequenceLength > units)
            {
                break;
            }

            text.Append(rune.ToString());
            position += bytes;
        }

        return text.ToString();
    }

    private readonly GraphQLSyntaxException InvalidUtf8()
    {
        var position = 0;
        while (Rune.DecodeFromUtf8(_source[position..], out _, out var bytes) == System.Buffers.OperationStatus.Done)
        {
            position += bytes;
        }

        return Error(position, $"Invalid UTF-8: byte 0x{_source[position]:X2} at offset {position} does not start or continue a character.");
    }
}
