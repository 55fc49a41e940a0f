using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Tests.Execution;

/// <summary>
/// Makes the data that a document asks for, and variables for it, from a seed. Damaged data have nulls where none may be, leaves of other types, lists for objects and objects for lists, types that do not
/// exist or are not possible there, and lack some of what is asked.
/// </summary>
/// <param name="schema">The schema.</param>
/// <param name="document">A document that is valid for it.</param>
/// <param name="seed">The seed.</param>
/// <param name="inputDamage">How many values of a hundred do not fit in variables.</param>
/// <param name="dataDamage">How many values of a hundred do not fit in data.</param>
internal sealed class AskedData(Schema schema, DocumentNode document, int seed, int inputDamage, int dataDamage)
{
    private static readonly object?[] Misfits =
    [
        null, null, null, "text", "", "12", " 7 ", "0x1F", "1e3", 7, -1, 0, 1.5, 2.0, 3_000_000_000L, 1e20, 1e-7, true, false, Array.Empty<object>(), new object?[] { 1 }, new object?[] { null }, new object?[] { "a", new object() },
        new object(), new { __typename = "Nope", id = 1 }, new { __typename = "Dog" }, new { __typename = "Node" }, new { __typename = 7 }, new { __typename = "Color", name = "n" }, "RED", "NO_COLOR", "é\u2028\"😀",
    ];

    private readonly Random _random = new(seed);
    private readonly Dictionary<string, FragmentDefinitionNode> _fragments = document.Definitions.OfType<FragmentDefinitionNode>().ToDictionary(fragment => fragment.Name.Value);

    /// <summary>The root value for any of the document's operations.</summary>
    public object? Root()
    {
        if (Chance(dataDamage) && Chance(20))
        {
            return Misfit();
        }

        var root = new Dictionary<string, object?>();
        foreach (var operation in document.Definitions.OfType<OperationDefinitionNode>())
        {
            var type = operation.Operation switch { OperationType.Query => schema.Query, OperationType.Mutation => schema.Mutation!, _ => schema.Subscription! };
            Fill(root, type, [operation.SelectionSet]);
        }

        return root;
    }

    /// <summary>The name of the operation to run: mostly one that there is, if there are several.</summary>
    public string? OperationName()
    {
        var operations = document.Definitions.OfType<OperationDefinitionNode>().ToArray();
        return operations.Length > 1 || Chance(20) ? Chance(5) ? "Nobody" : operations[_random.Next(operations.Length)].Name?.Value : null;
    }

    /// <summary>Values for the variables of all operations; null for none.</summary>
    public Dictionary<string, object?>? Variables()
    {
        var variables = new Dictionary<string, object?>();
        foreach (var definition in document.Definitions.OfType<OperationDefinitionNode>().SelectMany(operation => operation.VariableDefinitions))
        {
            if (!Chance(definition.DefaultValue is null && definition.Type is NonNullTypeNode ? inputDamage : 20))
            {
                variables[definition.Variable.Name.Value] = Input(definition.Type, 3);
            }
        }

        return variables.Count == 0 && Chance(50) ? null : variables;
    }

    private void Fill(Dictionary<string, object?> value, ObjectType type, IEnumerable<SelectionSetNode> sets)
    {
        var asked = new Dictionary<string, List<SelectionSetNode>>();
        foreach (var set in sets)
        {
            Gather(set, asked, []);
        }

        foreach (var (name, inner) in asked)
        {
            if (type.Fields.TryGetValue(name, out var field) && !Chance(3))
            {
                value[name] = Value(field.Type, inner);
            }
        }
    }

    private void Gather(SelectionSetNode set, Dictionary<string, List<SelectionSetNode>> asked, HashSet<string> spread)
    {
        foreach (var selection in set.Selections)
        {
            switch (selection)
            {
                case FieldNode field:
                    if (!asked.TryGetValue(field.Name.Value, out var inner))
                    {
                        asked.Add(field.Name.Value, inner = []);
                    }

                    if (field.SelectionSet is not null)
                    {
                        inner.Add(field.SelectionSet);
                    }

                    break;
                case InlineFragmentNode fragment:
                    Gather(fragment.SelectionSet, asked, spread);
                    break;
                case FragmentSpreadNode { Name.Value: var name } when spread.Add(name):
                    Gather(_fragments[name].SelectionSet, asked, spread);
                    break;
            }
        }
    }

    private object? Value(GraphQLType type, List<SelectionSetNode> sets)
    {
        if (Chance(dataDamage))
        {
            return Misfit();
        }

        if (!type.IsNonNull && Chance(4))
        {
            return null;
        }

        switch (type.Nullable)
        {
            case ListType list:
                return Enumerable.Range(0, _random.Next(4)).Select(_ => Value(list.ItemType, sets)).ToArray();
            case ObjectType or InterfaceType or UnionType:
                var possible = schema.GetPossibleTypes(type.Named);
                var concrete = type.Nullable as ObjectType ?? possible[_random.Next(possible.Length)];
                var value = new Dictionary<string, object?>();
                if (type.Nullable is not ObjectType || Chance(30))
                {
                    value["__typename"] = concrete.Name;
                }

                Fill(value, concrete, sets);
                return value;
            case EnumType values:
                return values.Values.Keys.ElementAt(_random.Next(values.Values.Count));
            default:
                return Scalar(type.Named.Name);
        }
    }

    private object? Input(TypeNode type, int depth) => type switch
    {
        _ when Chance(inputDamage) => Misfit(),
        NonNullTypeNode must => Input(must.Type, depth) ?? Input(must.Type, depth),
        _ when Chance(10) => null,
        // One value does for a list.
        ListTypeNode list => Chance(20) ? Input(list.Type, depth) : Enumerable.Range(0, _random.Next(3)).Select(_ => Input(list.Type, depth)).ToArray(),
        _ => Input(new NonNullType(schema.Types[((NamedTypeNode)type).Name.Value]), depth),
    };

    private object? Input(GraphQLType type, int depth) => type.Nullable switch
    {
        _ when Chance(inputDamage) => Misfit(),
        _ when !type.IsNonNull && Chance(10) => null,
        ListType list => Enumerable.Range(0, _random.Next(3)).Select(_ => Input(list.ItemType, depth)).ToArray(),
        EnumType values => values.Values.Keys.ElementAt(_random.Next(values.Values.Count)),
        InputObjectType { IsOneOf: true } one => Given([one.Fields.Values.ElementAt(_random.Next(one.Fields.Count))], depth),
        InputObjectType given => Given(given.Fields.Values.Where(field => (field.IsRequired && !Chance(inputDamage)) || (depth > 0 && Chance(30))), depth),
        _ => Scalar(type.Named.Name),
    };

    private Dictionary<string, object?> Given(IEnumerable<InputValueDefinition> fields, int depth)
    {
        var given = fields.ToDictionary(field => field.Name, field => Input(field.Type, depth - 1));
        if (Chance(inputDamage))
        {
            given[Chance(50) ? "nme" : "name"] = Misfit();
        }

        return given;
    }

    private object Scalar(string name) => name switch
    {
        "Int" => _random.Next(-5, 1_000),
        "Float" => _random.Next(-80, 80) / 8.0,
        "Boolean" => Chance(50),
        "ID" => Chance(50) ? _random.Next(100) : "id",
        "String" => Chance(90) ? $"text {_random.Next(100)}" : "Ünï \"😀\"\n",
        _ => new object?[] { new { deep = new object?[] { 1, null, "x" } }, 7 },
    };

    private object? Misfit() => Misfits[_random.Next(Misfits.Length)];

    private bool Chance(int percent) => _random.Next(100) < percent;
}
