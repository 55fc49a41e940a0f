using System.Text;

namespace AnalyticsGraph.GraphQL.Tests.Execution;

/// <summary>Makes valid documents from a seed.</summary>
/// <param name="seed">The seed.</param>
/// <param name="inParts">Whether fragments are deferred and lists streamed.</param>
internal sealed class ExecutionGenerator(int seed, bool inParts = false)
{
    public const string PartsSdl =
        $"""
        directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
        directive @stream(if: Boolean! = true, label: String, initialCount: Int! = 0) on FIELD
        {Sdl}
        """;

    public const string Sdl =
        """
        type Query { a: A aMust: A! b: B node: Node any: Any nodes: [Node] things: [A!] anys: [Any!]! count: Int! word: String }
        interface Node { id: ID! name: String must: String! next: Node kids: [Node!] a: A }
        type A implements Node {
          id: ID! name: String must: String! next: Node kids: [Node!] a: A
          int: Int ints: [Int] intsMust: [Int!] allMust: [Int!]! grid: [[Int!]] flag: Boolean! ratio: Float color: Color colors: [Color!] bMust: B! bs: [B] bsMust: [B!]! any: Any
        }
        type B implements Node {
          id: ID! name: String must: String! next: Node kids: [Node!] a: A
          int: Int flag: Boolean! ratio: Float color: Color b: B aMust: A! anys: [Any]
        }
        union Any = A | B
        enum Color { RED GREEN }
        """;

    // Response names stand for one field each, whatever the type: "int" and "int_2" are the same field.
    private static readonly Dictionary<string, string> Types = new()
    {
        ["id"] = "ID!",
        ["name"] = "String",
        ["must"] = "String!",
        ["next"] = "Node",
        ["kids"] = "[Node!]",
        ["a"] = "A",
        ["int"] = "Int",
        ["ints"] = "[Int]",
        ["intsMust"] = "[Int!]",
        ["allMust"] = "[Int!]!",
        ["grid"] = "[[Int!]]",
        ["flag"] = "Boolean!",
        ["ratio"] = "Float",
        ["color"] = "Color",
        ["colors"] = "[Color!]",
        ["bMust"] = "B!",
        ["bs"] = "[B]",
        ["bsMust"] = "[B!]!",
        ["any"] = "Any",
        ["b"] = "B",
        ["aMust"] = "A!",
        ["anys"] = "[Any]",
    };

    private static readonly Dictionary<string, string[]> Fields = new()
    {
        ["Query"] = ["a", "aMust", "b", "node", "any", "nodes", "things", "count", "word"],
        ["Node"] = ["id", "name", "must", "next", "kids", "a"],
        ["A"] = ["id", "name", "must", "next", "kids", "a", "int", "ints", "intsMust", "allMust", "grid", "flag", "ratio", "color", "colors", "bMust", "bs", "bsMust", "any"],
        ["B"] = ["id", "name", "must", "next", "kids", "a", "int", "flag", "ratio", "color", "b", "aMust", "anys"],
        ["Any"] = [],
    };

    private static readonly Dictionary<string, string> QueryTypes = new(Types)
    {
        ["node"] = "Node",
        ["nodes"] = "[Node]",
        ["things"] = "[A!]",
        ["count"] = "Int!",
        ["word"] = "String",
    };

    private readonly Random _random = new(seed);
    private readonly List<string> _fragments = [];
    private int _labels;
    private bool _usesX;
    private bool _usesY;

    public (string Query, Dictionary<string, bool> Variables) Document()
    {
        var selection = Selection("Query", 4);
        foreach (var fragment in _fragments)
        {
            selection += "\n" + fragment;
        }

        var declared = (_usesX ? "$x: Boolean!" : "") + (_usesX && _usesY ? ", " : "") + (_usesY ? "$y: Boolean!" : "");
        var variables = new Dictionary<string, bool>();
        if (_usesX)
        {
            variables["x"] = Chance(50);
        }

        if (_usesY)
        {
            variables["y"] = Chance(50);
        }

        return ("query" + (declared.Length > 0 ? $" ({declared}) " : " ") + selection, variables);
    }

    private string Selection(string type, int depth)
    {
        var text = new StringBuilder("{");
        for (var i = _random.Next(1, 5); i >= 0; i--)
        {
            text.Append(' ').Append(_random.Next(10) switch
            {
                0 => "__typename",
                1 or 2 when depth > 0 => Fragment(type, depth),
                _ => Field(type, depth),
            });
        }

        return text.Append(" }").ToString();
    }

    private string Field(string type, int depth)
    {
        var names = Fields[type].Where(name => depth > 0 || IsLeaf(TypeOf(type, name))).ToArray();
        if (names.Length == 0)
        {
            return "__typename";
        }

        var name = names[_random.Next(names.Length)];
        var named = TypeOf(type, name).Trim('[', ']', '!');
        var streams = inParts && TypeOf(type, name).StartsWith('[') && Chance(60);
        // A list that streams has a name of its own: it must not be merged with another.
        var alias = streams ? $"{name}_{_labels++}s: " : Chance(20) ? $"{name}_{_random.Next(1, 3)}: " : "";
        var stream = streams ? $" @stream(initialCount: {_random.Next(3)})" : "";
        return $"{alias}{name}{Condition()}{stream}" + (IsLeaf(named) ? "" : " " + Selection(named, depth - 1));
    }

    private string Fragment(string type, int depth)
    {
        var condition = type switch
        {
            "Query" => "Query",
            "A" or "B" => Chance(50) ? type : "Node",
            _ => new[] { "A", "B", "Node" }[_random.Next(3)],
        };
        if (Chance(50))
        {
            return $"... on {condition}{Condition()}{Defer()} {Selection(condition, depth - 1)}";
        }

        var name = $"F{_fragments.Count}";
        _fragments.Add("");
        _fragments[int.Parse(name[1..], System.Globalization.CultureInfo.InvariantCulture)] = $"fragment {name} on {condition} {Selection(condition, depth - 1)}";
        return $"...{name}{Condition()}{Defer()}" + (Chance(30) ? $" ...{name}{Condition()}{Defer()}" : "");
    }

    private string Defer()
    {
        if (!inParts || Chance(20))
        {
            return "";
        }

        switch (_random.Next(6))
        {
            case 0: _usesX = true; return $" @defer(if: $x, label: \"L{_labels++}\")";
            case 1: return " @defer(if: false)";
            default: return $" @defer(label: \"L{_labels++}\")";
        }
    }

    private string Condition()
    {
        switch (_random.Next(20))
        {
            case 0: _usesX = true; return " @include(if: $x)";
            case 1: _usesY = true; return " @skip(if: $y)";
            case 2: (_usesX, _usesY) = (true, true); return " @skip(if: $x) @include(if: $y)";
            case 3: return " @skip(if: false)";
            case 4: return " @include(if: false)";
            default: return "";
        }
    }

    private static string TypeOf(string type, string field) => type == "Query" ? QueryTypes[field] : Types[field];

    private static bool IsLeaf(string type) => type.Trim('[', ']', '!') is "Int" or "Float" or "Boolean" or "Color" or "ID" or "String";

    private bool Chance(int percent) => _random.Next(100) < percent;
}
