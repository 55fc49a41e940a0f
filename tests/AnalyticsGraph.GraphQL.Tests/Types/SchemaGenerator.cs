using System.Text;

namespace AnalyticsGraph.GraphQL.Tests.Types;

/// <summary>Writes random schemas that are mostly sound: few names, so that they meet, and now and then a fault. The same seed writes the same schema.</summary>
internal sealed class SchemaGenerator(int seed)
{
    private static readonly string[] Objects = ["Query", "T1", "T2", "T3"];
    private static readonly string[] Interfaces = ["I1", "I2"];
    private static readonly string[] Inputs = ["In1", "In2", "In3"];
    private static readonly string[] Leaves = ["Int", "String", "Boolean", "ID", "Float", "E1", "S1"];
    private static readonly string[] Fields = ["a", "b", "c", "d"];

    private static readonly string[] Extras =
    [
        "@deprecated", "@oneOf", "@specifiedBy(url: 1)", "@d1", "@d1(a: 1)", "@unknown(a: 1, a: 2)", "e: Int", "e: [In1!]!", "b: T1", "implements I1", "implements I1 & I2", "= 1", "= {a: 1}", "(a: In1! = {})", "(e: E1 = Z)",
        "| T3", "&", "{ }", "__a: Int", "\"text\"", "[", "]!",
    ];

    private readonly Random _random = new(seed);

    // Every second schema has hardly any fault.
    private readonly int _soundness = seed % 2 == 0 ? 40 : 1;
    private readonly StringBuilder _text = new();

    public string Schema()
    {
        foreach (var name in Interfaces)
        {
            Complex("interface", name, Fault(3) ? Pick(Interfaces) : null);
        }

        foreach (var name in Objects)
        {
            Complex("type", name, OneIn(2) ? Pick(Interfaces) : null);
        }

        foreach (var name in Inputs)
        {
            Input(name);
        }

        Line($"enum E1 {{ A B {(Fault(20) ? "A" : "C @deprecated")} }}");
        Line($"scalar S1 {(Fault(10) ? "@deprecated" : "@specifiedBy(url: \"https://example.org\")")}");
        Line($"union U1 = T1 {(OneIn(3) ? $"| T2" : "")} {(Fault(5) ? $"| {Pick(Objects)}" : "")} {(Fault(15) ? $"| {Pick(Inputs)}" : "")}");
        Line($"directive @d1({Arguments()}) {(OneIn(2) ? "repeatable" : "")} on OBJECT | FIELD_DEFINITION");
        if (OneIn(4))
        {
            Line($"extend {(Fault(8) ? "interface" : "type")} {Pick(Objects)} {{ e: {Output()} }}");
        }

        if (OneIn(6))
        {
            Line($"schema {{ query: {(Fault(6) ? Pick(Inputs) : "Query")} {(OneIn(2) ? $"mutation: {(Fault(3) ? "Query" : "T3")}" : "")} }}");
        }

        return _text.ToString();
    }

    /// <summary>The schema with one or two changes of its tokens or definitions: names for others, parts left out or given twice.</summary>
    public string Mutated(string schema)
    {
        var lines = schema.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToList()).ToList();
        for (var i = _random.Next(1, 3); i > 0; i--)
        {
            var line = lines[_random.Next(lines.Count)];
            var at = _random.Next(line.Count);
            switch (_random.Next(8))
            {
                case 0: line[at] = lines[_random.Next(lines.Count)] is var other ? other[_random.Next(other.Count)] : ""; break;
                case 1: line.RemoveAt(at); break;
                case 2: line.Insert(at, line[_random.Next(line.Count)]); break;
                case 3: line.Insert(at, Pick(Extras)); break;
                case 4: line[at] = line[at].Replace(Pick(Fields) + ":", Pick(Fields) + ":", StringComparison.Ordinal); break;
                case 5: line[at] = line[at].EndsWith('!') ? line[at][..^1] : line[at] + "!"; break;
                case 6: lines.Add([.. line]); break;
                default: line[0] = Pick(["extend " + line[0], "type", "interface", "input", "\"text\" " + line[0]]); break;
            }

            if (line.Count == 0)
            {
                lines.Remove(line);
            }
        }

        return string.Join('\n', lines.Select(line => string.Join(' ', line)));
    }

    private void Complex(string keyword, string name, string? implements)
    {
        // The fields of the interfaces in full, so that most implementations hold.
        var fields = Fields.Select(field => implements is not null || keyword == "interface"
            ? $"{field}{(Fault(12) ? $"({Arguments()})" : "")}: {(Fault(12) ? Output() : "Int")} {(Fault(20) ? "@deprecated" : "")}"
            : $"{field}{(OneIn(2) ? $"({Arguments()})" : "")}: {Output()} {(Fault(5) ? "@d1" : "")}");
        Line($"{keyword} {name} {(implements is null ? "" : $"implements {implements}{(Fault(4) ? $" & {Pick(Interfaces)}" : "")}")} {{ {string.Join(" ", fields)} }}");
    }

    private void Input(string name)
    {
        var isOneOf = OneIn(5);
        var fields = Fields.Take(_random.Next(1, 5)).Select(field => isOneOf && !Fault(8) ? $"{field}: {InputType().TrimEnd('!')}" : InputValue(field));
        Line($"input {name} {(isOneOf ? "@oneOf" : "")} {{ {string.Join(" ", fields)} }}");
    }

    private string Arguments() => string.Join(", ", Fields.Take(_random.Next(1, 3)).Select(InputValue));

    private string InputValue(string name)
    {
        var type = InputType();
        return $"{name}: {type} {(OneIn(3) ? $"= {(Fault(6) ? Literal(Pick(Leaves)) : Literal(type))}" : "")} {(Fault(20) ? "@deprecated(reason: \"x\")" : "")}";
    }

    private string Output() => Wrap(Fault(25) ? Pick(Inputs) : OneIn(2) ? Pick(Leaves) : OneIn(3) ? Pick([.. Interfaces, "U1"]) : Fault(40) ? "Missing" : Pick(Objects));

    private string InputType() => Fault(40) ? Pick(Objects) : OneIn(3) ? (Fault(3) ? Wrap(Pick(Inputs)) : Pick(Inputs)) : Wrap(Pick(Leaves));

    private string Wrap(string type) => _random.Next(6) switch { 0 => $"[{type}]", 1 => $"[{type}!]!", 2 => $"{type}!", _ => type };

    private string Literal(string type) => type.Trim('[', ']', '!') switch
    {
        _ when type.StartsWith('[') && OneIn(2) => $"[{Literal(type.Trim('[', ']', '!'))}]",
        "Int" or "ID" => Fault(10) ? "99999999999" : "7",
        "String" => "\"s\"",
        "Boolean" => "true",
        "Float" => "1.5",
        "E1" => Fault(6) ? "D" : "B",
        "S1" => "[1]",
        _ when !Fault(1) && _soundness > 1 => "null",
        _ => OneIn(3) ? "null" : OneIn(2) ? "{}" : $"{{{Pick(Fields)}: {(OneIn(2) ? "1" : "{}")}}}",
    };

    private bool Fault(int times) => _random.Next(times * _soundness) == 0;

    private bool OneIn(int times) => _random.Next(times) == 0;

    private string Pick(string[] choices) => choices[_random.Next(choices.Length)];

    private void Line(string line) => _text.Append(line).Append('\n');
}
