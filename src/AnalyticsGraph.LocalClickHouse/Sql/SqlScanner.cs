namespace AnalyticsGraph.LocalClickHouse.Sql;

/// <summary>The kinds of tokens this host tells apart.</summary>
internal enum TokenKind
{
    /// <summary>No more tokens.</summary>
    End,

    /// <summary>A keyword, a bare identifier or a number.</summary>
    Word,

    /// <summary>An identifier in backticks or double quotes.</summary>
    QuotedIdentifier,

    /// <summary>A string literal, here-documents included.</summary>
    String,

    /// <summary>One other character.</summary>
    Symbol,
}

/// <summary>A token's place in the text, in bytes.</summary>
internal readonly record struct Token(TokenKind Kind, int Start, int End);

/// <summary>
/// Cuts a statement's UTF-8 text into tokens, so that words inside literals, quoted names and comments are never taken for
/// SQL. It knows no grammar: what a statement means is for the engine's parser.
/// </summary>
internal ref struct SqlScanner(ReadOnlySpan<byte> text)
{
    private readonly ReadOnlySpan<byte> _text = text;
    private int _at;

    /// <summary>The text of a token.</summary>
    internal readonly ReadOnlySpan<byte> Text(Token token) => _text[token.Start..token.End];

    /// <summary>Whether a token is this keyword, whatever its case; <paramref name="keyword"/> in capitals.</summary>
    internal readonly bool Is(Token token, ReadOnlySpan<byte> keyword) =>
        token.Kind == TokenKind.Word && System.Text.Ascii.EqualsIgnoreCase(Text(token), keyword);

    /// <summary>Whether a token is this character.</summary>
    internal readonly bool Is(Token token, char symbol) => token.Kind == TokenKind.Symbol && _text[token.Start] == symbol;

    /// <summary>The next token, comments and white space skipped.</summary>
    internal Token Next()
    {
        SkipBlank();
        if (_at >= _text.Length) return new(TokenKind.End, _text.Length, _text.Length);
        var start = _at;
        var c = _text[_at];
        var kind = c switch
        {
            (byte)'\'' => Quoted(c, TokenKind.String),
            (byte)'`' or (byte)'"' => Quoted(c, TokenKind.QuotedIdentifier),
            (byte)'$' when HereDocument() => TokenKind.String,
            _ when IsWord(c) => Word(),
            _ => Symbol(),
        };
        return new(kind, start, _at);
    }

    private static bool IsWord(byte c) =>
        c is >= (byte)'a' and <= (byte)'z' or >= (byte)'A' and <= (byte)'Z' or >= (byte)'0' and <= (byte)'9' or (byte)'_' or >= 0x80;

    private TokenKind Symbol()
    {
        _at++;
        return TokenKind.Symbol;
    }

    private TokenKind Word()
    {
        while (_at < _text.Length && IsWord(_text[_at])) _at++;
        return TokenKind.Word;
    }

    private TokenKind Quoted(byte quote, TokenKind kind)
    {
        for (_at++; _at < _text.Length; _at++)
        {
            if (_text[_at] == '\\')
            {
                _at++;
            }
            else if (_text[_at] == quote)
            {
                if (_at + 1 >= _text.Length || _text[_at + 1] != quote)
                {
                    _at++;
                    return kind;
                }
                _at++;
            }
        }
        _at = _text.Length;
        return kind;
    }

    // $tag$ ... $tag$
    private bool HereDocument()
    {
        var end = _at + 1;
        while (end < _text.Length && IsWord(_text[end])) end++;
        if (end >= _text.Length || _text[end] != '$') return false;
        var tag = _text[_at..(end + 1)];
        var close = _text[(end + 1)..].IndexOf(tag);
        if (close < 0) return false;
        _at = end + 1 + close + tag.Length;
        return true;
    }

    private void SkipBlank()
    {
        while (_at < _text.Length)
        {
            var rest = _text[_at..];
            if (rest[0] <= ' ' || rest.StartsWith("\u00A0"u8))
            {
                _at += rest[0] <= ' ' ? 1 : 2;
            }
            else if (rest.StartsWith("--"u8) || rest.StartsWith("#!"u8) || rest.StartsWith("# "u8))
            {
                var line = rest.IndexOf((byte)'\n');
                _at = line < 0 ? _text.Length : _at + line + 1;
            }
            else if (rest.StartsWith("/*"u8))
            {
                var close = rest[2..].IndexOf("*/"u8);
                _at = close < 0 ? _text.Length : _at + close + 4;
            }
            else
            {
                return;
            }
        }
    }
}
