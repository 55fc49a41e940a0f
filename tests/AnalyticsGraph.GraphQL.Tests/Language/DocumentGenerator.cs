using System.Text;

namespace AnalyticsGraph.GraphQL.Tests.Language;

/// <summary>Writes random documents of the whole language, and random damage to them. The same seed writes the same document.</summary>
internal sealed class DocumentGenerator(int seed)
{
    private static readonly string[] Names = ["a", "name", "query", "on", "type", "fragment", "_x1", "longFieldNameForWrapping", "true", "null", "extend", "repeatable", "Id"];
    private static readonly string[] TypeNames = ["Int", "String", "User", "_T", "input"];
    private static readonly string[] Strings =
    [
        "\"\"", "\"plain\"", "\"tab\\t quote\\\" slash\\/ \\u00e9 \\u{1F600} \\uD83D\\uDE00\"", "\"ünï 😀\"", "\"\"\"block\"\"\"", "\"\"\"\n    two\n      lines\n    \"\"\"",
        "\"\"\" \\\"\"\" quotes\\\"\"\"\"\"\"", "\"\"\"\"\"\"", "\"\"\"ends in slash\\\n\"\"\"", "\"\"\"  leading 😀\r\n\r\n\ttail  \"\"\"", "\"\u007f\u0080\\b\\f\"",
    ];

    private static readonly string[] Numbers = ["0", "-0", "1", "-12345678901234567890", "1.5", "-0.0e10", "1E-5", "6.0221413e+23"];
    private static readonly string[] Separators = [" ", " ", " ", "\n", "\r\n", "\r", ", ", "\t", " # comment \"{ ü\n", "\uFEFF "];
    private static readonly string[] Damage =
    [
        "{", "}", "(", ")", "[", "]", ":", "!", "|", "&", "=", "@", "$", "...", "..", ".", "\"", "\"\"\"", "\\", "'", "#", "?", "0", "01", "1.", ".5", "1e", "-", "on", "fragment",
        "extend", "\"\\u{110000}\"", "\"\\uD83D\"", "\"\\x\"", "\"\\u00G0\"", "é", "😀", "\u0000", "\u007f", "\n", "\r", "query", "true",
    ];

    private readonly Random _random = new(seed);
    private readonly StringBuilder _text = new();
    private int _depth;

    /// <summary>A valid document.</summary>
    public string Document()
    {
        _text.Clear();
        Repeat(1, 4, () =>
        {
            switch (_random.Next(3))
            {
                case 0: Operation(); break;
                case 1: Fragment(); break;
                default: TypeSystem(); break;
            }
        });
        return _text.ToString();
    }

    /// <summary>The document with one to three small changes; may stay valid.</summary>
    public string Damaged(string document)
    {
        var text = new StringBuilder(document);
        for (var i = _random.Next(1, 4); i > 0 && text.Length > 1; i--)
        {
            // Never between the halves of a surrogate pair: what is tested is GraphQL, not the transport of broken UTF-16.
            var at = _random.Next(text.Length);
            at -= char.IsLowSurrogate(text[at]) ? 1 : 0;
            switch (_random.Next(3))
            {
                case 0: text.Insert(at, Pick(Damage)); break;
                case 1: text.Remove(at, char.IsHighSurrogate(text[at]) ? 2 : 1); break;
                default: text.Length = at; break;
            }
        }

        return text.ToString();
    }

    /// <summary>The document with one to three bytes changed, put in or taken out; what is no UTF-8 then is read as U+FFFD.</summary>
    public string DamagedBytes(string document)
    {
        var bytes = Encoding.UTF8.GetBytes(document).ToList();
        for (var i = _random.Next(1, 4); i > 0; i--)
        {
            var at = _random.Next(bytes.Count);
            var other = _random.Next(3) == 0 ? (byte)_random.Next(256) : bytes[_random.Next(bytes.Count)];
            switch (_random.Next(3))
            {
                case 0: bytes[at] = other; break;
                case 1: bytes.Insert(at, other); break;
                default: bytes.RemoveRange(at, Math.Min(_random.Next(1, 4), bytes.Count - at - 1)); break;
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    private void Operation()
    {
        if (_random.Next(3) == 0)
        {
            SelectionSet();
            return;
        }

        Maybe(4, () => Put(Pick(Strings)));
        Put(Pick(["query", "mutation", "subscription"]));
        Maybe(2, () => Put(Pick(Names)));
        Maybe(2, () => Between("(", ")", () =>
        {
            Maybe(6, () => Put(Pick(Strings)));
            Put("$").Put(Pick(Names)).Put(":");
            Type();
            Maybe(3, () => { Put("="); Value(isConstant: true); });
            Directives(isConstant: true);
        }));
        Directives();
        SelectionSet();
    }

    private void Fragment()
    {
        Maybe(4, () => Put(Pick(Strings)));
        Put("fragment").Put(Pick(Names, except: "on")).Put("on").Put(Pick(TypeNames));
        Directives();
        SelectionSet();
    }

    private void SelectionSet()
    {
        _depth++;
        Between("{", "}", () =>
        {
            switch (_depth > 4 ? 0 : _random.Next(6))
            {
                case 1:
                    Put("...").Put(Pick(Names, except: "on"));
                    Directives();
                    break;
                case 2:
                    Put("...");
                    Maybe(2, () => Put("on").Put(Pick(TypeNames)));
                    Directives();
                    SelectionSet();
                    break;
                default:
                    Put(Pick(Names));
                    Maybe(4, () => Put(":").Put(Pick(Names)));
                    Maybe(3, () => Between("(", ")", Argument));
                    Directives();
                    Maybe(_depth > 4 ? 1000 : 3, SelectionSet);
                    break;
            }
        });
        _depth--;
    }

    private void TypeSystem()
    {
        var isExtension = _random.Next(4) == 0;
        if (isExtension)
        {
            Put("extend");
        }
        else
        {
            Maybe(3, () => Put(Pick(Strings)));
        }

        switch (_random.Next(isExtension ? 7 : 8))
        {
            case 0:
                Put("schema");
                Directives(isConstant: true);
                Between("{", "}", () => Put(Pick(["query", "mutation", "subscription"])).Put(":").Put(Pick(TypeNames)));
                break;
            case 1:
                Put("scalar").Put(Pick(TypeNames)).Put("@specifiedBy(url:\"x\")");
                break;
            case 2 or 3:
                Put(Pick(["type", "interface"])).Put(Pick(TypeNames));
                Maybe(3, () => Delimited("implements", "&"));
                Directives(isConstant: true);
                Between("{", "}", () =>
                {
                    Maybe(4, () => Put(Pick(Strings)));
                    Put(Pick(Names));
                    Maybe(3, () => Between("(", ")", InputValue));
                    Put(":");
                    Type();
                    Directives(isConstant: true);
                });
                break;
            case 4:
                Put("union").Put(Pick(TypeNames));
                Directives(isConstant: true);
                Delimited("=", "|");
                break;
            case 5:
                Put("enum").Put(Pick(TypeNames));
                Directives(isConstant: true);
                Between("{", "}", () =>
                {
                    Maybe(4, () => Put(Pick(Strings)));
                    Put(Pick(TypeNames));
                    Directives(isConstant: true);
                });
                break;
            case 6:
                Put("input").Put(Pick(TypeNames));
                Directives(isConstant: true);
                Between("{", "}", InputValue);
                break;
            default:
                Put("directive").Put("@").Put(Pick(Names));
                Maybe(2, () => Between("(", ")", InputValue));
                Maybe(3, () => Put("repeatable"));
                Put("on").Put("QUERY").Put("|").Put("INPUT_FIELD_DEFINITION");
                break;
        }
    }

    private void InputValue()
    {
        Maybe(4, () => Put(Pick(Strings)));
        Put(Pick(Names)).Put(":");
        Type();
        Maybe(3, () => { Put("="); Value(isConstant: true); });
        Directives(isConstant: true);
    }

    private void Delimited(string keyword, string separator)
    {
        Put(keyword);
        Maybe(3, () => Put(separator));
        Put(Pick(TypeNames));
        Repeat(0, 3, () => Put(separator).Put(Pick(TypeNames)));
    }

    private void Argument() => Argument(false);

    private void Argument(bool isConstant)
    {
        Put(Pick(Names)).Put(":");
        Value(isConstant);
    }

    private void Directives(bool isConstant = false) => Maybe(5, () => Repeat(1, 3, () =>
    {
        Put("@").Put(Pick(Names));
        Maybe(2, () => Between("(", ")", () => Argument(isConstant)));
    }));

    private void Type()
    {
        var lists = _random.Next(4) == 0 ? _random.Next(1, 3) : 0;
        Put(string.Concat(Enumerable.Repeat("[", lists))).Put(Pick(TypeNames));
        for (var i = 0; i < lists; i++)
        {
            Maybe(2, () => Put("!"));
            Put("]");
        }

        Maybe(3, () => Put("!"));
    }

    private void Value(bool isConstant)
    {
        _depth++;
        switch (_random.Next(_depth > 6 ? 5 : 8))
        {
            case 0: Put(Pick(Numbers)); break;
            case 1: Put(Pick(Strings)); break;
            case 2: Put(Pick(["true", "false", "null"])); break;
            case 3: Put(isConstant ? "ENUM" : "$").Put(isConstant ? "" : Pick(Names)); break;
            case 4: Put(Pick(Names)); break;
            case 5:
                Put("[");
                Repeat(0, 6, () => Value(isConstant));
                Put("]");
                break;
            default:
                Put("{");
                Repeat(0, 4, () => Argument(isConstant));
                Put("}");
                break;
        }

        _depth--;
    }

    private void Between(string open, string close, Action item)
    {
        Put(open);
        Repeat(1, 4, item);
        Put(close);
    }

    private void Repeat(int least, int below, Action action)
    {
        for (var i = _random.Next(least, below); i > 0; i--)
        {
            action();
        }
    }

    private void Maybe(int oneIn, Action action)
    {
        if (_random.Next(oneIn) == 0)
        {
            action();
        }
    }

    private DocumentGenerator Put(string token)
    {
        _text.Append(token).Append(Pick(Separators));
        return this;
    }

    private string Pick(string[] choices, string? except = null)
    {
        var pick = choices[_random.Next(choices.Length)];
        return pick == except ? "other" : pick;
    }
}
