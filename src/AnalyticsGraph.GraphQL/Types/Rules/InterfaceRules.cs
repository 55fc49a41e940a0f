using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Types.Rules;

/// <summary>Section 3.6.1 and 3.7.1, IsValidImplementation(): a type does what its interfaces promise.</summary>
/// <param name="graph">The types.</param>
/// <param name="errors">Where faults go.</param>
internal sealed class InterfaceRules(TypeGraph graph, SchemaErrors errors)
{
    public void Check()
    {
        foreach (var type in graph.OrderedTypes.OfType<ComplexType>())
        {
            var seen = new HashSet<InterfaceType>(ReferenceEqualityComparer.Instance);
            foreach (var implemented in type.Interfaces)
            {
                if (ReferenceEquals(type, implemented))
                {
                    errors.Report($"Type {type} cannot implement itself because it would create a circular reference.", Mentions(type, implemented));
                }
                else if (!seen.Add(implemented))
                {
                    errors.Report($"Type {type} can only implement {implemented} once.", Mentions(type, implemented));
                }
                else
                {
                    CheckAncestors(type, implemented);
                    CheckFields(type, implemented);
                }
            }
        }
    }

    private void CheckAncestors(ComplexType type, InterfaceType implemented)
    {
        foreach (var ancestor in implemented.Interfaces.Where(ancestor => !type.Interfaces.Contains(ancestor)))
        {
            errors.Report(
                ReferenceEquals(ancestor, type)
                    ? $"Type {type} cannot implement {implemented} because it would create a circular reference."
                    : $"Type {type} must implement {ancestor} because it is implemented by {implemented}.",
                [.. Mentions(implemented, ancestor), .. Mentions(type, implemented)]);
        }
    }

    private void CheckFields(ComplexType type, InterfaceType implemented)
    {
        foreach (var promised in implemented.Fields.Values)
        {
            if (type.Fields.TryGetValue(promised.Name, out var field))
            {
                CheckField(field, promised);
            }
            else
            {
                errors.Report($"Interface field {promised} expected but {type} does not provide it.", [graph.NodeOf(promised), .. graph.Parts(type)]);
            }
        }
    }

    private void CheckField(FieldDefinition field, FieldDefinition promised)
    {
        if (!IsSubtype(field.Type, promised.Type))
        {
            errors.Report($"Interface field {promised} expects type {promised.Type} but {field} is type {field.Type}.", graph.NodeOf(promised).Type, graph.NodeOf(field).Type);
        }

        foreach (var expected in promised.Arguments.Values)
        {
            CheckArgument(field, promised, expected);
        }

        foreach (var added in field.Arguments.Values.Where(argument => argument.IsRequired && !promised.Arguments.ContainsKey(argument.Name)))
        {
            errors.Report(
                $"Argument \"{field}({added.Name}:)\" must not be required type \"{added.Type}\" if not provided by the Interface field \"{promised}\".",
                graph.NodeOf(added),
                graph.NodeOf(promised));
        }

        if (field.DeprecationReason is not null && promised.DeprecationReason is null)
        {
            errors.Report(
                $"Interface field {promised} is not deprecated, so implementation field {field} must not be deprecated.",
                field.Directives.Find("deprecated"),
                graph.NodeOf(field).Type);
        }
    }

    private void CheckArgument(FieldDefinition field, FieldDefinition promised, InputValueDefinition expected)
    {
        var coordinate = $"{promised}({expected.Name}:)";
        if (!field.Arguments.TryGetValue(expected.Name, out var argument))
        {
            errors.Report($"Interface field argument {coordinate} expected but {field} does not provide it.", graph.NodeOf(expected), graph.NodeOf(field));
        }
        else if (!expected.Type.Equals(argument.Type))
        {
            errors.Report(
                $"Interface field argument {coordinate} expects type {expected.Type} but {field}({argument.Name}:) is type {argument.Type}.",
                graph.NodeOf(expected).Type,
                graph.NodeOf(argument).Type);
        }
    }

    /// <summary>IsSubType(): the field may promise more than the interface does.</summary>
    private static bool IsSubtype(GraphQLType type, GraphQLType promised) => (type, promised) switch
    {
        _ when type.Equals(promised) => true,
        (NonNullType a, NonNullType b) => IsSubtype(a.OfType, b.OfType),
        (NonNullType a, _) => IsSubtype(a.OfType, promised),
        (ListType a, ListType b) => IsSubtype(a.ItemType, b.ItemType),
        (ComplexType a, InterfaceType b) => a.Interfaces.Contains(b),
        (ObjectType a, UnionType b) => b.Types.Contains(a),
        _ => false,
    };

    /// <summary>Where a type says that it implements an interface.</summary>
    private IEnumerable<NamedTypeNode> Mentions(ComplexType type, NamedType implemented) => graph.Parts(type)
        .Cast<ComplexTypeDefinitionNode>()
        .SelectMany(part => part.Interfaces)
        .Where(node => node.Name.Value == implemented.Name);
}
