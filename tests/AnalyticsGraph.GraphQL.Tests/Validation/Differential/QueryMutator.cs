using System.Text.RegularExpressions;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Tests.Validation.Differential;

/// <summary>Breaks a document: a few random changes to its tokens, aimed at the rules of validation. The same seed makes the same changes.</summary>
internal sealed partial class QueryMutator(Schema schema, int seed)
{
    private static readonly string[] Values =
    [
        "1", "-3", "9999999999", "1.5", "1e3", "\"text\"", "\"\"\"block\"\"\"", "true", "null", "RED", "REDD", "Asc", "[]", "[1, null]", "[[1]]", "{}", "{ name: \"n\" }", "{ id: 1, name: null }",
        "{ nam: 1, size: \"x\" }", "{ from: 1 }", "{ from: 1, to: 2, from: 3 }", "{ and: [{ size: 1.5 }, { key: { id: null } }] }", "$v0", "$v1", "$undefined", "[$v0, $v2]", "{ name: $v0 }", "{ id: $v1 }",
    ];

    private static readonly string[] Inserts =
    [
        "...F1", "...F2", "...Unknown", "... on Dog { name }", "... on Cat { color size }", "... on Human { name }", "... on Color { x }", "... on Dgo { name }", "... { id }", "name", "name: id", "a0: name",
        "a1: __typename", "size", "color", "id { x }", "owner", "owner { name: id }", "pets(first: 1) { ... on Dog { name } }", "__schema { types { name } }", "__type(name: \"A\") { fields { type { fields { name } } } }", "__typo", "... on Dog { c: color }", "... on Cat { c: color }", "c: name",
        "... on Node { ... on Dog { barks } }", "... @include(if: $v0) { name }", "... @defer { name }", "...F1 @defer(label: \"same\")", "siblings @stream(label: \"same\") { id }", "siblings @stream { name }",
    ];

    private static readonly string[] Directives =
    [
        "@skip(if: true)", "@skip", "@include(if: 1)", "@include(if: $v0)", "@unknown", "@unknown(name: 1)", "@onField", "@onField @onField", "@onQuery", "@onFragment", "@onVariable", "@mark(level: 1) @mark(level: 2)",
        "@mark(levl: 1)", "@mark(level: 1, level: 2)", "@mark(level: null)", "@deprecated", "@defer", "@defer(if: false)", "@defer(label: $v0)", "@stream", "@stream(if: false, label: \"same\")", "@skip(if: true) @skip(if: false)", "@include(if: true) @include(if: true) @include(if: false)", "@skip(if: false) @onField @skip(if: false)", "@skip(if: true) @include(if: true)",
    ];

    private static readonly string[] Definitions =
    [
        "{ __typename }", "query A { __typename }", "query B { ...F1 }", "mutation A { __typename }", "subscription S { __typename }", "type Foo { a: Foo }", "extend type Dog { b: Int }", "enum Other { A }",
        "directive @onField on FIELD", "scalar Date", "fragment F1 on Query { __typename }", "fragment F1 on Dog { ...F2 }", "fragment F2 on Cat { ...F1 }", "fragment Loop on Query { ...Loop }", "fragment F1 on Color { x }",
    ];

    private static readonly string[] Givens = ["$v0: Int", "$v1: Dog", "$v2: [Filtr!]", "$v3: String = 1", "name: \"n\"", "first: 1", "filter: { name: \"a\" }", "upper: true", "id: 1", "if: true"];

    private readonly Random _random = new(seed);
    private readonly string[] _names =
    [
        .. schema.Types.Keys, .. schema.Types.Values.OfType<ComplexType>().SelectMany(type => type.Fields.Keys).Distinct(), "F1", "F2", "A", "B", "unknown", "fragment", "mutation", "subscription",
    ];

    public string Mutate(string document)
    {
        var tokens = Tokens().Matches(document).Select(match => match.Value).ToList();
        for (var i = _random.Next(1, 4); i > 0 && tokens.Count > 2; i--)
        {
            Change(tokens);
        }

        return Layout(tokens);
    }

    private void Change(List<string> tokens)
    {
        var at = _random.Next(tokens.Count);
        switch (_random.Next(13))
        {
            case 0:
                ReplaceNear(tokens, at, IsName, _ => _names[_random.Next(_names.Length)]);
                break;
            case 1:
                ReplaceNear(tokens, at, IsName, Typo);
                break;
            case 2 or 3:
                ReplaceNear(tokens, at, IsValue, _ => Values[_random.Next(Values.Length)]);
                break;
            case 4:
                RemoveGroup(tokens, at);
                break;
            case 5 or 6:
                var open = tokens.FindIndex(at, token => token == "{");
                tokens.Insert(open < 0 ? at : open + 1, Inserts[_random.Next(Inserts.Length)]);
                break;
            case 7:
                var name = tokens.FindIndex(at, IsName);
                tokens.Insert(name < 0 ? at : name + 1, Directives[_random.Next(Directives.Length)]);
                break;
            case 8:
                var group = tokens.FindIndex(at, token => token == "(");
                tokens.Insert(group < 0 ? at : group + 1, Givens[_random.Next(Givens.Length)]);
                break;
            case 9 or 10:
                tokens.Insert(_random.Next(2) == 0 ? 0 : tokens.Count, Definitions[_random.Next(Definitions.Length)]);
                break;
            case 11:
                tokens.Insert(at, tokens[_random.Next(tokens.Count)]);
                break;
            default:
                ReplaceNear(tokens, at, token => token.StartsWith('$'), _ => $"$v{_random.Next(4)}");
                break;
        }
    }

    private static void ReplaceNear(List<string> tokens, int at, Predicate<string> what, Func<string, string> with)
    {
        var found = tokens.FindIndex(at, what);
        if (found >= 0)
        {
            tokens[found] = with(tokens[found]);
        }
    }

    private static void RemoveGroup(List<string> tokens, int at)
    {
        var open = tokens.FindIndex(at, token => token is "{" or "(");
        if (open < 0)
        {
            tokens.RemoveAt(at);
            return;
        }

        var depth = 0;
        for (var i = open; i < tokens.Count; i++)
        {
            depth += tokens[i] is "{" or "(" or "[" ? 1 : tokens[i] is "}" or ")" or "]" ? -1 : 0;
            if (depth == 0)
            {
                tokens.RemoveRange(open, i - open + 1);
                return;
            }
        }
    }

    private string Typo(string name)
    {
        var at = _random.Next(name.Length);
        return _random.Next(3) switch
        {
            0 when name.Length > 1 => name.Remove(at, 1),
            1 => name.Insert(at, name[at].ToString()),
            _ => char.IsLower(name[0]) ? name.ToUpperInvariant() : name.ToLowerInvariant(),
        };
    }

    private static bool IsName(string token) => token.Length > 0 && (char.IsAsciiLetter(token[0]) || token[0] == '_');

    private static bool IsValue(string token) => token.Length > 0 && (token[0] is '"' or '-' or '$' || char.IsAsciiDigit(token[0]) || token is "true" or "false" or "null" or "RED" or "GREEN" or "ASC");

    /// <summary>One selection a line, so that places differ in line and column.</summary>
    private static string Layout(List<string> tokens) => string.Join(' ', tokens).Replace("{ ", "{\n  ", StringComparison.Ordinal).Replace("} ", "}\n", StringComparison.Ordinal);

    [GeneratedRegex("""\.\.\.|\"\"\"[\s\S]*?\"\"\"|"[^"\n]*"|\$?[A-Za-z_]\w*|-?\d+(?:\.\d+)?|[{}()\[\]:!=@|&]""")]
    private static partial Regex Tokens();
}
