using System.Buffers;
using System.Text;
using System.Text.Unicode;
using AnalyticsGraph.GraphQL.Errors;

namespace AnalyticsGraph.GraphQL.Language;

/// <summary>
/// Section 2.1: cuts a document into tokens, one at a time, straight from its UTF-8 bytes. Holds the current token as offsets; a token allocates nothing until its
/// value is asked for. Messages and places are those of graphql-js.
/// </summary>
internal ref partial struct Utf8Lexer
{
    private static readonly SearchValues<byte> LineBreaks = SearchValues.Create("\r\n"u8);

    private static readonly SearchValues<byte> NameBytes = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"u8);

    private readonly ReadOnlySpan<byte> _source;
    private readonly ParserLimits _limits;
    private readonly bool _isAscii;
    private int _position;
    private int _lineStart;
    private int _tokens;
    private bool _hasEscapes;

    // Columns count UTF-16 units: those of the line up to _columnByte are counted already. Only used when the source is not pure ASCII.
    private int _columnByte;
    private int _columnUnits;

    /// <summary>Stands before the first token.</summary>
    /// <exception cref="GraphQLSyntaxException">Too large, or no UTF-8.</exception>
    public Utf8Lexer(ReadOnlySpan<byte> source, ParserLimits limits)
    {
        if (source.Length > limits.MaxBytes)
        {
            throw new GraphQLSyntaxException(
                $"Syntax Error: Document has {source.Length} bytes; at most {limits.MaxBytes} are allowed.", new Location(0, 0, 1, 1), ErrorCodes.LimitExceeded);
        }

        _source = source;
        _limits = limits;
        _isAscii = Ascii.IsValid(source);
        Line = 1;
        CurrentLine = 1;
        Column = 1;
        if (!_isAscii && !Utf8.IsValid(source))
        {
            throw InvalidUtf8();
        }
    }

    /// <summary>The current token.</summary>
    public TokenKind Kind { get; private set; }

    /// <summary>Its first byte.</summary>
    public int Start { get; private set; }

    /// <summary>Just past its last byte.</summary>
    public int End { get; private set; }

    /// <summary>Its line.</summary>
    public int Line { get; private set; }

    /// <summary>Its column.</summary>
    public int Column { get; private set; }

    /// <summary>Just past the last byte of the token before.</summary>
    public int PreviousEnd { get; private set; }

    /// <summary>The bytes of the current token as written.</summary>
    public readonly ReadOnlySpan<byte> Text => _source[Start..End];

    private int CurrentLine { get; set; }

    /// <summary>Goes to the next token.</summary>
    /// <exception cref="GraphQLSyntaxException">There is no valid token, or there are too many.</exception>
    public void Advance()
    {
        PreviousEnd = End;
        SkipIgnored();
        if (_position >= _source.Length)
        {
            Begin(TokenKind.EndOfFile);
            End = Start;
            return;
        }

        var first = _source[_position];
        switch (first)
        {
            case (byte)'!': Punctuator(TokenKind.Bang); break;
            case (byte)'$': Punctuator(TokenKind.Dollar); break;
            case (byte)'&': Punctuator(TokenKind.Ampersand); break;
            case (byte)'(': Punctuator(TokenKind.ParenthesisLeft); break;
            case (byte)')': Punctuator(TokenKind.ParenthesisRight); break;
            case (byte)':': Punctuator(TokenKind.Colon); break;
            case (byte)'=': Punctuator(TokenKind.Equal); break;
            case (byte)'@': Punctuator(TokenKind.At); break;
            case (byte)'[': Punctuator(TokenKind.BracketLeft); break;
            case (byte)']': Punctuator(TokenKind.BracketRight); break;
            case (byte)'{': Punctuator(TokenKind.BraceLeft); break;
            case (byte)'|': Punctuator(TokenKind.Pipe); break;
            case (byte)'}': Punctuator(TokenKind.BraceRight); break;
            case (byte)'.': ReadSpread(); break;
            case (byte)'"': ReadAnyString(); break;
            case (byte)'-' or (>= (byte)'0' and <= (byte)'9'): ReadNumber(); break;
            default:
                if (!NameBytes.Contains(first))
                {
                    throw UnexpectedCharacter();
                }

                ReadName();
                break;
        }

        if (++_tokens > _limits.MaxTokens)
        {
            throw new GraphQLSyntaxException(
                $"Syntax Error: Document contains more than {_limits.MaxTokens} tokens. Parsing aborted.", new Location(Start, End, Line, Column), ErrorCodes.LimitExceeded);
        }
    }

    private void SkipIgnored()
    {
        while (_position < _source.Length)
        {
            switch (_source[_position])
            {
                case (byte)' ' or (byte)'\t' or (byte)',':
                    _position++;
                    break;
                case (byte)'\n' or (byte)'\r':
                    PassLineBreak();
                    break;
                case (byte)'#':
                    var length = _source[_position..].IndexOfAny(LineBreaks);
                    _position = length < 0 ? _source.Length : _position + length;
                    break;
                case 0xEF when _source[_position..].StartsWith("\uFEFF"u8):
                    _position += 3;
                    break;
                default:
                    return;
            }
        }
    }

    private void PassLineBreak()
    {
        _position += _source[_position] == '\r' && At(_position + 1) == '\n' ? 2 : 1;
        CurrentLine++;
        _lineStart = _position;
    }

    private void Begin(TokenKind kind)
    {
        Kind = kind;
        Start = _position;
        Line = CurrentLine;
        Column = _isAscii ? _position - _lineStart + 1 : CountColumn();
    }

    private int CountColumn()
    {
        if (_columnByte < _lineStart)
        {
            (_columnByte, _columnUnits) = (_lineStart, 0);
        }

        _columnUnits += Encoding.UTF8.GetCharCount(_source[_columnByte.._position]);
        _columnByte = _position;
        return _columnUnits + 1;
    }

    private void Finish(int end) => (End, _position) = (end, end);

    private void Punctuator(TokenKind kind)
    {
        Begin(kind);
        Finish(_position + 1);
    }

    private void ReadName()
    {
        Begin(TokenKind.Name);
        var length = _source[_position..].IndexOfAnyExcept(NameBytes);
        Finish(length < 0 ? _source.Length : _position + length);
    }

    private void ReadSpread()
    {
        if (At(_position + 1) == '.')
        {
            if (At(_position + 2) != '.')
            {
                throw Error(_position, "Unexpected \"..\", did you mean \"...\"?");
            }

            Begin(TokenKind.Spread);
            Finish(_position + 3);
            return;
        }

        if (IsDigit(At(_position + 1)))
        {
            var digits = Encoding.ASCII.GetString(_source[(_position + 1)..PassDigits(_position + 1)]);
            throw Error(_position, $"Invalid number, expected digit before \".\", did you mean \"0.{digits}\"?");
        }

        throw UnexpectedCharacter();
    }

    /// <summary>The byte, or -1 past the end.</summary>
    private readonly int At(int position) => position < _source.Length ? _source[position] : -1;
}
