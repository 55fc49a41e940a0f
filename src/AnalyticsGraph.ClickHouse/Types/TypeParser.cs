using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Kind = AnalyticsGraph.ClickHouse.ClickHouseTypeKind;

namespace AnalyticsGraph.ClickHouse;

/// <summary>Reads type texts. Types repeat with every block, so parsed ones are remembered (boundedly: Enums written by users are not endless, but a hostile server's could be).</summary>
internal ref struct TypeParser
{
    private const int MaxDepth = 100;
    private const int MaxRemembered = 2000;
    private static readonly ConcurrentDictionary<string, ClickHouseType> Remembered = new(StringComparer.Ordinal);

    private readonly string _text;
    private int _at;
    private int _depth;

    private TypeParser(string text) => _text = text;

    public static ClickHouseType Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (Remembered.TryGetValue(text, out var known))
            return known;
        var parser = new TypeParser(text);
        var type = parser.Type();
        parser.Spaces();
        if (parser._at != text.Length)
            throw parser.Error("something follows the type");
        if (Remembered.Count < MaxRemembered)
            Remembered[text] = type;
        return type;
    }

    private ClickHouseType Type()
    {
        if (++_depth > MaxDepth)
            throw Error("it is nested too deeply");
        Spaces();
        var start = _at;
        var name = Word();
        if (name.Length == 0)
            throw Error("a type's name is missing");
        var type = Build(name, start);
        _depth--;
        return type;
    }

    private ClickHouseType Build(string name, int start)
    {
        if (TypeNames.Simple.TryGetValue(name, out var simple) && !Peek('('))
            return new ClickHouseType(name, simple);
        if (TypeNames.Aliases.TryGetValue(name, out var alias))
        {
            var target = Parse(alias);
            return new ClickHouseType(name, target.Kind) { Elements = target.Elements };
        }
        switch (name)
        {
            case "Nullable" or "LowCardinality" or "Array":
                {
                    Expect('(');
                    var inner = Type();
                    Expect(')');
                    var kind = name switch { "Nullable" => Kind.Nullable, "Array" => Kind.Array, _ => Kind.LowCardinality };
                    return new ClickHouseType(Since(start), kind) { Elements = [inner] };
                }
            case "Map":
                {
                    Expect('(');
                    var key = Type();
                    Expect(',');
                    var value = Type();
                    Expect(')');
                    return new ClickHouseType(Since(start), Kind.Map) { Elements = [key, value] };
                }
            case "Tuple" or "Nested" or "Variant":
                return Elements(name, start);
            case "FixedString":
                return new ClickHouseType(name, Kind.FixedString) { Precision = Numbers(1)[0] }.WithText(Since(start));
            case "Decimal":
                {
                    var numbers = Peek('(') ? Numbers(2) : [10, 0];
                    return Decimal(numbers[0], numbers.Length > 1 ? numbers[1] : 0, start);
                }
            case "Decimal32" or "Decimal64" or "Decimal128" or "Decimal256":
                return Decimal(name switch { "Decimal32" => 9, "Decimal64" => 18, "Decimal128" => 38, _ => 76 }, Numbers(1)[0], start);
            case "Time64":
                return new ClickHouseType(name, Kind.Time64) { Scale = Peek('(') ? Numbers(1)[0] : 3 }.WithText(Since(start));
            case "DateTime" or "DateTime32":
                {
                    var zone = Zone();
                    return new ClickHouseType(Since(start), Kind.DateTime) { TimeZone = zone };
                }
            case "DateTime64":
                return DateTime64(start);
            case "Enum8" or "Enum16" or "Enum":
                return Enumeration(name, start);
            case "SimpleAggregateFunction":
                return SimpleAggregate(start);
            case "JSON" or "Object":
                SkipArguments();
                return new ClickHouseType(Since(start), Kind.Json);
            default:
                SkipArguments();
                return new ClickHouseType(Since(start), name.StartsWith("Interval", StringComparison.Ordinal) ? Kind.Interval : Kind.Unknown);
        }
    }

    private ClickHouseType Decimal(int precision, int scale, int start)
    {
        if (precision is < 1 or > 76 || scale < 0 || scale > precision)
            throw Error($"a Decimal of {precision} digits, {scale} of them in the fraction, does not exist");
        return new ClickHouseType(Since(start), Kind.Decimal) { Precision = precision, Scale = scale };
    }

    private ClickHouseType DateTime64(int start)
    {
        var scale = 3;
        string? zone = null;
        if (Peek('('))
        {
            Expect('(');
            scale = Number();
            if (Peek(','))
            {
                Expect(',');
                zone = Quoted();
            }
            Expect(')');
        }
        if (scale is < 0 or > 9)
            throw Error($"DateTime64 has 0 to 9 decimal digits, not {scale}");
        return new ClickHouseType(Since(start), Kind.DateTime64) { Scale = scale, TimeZone = zone };
    }

    private string? Zone()
    {
        if (!Peek('('))
            return null;
        Expect('(');
        var zone = Quoted();
        Expect(')');
        return zone;
    }

    /// <summary>The elements of a tuple are types, or names with types; a name may be in backticks. Which it is shows after the first word.</summary>
    private ClickHouseType Elements(string name, int start)
    {
        var types = new List<ClickHouseType>();
        var names = new List<string>();
        Expect('(');
        while (!Peek(')'))
        {
            if (types.Count > 0)
                Expect(',');
            Spaces();
            var before = _at;
            var word = _at < _text.Length && _text[_at] is '`' or '"' ? QuotedBy(_text[_at]) : Word();
            if (Peek(',') || Peek(')') || Peek('('))
                _at = before;
            else
                names.Add(word);
            types.Add(Type());
        }
        Expect(')');
        if (names.Count != 0 && names.Count != types.Count)
            throw Error("some elements have names and others have none");
        var text = Since(start);
        if (name == "Variant")
            return new ClickHouseType(text, Kind.Variant) { Elements = [.. types] };
        if (name == "Tuple")
            return new ClickHouseType(text, Kind.Tuple) { Elements = [.. types], ElementNames = names.Count == 0 ? null : [.. names] };
        var row = new ClickHouseType("Tuple" + text["Nested".Length..], Kind.Tuple) { Elements = [.. types], ElementNames = [.. names] };
        return new ClickHouseType(text, Kind.Array) { Elements = [row] };
    }

    private ClickHouseType Enumeration(string name, int start)
    {
        var members = new List<KeyValuePair<string, short>>();
        Expect('(');
        short next = 1;
        while (!Peek(')'))
        {
            if (members.Count > 0)
                Expect(',');
            var member = Quoted();
            if (Peek('='))
            {
                Expect('=');
                next = (short)Number();
            }
            members.Add(new(member, next++));
        }
        Expect(')');
        var wide = name == "Enum16" || (name == "Enum" && members.Exists(m => m.Value is < sbyte.MinValue or > sbyte.MaxValue));
        return new ClickHouseType(Since(start), wide ? Kind.Enum16 : Kind.Enum8) { EnumMembers = [.. members] };
    }

    private ClickHouseType SimpleAggregate(int start)
    {
        Expect('(');
        Word();
        SkipArguments();
        Expect(',');
        var value = Type();
        Expect(')');
        return value.WithText(Since(start));
    }

    /// <summary>Steps over a balanced <c>(...)</c>, minding quotes.</summary>
    private void SkipArguments()
    {
        if (!Peek('('))
            return;
        var open = 0;
        do
        {
            if (_at >= _text.Length)
                throw Error("a parenthesis is not closed");
            var c = _text[_at];
            if (c is '\'' or '`' or '"')
            {
                QuotedBy(c);
                continue;
            }
            open += c switch { '(' => 1, ')' => -1, _ => 0 };
            _at++;
        }
        while (open > 0);
    }

    private int[] Numbers(int most)
    {
        var numbers = new List<int>();
        Expect('(');
        numbers.Add(Number());
        while (numbers.Count < most && Peek(','))
        {
            Expect(',');
            numbers.Add(Number());
        }
        Expect(')');
        return [.. numbers];
    }

    private int Number()
    {
        Spaces();
        var start = _at;
        if (_at < _text.Length && _text[_at] is '-' or '+')
            _at++;
        while (_at < _text.Length && char.IsAsciiDigit(_text[_at]))
            _at++;
        return int.TryParse(_text.AsSpan(start, _at - start), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw Error("a number is missing");
    }

    private string Quoted()
    {
        Spaces();
        return QuotedBy('\'');
    }

    private string QuotedBy(char quote)
    {
        if (_at >= _text.Length || _text[_at] != quote)
            throw Error($"{quote} is missing");
        var value = new StringBuilder();
        for (_at++; _at < _text.Length; _at++)
        {
            var c = _text[_at];
            if (c == '\\' && _at + 1 < _text.Length)
                value.Append(_text[++_at] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', 'b' => '\b', 'f' => '\f', '0' => '\0', 'a' => '\a', 'v' => '\v', var other => other });
            else if (c == quote && _at + 1 < _text.Length && _text[_at + 1] == quote)
                value.Append(_text[++_at]);
            else if (c == quote)
            {
                _at++;
                return value.ToString();
            }
            else
                value.Append(c);
        }
        throw Error($"{quote} is not closed");
    }

    private string Word()
    {
        var start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] == '_'))
            _at++;
        return _text[start.._at];
    }

    private void Spaces()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
            _at++;
    }

    private bool Peek(char c)
    {
        Spaces();
        return _at < _text.Length && _text[_at] == c;
    }

    private void Expect(char c)
    {
        if (!Peek(c))
            throw Error($"'{c}' is missing");
        _at++;
    }

    private readonly string Since(int start) => _text[start.._at];

    private readonly ClickHouseFormatException Error(string why) =>
        new($"'{_text}' is no ClickHouse type: {why} (character {(_at + 1).ToString(CultureInfo.InvariantCulture)}).");
}
