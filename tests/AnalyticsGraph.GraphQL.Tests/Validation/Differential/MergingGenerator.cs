using System.Text;

namespace AnalyticsGraph.GraphQL.Tests.Validation.Differential;

/// <summary>Documents that are all about merging: few response names, selected again and again on types that can and cannot meet, in fragments of fragments. The same seed gives the same document.</summary>
internal sealed class MergingGenerator(int seed)
{
    public const string Sdl = """
        interface Node { id: ID! name: String node: Node nodes: [Node!] at(i: Int, j: Int): Int }
        type A implements Node { id: ID! name: String node: A nodes: [Node!] at(i: Int, j: Int): Int other: B leaf: Int }
        type B implements Node { id: ID! name: String node: B nodes: [Node!] at(i: Int, j: Int): Int other: A leaf: String }
        union Either = A | B
        type Query { node: Node a: A b: B either: Either }
        """;

    private const int Fragments = 4;

    private static readonly string[] Types = ["Node", "A", "B", "Either"];

    private readonly Random _random = new(seed);

    // Every second document has few reasons to conflict, else hardly one would be free of conflicts.
    private readonly bool _isCalm = seed % 2 == 0;
    private readonly StringBuilder _text = new();

    public string Document()
    {
        Selections("Query", 4);
        for (var i = 0; i < Fragments; i++)
        {
            var type = Pick(Types);
            _text.Append($" fragment F{i} on {type} ");
            Selections(type, 3);
        }

        return _text.ToString();
    }

    private void Selections(string type, int depth)
    {
        _text.Append("{ ");
        for (var count = _random.Next(1, 5); count > 0; count--)
        {
            Selection(type, depth);
        }

        _text.Append("} ");
    }

    private void Selection(string type, int depth)
    {
        var choice = _random.Next(10);
        if (choice == 0 && type != "Query")
        {
            _text.Append($"...F{_random.Next(Fragments)} ");
        }
        else if (choice <= 2 && type != "Query" && depth > 0)
        {
            var condition = Pick(Types);
            _text.Append($"... on {condition} ");
            Selections(condition, depth - 1);
        }
        else
        {
            Field(type, depth);
        }
    }

    private void Field(string type, int depth)
    {
        var (name, inner) = Pick(FieldsOf(type));
        if (inner is not null && depth == 0)
        {
            (name, inner) = ("__typename", null);
        }

        _text.Append(_random.Next(_isCalm ? 40 : 4) == 0 ? $"{(_random.Next(2) == 0 ? "name" : "x")}: " : "").Append(name).Append(' ');
        if (name == "at")
        {
            _text.Append(_random.Next(_isCalm ? 40 : 5) switch { 0 => "", 1 => "(i: 2) ", 2 => "(j: 2, i: 1) ", _ => "(i: 1, j: 2) " });
        }

        if (inner is not null)
        {
            Selections(inner, depth - 1);
        }
    }

    private static (string Name, string? Type)[] FieldsOf(string type) => type switch
    {
        "Query" => [("node", "Node"), ("a", "A"), ("b", "B"), ("either", "Either")],
        "Either" => [("__typename", null)],
        "Node" => [("id", null), ("name", null), ("at", null), ("node", "Node"), ("nodes", "Node")],
        _ => [("id", null), ("name", null), ("at", null), ("leaf", null), ("other", type == "A" ? "B" : "A"), ("node", type), ("nodes", "Node")],
    };

    private T Pick<T>(T[] from) => from[_random.Next(from.Length)];
}
