using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Types.Rules;

/// <summary>Type validation of sections 3.3 to 3.10 and 3.13, but for interfaces and circles, which have rules of their own.</summary>
/// <param name="graph">The types.</param>
/// <param name="definitions">The definitions they come from.</param>
/// <param name="errors">Where faults go.</param>
internal sealed class TypeRules(TypeGraph graph, SchemaDefinitions definitions, SchemaErrors errors)
{
    public void Check()
    {
        CheckRoots();
        foreach (var directive in graph.Directives)
        {
            CheckName(directive.Name, graph.NodeOf(directive));
            CheckArguments($"@{directive.Name}", directive.Arguments.Values, atType: false);
        }

        foreach (var type in graph.OrderedTypes.Where(type => !BuiltIns.TypeNames.Contains(type.Name)))
        {
            CheckName(type.Name, graph.Parts(type)[0]);
            CheckType(type);
        }
    }

    private void CheckRoots()
    {
        if (!graph.Roots.ContainsKey(OperationType.Query))
        {
            errors.Report("Query root type must be provided.", definitions.Schemas.FirstOrDefault(schema => !schema.IsExtension));
        }

        foreach (var (operation, (type, node)) in graph.Roots.Where(root => root.Value.Type is not ObjectType))
        {
            var ifProvided = operation == OperationType.Query ? "" : " if provided";
            errors.Report($"{operation} root type must be Object type{ifProvided}, it cannot be {type}.", node ?? graph.Parts(type)[0]);
        }

        foreach (var same in graph.Roots.Where(root => root.Value.Type is ObjectType).GroupBy(root => root.Value.Type).Where(same => same.Skip(1).Any()))
        {
            var operations = same.Select(root => ValuePrinter.Keyword(root.Key)).ToArray();
            var list = operations.Length == 2 ? string.Join(" and ", operations) : $"{string.Join(", ", operations[..^1])}, and {operations[^1]}";
            errors.Report($"All root types must be different, \"{same.Key}\" type is used as {list} root types.", same.Select(root => root.Value.Node));
        }
    }

    private void CheckType(NamedType type)
    {
        switch (type)
        {
            case ComplexType complex:
                CheckNotEmpty(type, complex.Fields.Count, $"Type {type} must define one or more fields.");
                foreach (var field in complex.Fields.Values)
                {
                    CheckField(field);
                }

                break;
            case UnionType union:
                CheckMembers(union);
                break;
            case EnumType enumType:
                CheckNotEmpty(type, enumType.Values.Count, $"Enum type {type} must define one or more values.");
                foreach (var value in enumType.Values.Values)
                {
                    CheckName(value.Name, graph.NodeOf(value));
                }

                break;
            case InputObjectType input:
                CheckNotEmpty(type, input.Fields.Count, $"Input Object type {type} must define one or more fields.");
                foreach (var field in input.Fields.Values)
                {
                    CheckInputField(input, field);
                }

                break;
        }
    }

    private void CheckNotEmpty(NamedType type, int count, string message)
    {
        if (count == 0)
        {
            errors.Report(message, graph.Parts(type));
        }
    }

    private void CheckMembers(UnionType union)
    {
        var members = graph.Parts(union).Cast<UnionTypeDefinitionNode>().SelectMany(part => part.Types).ToArray();
        CheckNotEmpty(union, members.Length, $"Union type {union} must define one or more member types.");
        foreach (var same in members.GroupBy(member => member.Name.Value))
        {
            foreach (var _ in same.Skip(1))
            {
                errors.Report($"Union type {union} can only include type {same.Key} once.", same);
            }
        }
    }

    private void CheckField(FieldDefinition field)
    {
        var node = graph.NodeOf(field);
        CheckName(field.Name, node);
        if (!field.Type.IsOutputType)
        {
            errors.Report($"The type of {field} must be Output Type but got: {field.Type}.", node.Type);
        }

        CheckArguments(field.ToString(), field.Arguments.Values, atType: true);
    }

    private void CheckArguments(string owner, IEnumerable<InputValueDefinition> arguments, bool atType)
    {
        foreach (var argument in arguments)
        {
            var node = graph.NodeOf(argument);
            CheckName(argument.Name, node);
            CheckInputType($"{owner}({argument.Name}:)", argument, atType ? node.Type : node);
            CheckNotRequired($"Required argument {owner}({argument.Name}:)", argument);
        }
    }

    private void CheckInputField(InputObjectType type, InputValueDefinition field)
    {
        var node = graph.NodeOf(field);
        CheckName(field.Name, node);
        CheckInputType($"{type}.{field.Name}", field, node.Type);
        CheckNotRequired($"Required input field {type}.{field.Name}", field);
        if (type.IsOneOf && field.Type.IsNonNull)
        {
            errors.Report($"OneOf input field {type}.{field.Name} must be nullable.", node.Type);
        }

        if (type.IsOneOf && field.HasDefault)
        {
            errors.Report($"OneOf input field {type}.{field.Name} cannot have a default value.", node);
        }
    }

    private void CheckInputType(string coordinate, InputValueDefinition value, SyntaxNode place)
    {
        if (!value.Type.IsInputType)
        {
            errors.Report($"The type of {coordinate} must be Input Type but got: {value.Type}.", place);
        }
    }

    private void CheckNotRequired(string what, InputValueDefinition value)
    {
        if (value.IsRequired && value.DeprecationReason is not null)
        {
            errors.Report($"{what} cannot be deprecated.", value.Directives.Find("deprecated"), graph.NodeOf(value).Type);
        }
    }

    private void CheckName(string name, SyntaxNode node)
    {
        if (name.StartsWith("__", StringComparison.Ordinal))
        {
            errors.Report($"Name \"{name}\" must not begin with \"__\", which is reserved by GraphQL introspection.", node);
        }
    }
}
