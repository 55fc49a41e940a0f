using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace AnalyticsGraph.Tracking.Import;

/// <summary>
/// Reads the CREATE TABLE and INSERT statements of a MySQL dump, one row at a time. Knows what mysqldump writes: escapes, comments and pragmas, hexadecimal and bit literals,
/// charset introducers, DELIMITER. The file is local, so it is read synchronously. Texts are found by vectorized searches: they are most of a dump.
/// </summary>
internal sealed partial class MySqlDumpReader(string path, Stream dump) : IDisposable
{
    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    private static readonly SearchValues<char> OfNumbers = SearchValues.Create("+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private readonly StreamReader _reader = new(dump, Utf8, detectEncodingFromByteOrderMarks: true, 64 * 1024);
    private readonly StringBuilder _text = new();
    private readonly char[] _buffer = new char[64 * 1024];
    private int _at;
    private int _end;
    private string _delimiter = ";";
    private bool _isFirstRow;

    /// <summary>The line that is being read, from 1.</summary>
    public int Line { get; private set; } = 1;

    /// <summary>Whether the dump says that its timestamps are in UTC, as mysqldump does unless told otherwise. (MySQL converts TIMESTAMP, not DATETIME.)</summary>
    public bool HasUtcTimestamps { get; private set; }

    /// <summary>Goes to the next CREATE TABLE (which is read whole) or INSERT (up to its first row).</summary>
    /// <returns>Null at the end.</returns>
    public MySqlStatement? NextStatement()
    {
        while (true)
        {
            SkipSpace();
            if (Peek() < 0)
                return null;
            if (TakeText(_delimiter))
                continue;
            var word = Word();
            if (word == "DELIMITER")
            {
                _delimiter = RestOfLine().Trim();
            }
            else if (word == "CREATE")
            {
                if (ReadCreate() is { } create)
                    return create;
                SkipStatement();
            }
            else if (word is "INSERT" or "REPLACE")
            {
                return ReadInsert();
            }
            else
            {
                if (word == "SET")
                    ReadSetting();
                SkipStatement();
            }
        }
    }

    /// <summary>The next row of the INSERT; null after its last one.</summary>
    public IReadOnlyList<string?>? NextRow()
    {
        SkipSpace();
        if (!_isFirstRow && !Take(','))
        {
            // ON DUPLICATE KEY UPDATE may follow.
            SkipStatement();
            return null;
        }

        _isFirstRow = false;
        SkipSpace();
        Require('(');
        var row = new List<string?>();
        SkipSpace();
        if (Take(')'))
            return row;
        do
        {
            SkipSpace();
            row.Add(ReadValue());
            SkipSpace();
        }
        while (Take(','));
        Require(')');
        return row;
    }

    public void Dispose() => _reader.Dispose();

    private MySqlStatement? ReadCreate()
    {
        SkipSpace();
        var word = Word();
        if (word == "TEMPORARY")
        {
            SkipSpace();
            word = Word();
        }

        if (word != "TABLE")
            return null;
        SkipSpace();
        var table = ReadName();
        if (table is "IF" or "if")
        {
            SkipSpace();
            Word();
            SkipSpace();
            Word();
            SkipSpace();
            table = ReadName();
        }

        SkipSpace();
        if (!Take('('))
            return null;
        var columns = new List<string>();
        do
        {
            SkipSpace();
            var isQuoted = Peek() is '`' or '"';
            var name = ReadSimpleName();
            if (isQuoted || name.ToUpperInvariant() is not ("PRIMARY" or "KEY" or "UNIQUE" or "CONSTRAINT" or "FOREIGN" or "INDEX" or "FULLTEXT" or "SPATIAL" or "CHECK" or ""))
                columns.Add(name);
            SkipDefinition();
        }
        while (Take(','));
        Require(')');
        SkipStatement();
        return new MySqlStatement(table, [.. columns], IsCreate: true);
    }

    private void ReadSetting()
    {
        SkipSpace();
        if (!ReadSimpleName().Equals("TIME_ZONE", StringComparison.OrdinalIgnoreCase))
            return;
        SkipSpace();
        Take('=');
        SkipSpace();
        if (Peek() is '\'' or '"')
            HasUtcTimestamps |= ReadQuoted((char)Next()) == "+00:00";
    }

    /// <summary>To the comma or parenthesis that ends a column's definition.</summary>
    private void SkipDefinition()
    {
        for (var depth = 0; ;)
        {
            SkipSpace();
            var c = Peek();
            if (c < 0 || (depth == 0 && c is ',' or ')'))
                return;
            if (c is '\'' or '"' or '`')
            {
                Next();
                ReadQuoted((char)c);
                continue;
            }

            depth += c switch { '(' => 1, ')' => -1, _ => 0 };
            Next();
        }
    }

    private MySqlStatement ReadInsert()
    {
        SkipSpace();
        while (true)
        {
            if (Peek() is '`' or '"')
                break;
            var word = ReadSimpleName();
            SkipSpace();
            if (word.ToUpperInvariant() is not ("INTO" or "IGNORE" or "LOW_PRIORITY" or "HIGH_PRIORITY" or "DELAYED"))
                return ReadInsertOf(word);
        }

        return ReadInsertOf(ReadSimpleName());
    }

    private MySqlStatement ReadInsertOf(string table)
    {
        SkipSpace();
        while (Take('.'))
        {
            SkipSpace();
            table = ReadSimpleName();
            SkipSpace();
        }

        string[]? columns = null;
        if (Take('('))
        {
            var names = new List<string>();
            do
            {
                SkipSpace();
                names.Add(ReadSimpleName());
                SkipSpace();
            }
            while (Take(','));
            Require(')');
            SkipSpace();
            columns = [.. names];
        }

        if (Word() is not ("VALUES" or "VALUE"))
            throw Fault("an INSERT without VALUES cannot be read");
        _isFirstRow = true;
        return new MySqlStatement(table, columns, IsCreate: false);
    }

    private string? ReadValue()
    {
        var c = Peek();
        if (c is '\'' or '"')
        {
            Next();
            return ReadStrings((char)c);
        }

        if (c is '-' or '+' or '.' or (>= '0' and <= '9'))
            return ReadNumber();
        var word = ReadSimpleName();
        if (word.StartsWith('_'))
        {
            // A charset introducer says how the server would take the bytes; in a dump they are UTF-8.
            SkipSpace();
            return ReadValue();
        }

        if (Peek() == '\'' && word.ToUpperInvariant() is "X" or "B" or "N")
        {
            Next();
            var literal = ReadQuoted('\'');
            return word.ToUpperInvariant() switch { "X" => FromHex(literal), "B" => FromBits(literal), _ => literal };
        }

        return word.ToUpperInvariant() switch
        {
            "NULL" => null,
            "TRUE" => "1",
            "FALSE" => "0",
            _ => throw Fault($"'{word}' is no literal"),
        };
    }

    /// <summary>A string and those that follow it, which MySQL joins.</summary>
    private string ReadStrings(char quote)
    {
        var value = ReadQuoted(quote);
        SkipSpace();
        while (Peek() is '\'' or '"')
        {
            value += ReadQuoted((char)Next());
            SkipSpace();
        }

        return value;
    }

    private string ReadNumber()
    {
        _text.Clear();
        int taken;
        do
        {
            var rest = Unread();
            taken = rest.IndexOfAnyExcept(OfNumbers);
            var digits = taken < 0 ? rest : rest[..taken];
            _text.Append(digits);
            _at += digits.Length;
        }
        while (taken < 0 && Has(1));
        var number = _text.ToString();
        if (number.StartsWith("0x", StringComparison.Ordinal))
            return FromHex(number[2..]);
        if (number.StartsWith("0b", StringComparison.Ordinal))
            return FromBits(number[2..]);
        return double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? number : throw Fault($"'{number}' is no number");
    }

    private string FromHex(string digits)
    {
        try
        {
            return Utf8.GetString(Convert.FromHexString(digits.Length % 2 == 0 ? digits : "0" + digits));
        }
        catch (Exception fault) when (fault is FormatException or DecoderFallbackException)
        {
            throw Fault($"the hexadecimal literal {digits} is no UTF-8 text");
        }
    }

    private string FromBits(string digits) => digits.Length is > 0 and <= 63 && digits.All(digit => digit is '0' or '1')
        ? Convert.ToInt64(digits, 2).ToString(CultureInfo.InvariantCulture)
        : throw Fault($"the bit literal {digits} cannot be read");

    /// <summary>What stands up to the closing quote; the opening one was read.</summary>
    private string ReadQuoted(char quote)
    {
        _text.Clear();
        while (Has(1))
        {
            var rest = Unread();
            var stop = quote == '`' ? rest.IndexOf(quote) : rest.IndexOfAny(quote, '\\');
            var plain = stop < 0 ? rest : rest[..stop];
            Line += plain.Count('\n');
            _at += plain.Length;
            if (_text.Length == 0 && stop >= 0 && stop + 1 < rest.Length && rest[stop] == quote && rest[stop + 1] != quote)
            {
                _at++;
                return plain.ToString();
            }

            _text.Append(plain);
            if (stop < 0)
                continue;
            if (Next() != quote)
                AppendEscaped(Next());
            else if (Take(quote))
                _text.Append(quote);
            else
                return _text.ToString();
        }

        throw Fault("the dump ends in the middle of a text");
    }

    private void AppendEscaped(int escaped)
    {
        // Before the signs of patterns MySQL keeps the backslash.
        if (escaped is '%' or '_')
            _text.Append('\\');
        _text.Append(escaped switch
        {
            '0' => '\0',
            'b' => '\b',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'Z' => '\u001A',
            < 0 => throw Fault("the dump ends in the middle of a text"),
            _ => (char)escaped,
        });
    }

    /// <summary>A table's name, without its schema.</summary>
    private string ReadName()
    {
        var name = ReadSimpleName();
        while (Take('.'))
            name = ReadSimpleName();
        return name;
    }

    private string ReadSimpleName()
    {
        if (Peek() is '`' or '"')
            return ReadQuoted((char)Next());
        _text.Clear();
        while (Peek() is '_' or '$' or (>= '0' and <= '9') or (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or >= 0x80)
            _text.Append((char)Next());
        return _text.ToString();
    }

    private string Word()
    {
        var word = ReadSimpleName().ToUpperInvariant();

        // A statement may begin with anything; what is no word is passed over.
        if (word.Length == 0 && Peek() >= 0 && Peek() != _delimiter[0])
            Next();
        return word;
    }

    private void SkipStatement()
    {
        while (true)
        {
            SkipSpace();
            var c = Peek();
            if (c < 0 || TakeText(_delimiter))
                return;
            Next();
            if (c is '\'' or '"' or '`')
                ReadQuoted((char)c);
        }
    }

    /// <summary>Spaces and comments. A pragma (<c>/*!40101 ... */</c>) sets what a server needs, never rows; of them only the time zone means something here.</summary>
    private void SkipSpace()
    {
        while (true)
        {
            var c = Peek();
            if (c is ' ' or '\t' or '\r' or '\n' or '\uFEFF')
            {
                Next();
            }
            else if (c == '#' || (c is '-' or '/' && IsCommentAhead((char)c)))
            {
                if (c == '/' && PeekAt(1) == '*')
                    SkipBlock();
                else
                    RestOfLine();
            }
            else
            {
                return;
            }
        }
    }

    private bool IsCommentAhead(char first) => first == '-' ? PeekAt(1) == '-' : PeekAt(1) is '*' or '/';

    private void SkipBlock()
    {
        const int longestPragma = 100;
        _text.Clear();
        Next();
        Next();
        for (int c; (c = Next()) >= 0 && !(c == '*' && Peek() == '/');)
        {
            if (_text.Length < longestPragma)
                _text.Append((char)c);
        }

        Next();
        HasUtcTimestamps |= UtcPragma().IsMatch(_text.ToString());
    }

    [GeneratedRegex("""^!\d+ SET TIME_ZONE ?= ?'\+00:00'""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex UtcPragma();

    private string RestOfLine()
    {
        var line = new StringBuilder();
        while (Peek() is >= 0 and not '\n')
            line.Append((char)Next());
        return line.ToString();
    }

    private bool TakeText(string text)
    {
        if (!Has(text.Length) || !Unread().StartsWith(text))
            return false;
        _at += text.Length;
        return true;
    }

    private bool Take(char expected)
    {
        if (Peek() != expected)
            return false;
        Next();
        return true;
    }

    private void Require(char expected)
    {
        if (!Take(expected))
            throw Fault(Peek() < 0 ? "the dump ends in the middle of a statement" : $"'{expected}' is missing before '{(char)Peek()}'");
    }

    private ReadOnlySpan<char> Unread() => _buffer.AsSpan(_at, _end - _at);

    /// <summary>Whether so many characters are left; reads on for them.</summary>
    private bool Has(int count)
    {
        while (_end - _at < count)
        {
            Unread().CopyTo(_buffer);
            (_at, _end) = (0, _end - _at);
            if (count > _buffer.Length)
                throw Fault("the delimiter is too long");
            try
            {
                var read = _reader.Read(_buffer.AsSpan(_end));
                if (read == 0)
                    return false;
                _end += read;
            }
            catch (Exception fault) when (fault is DecoderFallbackException or InvalidDataException)
            {
                throw new ImportException($"'{path}' cannot be read near line {Line}: {fault.Message} Dump with --default-character-set=utf8mb4. Nothing was imported.", fault);
            }
        }

        return true;
    }

    /// <summary>The next character; -1 past the end.</summary>
    private int Peek() => PeekAt(0);

    private int PeekAt(int offset) => _at + offset < _end || Has(offset + 1) ? _buffer[_at + offset] : -1;

    private int Next()
    {
        var c = Peek();
        if (c >= 0)
            _at++;
        if (c == '\n')
            Line++;
        return c;
    }

    private ImportException Fault(string what) => new($"Line {Line} of '{path}' cannot be read: {what}. Nothing was imported.");
}

/// <summary>A statement that was met.</summary>
/// <param name="Table">The table, without its schema.</param>
/// <param name="Columns">The columns it names; null for an INSERT that names none.</param>
/// <param name="IsCreate">Whether it is a CREATE TABLE; else an INSERT, whose rows come next.</param>
internal sealed record MySqlStatement(string Table, string[]? Columns, bool IsCreate);
