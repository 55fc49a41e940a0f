using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>
/// Turns definitions into types: first every named type without its parts, then the parts, so that types may refer to each other in any order. What no type can
/// hold (an interface that is none, a member that is no object) is reported and left out.
/// </summary>
internal sealed class TypeGraphBuilder(SchemaDefinitions definitions, SchemaErrors errors, IReadOnlyDictionary<string, ScalarCoercion> scalars)
{
    private static readonly SchemaDefinitions BuiltInDefinitions = new(BuiltIns.Document.Definitions);

    private readonly TypeGraph _graph = new();

    public TypeGraph Build()
    {
        foreach (var definition in definitions.Types.Where(type => !BuiltIns.TypeNames.Contains(type.Name.Value)))
        {
            Declare(definitions, definition);
        }

        var referenced = ReferencedNames();
        foreach (var definition in BuiltInDefinitions.Types.Where(type => !BuiltIns.Scalars.Contains(type.Name.Value) || referenced.Contains(type.Name.Value)))
        {
            Declare(BuiltInDefinitions, definition);
        }

        foreach (var type in _graph.OrderedTypes)
        {
            Complete(type);
        }

        var own = definitions.Directives.Select(directive => directive.Name.Value).ToHashSet();
        foreach (var directive in definitions.Directives.Concat(BuiltInDefinitions.Directives.Where(directive => !own.Contains(directive.Name.Value))))
        {
            _graph.Directives.Add(MakeDirective(directive));
        }

        FindRoots();
        return _graph;
    }

    private HashSet<string> ReferencedNames()
    {
        var names = new HashSet<string>();
        foreach (var definition in definitions.All.Concat(BuiltInDefinitions.All.Where(definition => definition is not ScalarTypeDefinitionNode)))
        {
            SyntaxTree.Visit(definition, node =>
            {
                if (node is NamedTypeNode named)
                {
                    names.Add(named.Name.Value);
                }
            });
        }

        return names;
    }

    private void Declare(SchemaDefinitions source, TypeDefinitionNode definition)
    {
        TypeDefinitionNode[] parts = definition switch
        {
            ScalarTypeDefinitionNode scalar => [.. source.Parts(scalar)],
            ObjectTypeDefinitionNode type => [.. source.Parts(type)],
            InterfaceTypeDefinitionNode type => [.. source.Parts(type)],
            UnionTypeDefinitionNode union => [.. source.Parts(union)],
            EnumTypeDefinitionNode type => [.. source.Parts(type)],
            InputObjectTypeDefinitionNode input => [.. source.Parts(input)],
            _ => throw new ArgumentException($"{definition.GetType().Name} is no known kind of type.", nameof(definition)),
        };
        var name = definition.Name.Value;
        var description = definition.Description?.Value;
        ImmutableArray<DirectiveNode> directives = [.. parts.SelectMany(part => part.Directives)];
        NamedType named = definition switch
        {
            ScalarTypeDefinitionNode => new ScalarType(name, description, directives, AppliedDirectives.SpecifiedByUrl(directives), CoercionOf(name)),
            ObjectTypeDefinitionNode => new ObjectType(name, description, directives),
            InterfaceTypeDefinitionNode => new InterfaceType(name, description, directives),
            UnionTypeDefinitionNode => new UnionType(name, description, directives),
            EnumTypeDefinitionNode => new EnumType(name, description, directives),
            _ => new InputObjectType(name, description, directives, AppliedDirectives.IsOneOf(directives)),
        };
        _graph.AddType(named, parts);
    }

    private ScalarCoercion CoercionOf(string name) => scalars.GetValueOrDefault(name) ?? ScalarCoercions.All.GetValueOrDefault(name) ?? ScalarCoercions.Json;

    private void Complete(NamedType type)
    {
        var parts = _graph.Parts(type);
        switch (type)
        {
            case ComplexType complex:
                complex.Interfaces = [.. parts.Cast<ComplexTypeDefinitionNode>().SelectMany(part => part.Interfaces).Select(node => InterfaceOf(complex, node)).OfType<InterfaceType>()];
                complex.Fields = OrderedLookup<FieldDefinition>.From(MakeFields(complex, parts), field => field.Name);
                break;
            case UnionType union:
                union.Types = [.. parts.Cast<UnionTypeDefinitionNode>().SelectMany(part => part.Types).Select(node => MemberOf(union, node)).OfType<ObjectType>()];
                break;
            case EnumType enumType:
                enumType.Values = OrderedLookup<EnumValue>.From([.. parts.Cast<EnumTypeDefinitionNode>().SelectMany(part => part.Values).Select(MakeEnumValue)], value => value.Name);
                break;
            case InputObjectType input:
                input.Fields = MakeInputValues(parts.Cast<InputObjectTypeDefinitionNode>().SelectMany(part => part.Fields));
                break;
        }
    }

    private InterfaceType? InterfaceOf(ComplexType type, NamedTypeNode node)
    {
        if (_graph.Types[node.Name.Value] is InterfaceType found)
        {
            return found;
        }

        errors.Report($"Type {type} must only implement Interface types, it cannot implement {node}.", node);
        return null;
    }

    private ObjectType? MemberOf(UnionType union, NamedTypeNode node)
    {
        if (_graph.Types[node.Name.Value] is ObjectType found)
        {
            return found;
        }

        errors.Report($"Union type {union} can only include Object types, it cannot include {node}.", node);
        return null;
    }

    private FieldDefinition[] MakeFields(ComplexType type, IReadOnlyList<TypeDefinitionNode> parts) =>
        [.. parts.Cast<ComplexTypeDefinitionNode>().SelectMany(part => part.Fields).Select((node, index) => MakeField(type, node, index))];

    private FieldDefinition MakeField(ComplexType type, FieldDefinitionNode node, int index)
    {
        var field = new FieldDefinition(node.Name.Value, node.Description?.Value, node.Directives, AppliedDirectives.DeprecationReason(node.Directives), index)
        {
            DeclaringType = type,
            Type = Resolve(node.Type),
            Arguments = MakeInputValues(node.Arguments),
        };
        _graph.Bind(field, node);
        return field;
    }

    private IReadOnlyDictionary<string, InputValueDefinition> MakeInputValues(IEnumerable<InputValueDefinitionNode> nodes) =>
        OrderedLookup<InputValueDefinition>.From([.. nodes.Select(MakeInputValue)], value => value.Name);

    private InputValueDefinition MakeInputValue(InputValueDefinitionNode node, int index)
    {
        var reason = AppliedDirectives.DeprecationReason(node.Directives);
        var value = new InputValueDefinition(node.Name.Value, node.Description?.Value, node.Directives, reason, node.DefaultValue, index) { Type = Resolve(node.Type) };
        _graph.Bind(value, node);
        return value;
    }

    private EnumValue MakeEnumValue(EnumValueDefinitionNode node)
    {
        var value = new EnumValue(node.Name.Value, node.Description?.Value, node.Directives, AppliedDirectives.DeprecationReason(node.Directives));
        _graph.Bind(value, node);
        return value;
    }

    private DirectiveDefinition MakeDirective(DirectiveDefinitionNode node)
    {
        var directive = new DirectiveDefinition(node.Name.Value, node.Description?.Value, node.IsRepeatable, [.. node.Locations.Select(location => location.Value)])
        {
            Arguments = MakeInputValues(node.Arguments),
        };
        _graph.Bind(directive, node);
        return directive;
    }

    private GraphQLType Resolve(TypeNode node) => node switch
    {
        NamedTypeNode named => _graph.Types[named.Name.Value],
        ListTypeNode list => new ListType(Resolve(list.Type)),
        NonNullTypeNode nonNull => new NonNullType(Resolve(nonNull.Type)),
        _ => throw new ArgumentException($"{node.GetType().Name} is no known kind of type reference.", nameof(node)),
    };

    private void FindRoots()
    {
        _graph.Description = definitions.Schemas.Select(schema => schema.Description?.Value).FirstOrDefault(description => description is not null);
        if (!definitions.Schemas.Any(schema => !schema.IsExtension))
        {
            foreach (var operation in Enum.GetValues<OperationType>())
            {
                if (_graph.Types.TryGetValue(operation.ToString(), out var type))
                {
                    _graph.Roots[operation] = (type, null);
                }
            }
        }

        foreach (var root in definitions.Schemas.SelectMany(schema => schema.OperationTypes))
        {
            _graph.Roots[root.Operation] = (_graph.Types[root.Type.Name.Value], root.Type);
        }
    }
}
