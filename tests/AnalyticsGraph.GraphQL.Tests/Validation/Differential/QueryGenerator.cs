using System.Globalization;
using System.Text;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Tests.Validation.Differential;

/// <summary>Writes random documents that are mostly valid for a schema. The same seed writes the same document.</summary>
internal sealed class QueryGenerator(Schema schema, int seed, bool incremental)
{
    private readonly Random _random = new(seed);
    private readonly StringBuilder _text = new();
    private readonly List<(string Name, NamedType Type)> _fragments = [];
    private readonly NamedType[] _composites = [.. schema.Types.Values.Where(type => type is ComplexType or UnionType && !type.Name.StartsWith("__", StringComparison.Ordinal))];
    private Dictionary<string, string> _variables = [];
    private readonly List<string> _spread = [];
    private readonly bool _hasDirectives = schema.Directives.ContainsKey("mark");
    private bool _inFragment;
    private int _firstSpreadable;
    private int _aliases;

    public string Document()
    {
        for (var i = _random.Next(3); i > 0; i--)
        {
            _fragments.Add(($"F{i}", _composites[_random.Next(_composites.Length)]));
        }

        var named = Chance(70);
        Operation(named ? "A" : null);
        if (named && Chance(20))
        {
            _text.Append('\n');
            Operation("B");
        }

        // Fragments spread later ones only, so that they form no cycle; one in ten documents keeps a fragment that nothing spreads.
        _inFragment = true;
        var keepUnused = Chance(10);
        foreach (var (name, type) in _fragments)
        {
            _firstSpreadable++;
            if (keepUnused || _spread.Contains(name))
            {
                _text.Append(CultureInfo.InvariantCulture, $"\nfragment {name} on {type}{Directive(10, "@onFragment")} ");
                SelectionSet(type, 2, allowSpreads: true);
            }
        }

        return _text.ToString();
    }

    private void Operation(string? name)
    {
        var (keyword, root) = _random.Next(8) switch
        {
            0 when schema.Mutation is not null => ("mutation", schema.Mutation),
            1 when schema.Subscription is not null => ("subscription", schema.Subscription),
            _ => ("query", schema.Query),
        };
        var start = _text.Length;
        _variables = [];
        if (keyword == "subscription")
        {
            _text.Append("{ ");
            Field(root, 3);
            _text.Append(" }");
        }
        else
        {
            SelectionSet(root, 4, allowSpreads: true);
        }

        var definitions = string.Join(", ", _variables.Select(pair => $"{pair.Key}: {pair.Value}{Directive(5, "@onVariable")}"));
        var header = name is null && keyword == "query" && definitions.Length == 0
            ? ""
            : $"{keyword} {name}{(definitions.Length > 0 ? $"({definitions})" : "")}{Directive(5, "@onQuery(note: \"n\")")} ";
        _text.Insert(start, header);
    }

    private void SelectionSet(NamedType type, int depth, bool allowSpreads)
    {
        _text.Append("{\n");
        for (var i = _random.Next(1, 5); i > 0; i--)
        {
            var kind = allowSpreads || depth < 4 ? _random.Next(10) : 0;
            var spreads = kind < 8 ? [] : _fragments[_firstSpreadable..].FindAll(fragment => Overlap(fragment.Type, type));
            if (kind == 8 && spreads.Count > 0)
            {
                var label = incremental && Chance(30) ? $" @defer(label: \"l{_aliases++}\")" : "";
                _spread.Add(spreads[_random.Next(spreads.Count)].Name);
                _text.Append("...").Append(_spread[^1]).Append(label);
            }
            else if (kind >= 8 && depth > 0)
            {
                var inner = Array.FindAll(_composites, other => Overlap(other, type));
                var condition = inner[_random.Next(inner.Length)];
                _text.Append(CultureInfo.InvariantCulture, $"... on {condition}{Directive(10, "@mark(level: 2)")}{(incremental && depth < 4 && Chance(20) ? " @defer" : "")} ");
                SelectionSet(condition, depth - 1, allowSpreads);
            }
            else
            {
                Field(type, depth);
            }

            _text.Append('\n');
        }

        _text.Append('}');
    }

    private void Field(NamedType type, int depth)
    {
        FieldDefinition[] fields = type is ComplexType complex ? [.. complex.Fields.Values.Where(field => depth > 0 || field.Type.IsLeaf)] : [];
        if (fields.Length == 0 || (depth < 3 && Chance(3)))
        {
            _text.Append("__typename");
            return;
        }

        var field = fields[_random.Next(fields.Length)];
        if (field.Arguments.Count > 0 || Chance(15))
        {
            _text.Append(Chance(92) ? $"a{_aliases++}: " : "");
        }

        _text.Append(field.Name);
        Arguments(field.Arguments.Values);
        _text.Append(_random.Next(20) switch
        {
            0 => Directive(100, "@onField"),
            1 => $" @skip(if: {(_inFragment ? "true" : Variable("Boolean!"))})",
            2 => " @include(if: true)",
            3 => Directive(100, "@mark(level: 1, tags: [\"x\"]) @mark(level: 2, filter: { name: \"n\" })"),
            4 when incremental && field.Type.Nullable is ListType => " @stream(initialCount: 1)",
            _ => "",
        });
        if (!field.Type.IsLeaf)
        {
            _text.Append(' ');
            SelectionSet(field.Type.Named, depth - 1, allowSpreads: true);
        }
    }

    private void Arguments(IEnumerable<InputValueDefinition> arguments)
    {
        var given = arguments.Where(argument => argument.IsRequired || Chance(40)).Select(argument => $"{argument.Name}: {Value(argument.Type, 2)}").ToArray();
        _text.Append(given.Length > 0 ? $"({string.Join(", ", given)})" : "");
    }

    private string Value(GraphQLType type, int depth)
    {
        if (Chance(_inFragment ? 1 : 20))
        {
            return Variable(type.ToString());
        }

        if (!type.IsNonNull && Chance(8))
        {
            return "null";
        }

        return type.Nullable switch
        {
            ListType list => Chance(20) ? Value(list.ItemType, depth) : $"[{string.Join(", ", Enumerable.Range(0, _random.Next(3)).Select(_ => Value(list.ItemType, depth)))}]",
            EnumType e => e.Values.Keys.ElementAt(_random.Next(e.Values.Count)),
            InputObjectType { IsOneOf: true } o => OneOf(o, depth),
            InputObjectType o => "{ " + string.Join(", ", o.Fields.Values.Where(f => f.IsRequired || (depth > 0 && Chance(30))).Select(f => $"{f.Name}: {Value(f.Type, depth - 1)}")) + " }",
            var named => Scalar(named.ToString()),
        };
    }

    private string OneOf(InputObjectType type, int depth)
    {
        var field = type.Fields.Values.ElementAt(_random.Next(type.Fields.Count));
        return $"{{ {field.Name}: {Value(new NonNullType(field.Type.Nullable), depth - 1)} }}";
    }

    private string Scalar(string name) => name switch
    {
        "Int" => _random.Next(-5, 100).ToString(CultureInfo.InvariantCulture),
        "Float" => Chance(50) ? "1.5" : "2",
        "Boolean" => Chance(50) ? "true" : "false",
        "ID" => Chance(50) ? "\"id\"" : "7",
        _ => Chance(80) ? "\"text\"" : "\"\"\"block \"q\" \"\"\"",
    };

    private string Variable(string type)
    {
        var name = $"$v{_variables.Count}";
        var known = _variables.FirstOrDefault(pair => pair.Value == type).Key;
        if (known is null)
        {
            _variables.Add(name, type);
        }

        return known ?? name;
    }

    private bool Overlap(NamedType a, NamedType b) => schema.GetPossibleTypes(a).Intersect(schema.GetPossibleTypes(b)).Any();

    private string Directive(int percent, string text) => _hasDirectives && Chance(percent) ? $" {text}" : "";

    private bool Chance(int percent) => _random.Next(100) < percent;
}
