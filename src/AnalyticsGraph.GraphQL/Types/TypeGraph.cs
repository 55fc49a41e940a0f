using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>The types of a schema while it is made and checked, with the syntax they come from.</summary>
internal sealed class TypeGraph
{
    private readonly Dictionary<object, SyntaxNode> _nodes = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<NamedType, TypeDefinitionNode[]> _parts = [];
    private HashSet<NamedType>? _unreadable;

    /// <summary>All named types by name: first the schema's own in their order, then the built-in ones.</summary>
    public Dictionary<string, NamedType> Types { get; } = [];

    /// <summary>The names of <see cref="Types"/> in their order.</summary>
    public List<NamedType> OrderedTypes { get; } = [];

    /// <summary>All directives, the built-in ones last.</summary>
    public List<DirectiveDefinition> Directives { get; } = [];

    /// <summary>The root types by operation, with the node that says so (null if it goes by the default name). Types that are no objects are here too.</summary>
    public Dictionary<OperationType, (NamedType Type, SyntaxNode? Node)> Roots { get; } = [];

    /// <summary>The schema's description.</summary>
    public string? Description { get; set; }

    public void AddType(NamedType type, TypeDefinitionNode[] parts)
    {
        Types.Add(type.Name, type);
        OrderedTypes.Add(type);
        _parts.Add(type, parts);
    }

    /// <summary>The definition of a type and its extensions.</summary>
    public IReadOnlyList<TypeDefinitionNode> Parts(NamedType type) => _parts[type];

    public void Bind(object definition, SyntaxNode node) => _nodes.Add(definition, node);

    /// <summary>The syntax of a field.</summary>
    public FieldDefinitionNode NodeOf(FieldDefinition field) => (FieldDefinitionNode)_nodes[field];

    /// <summary>The syntax of an argument or input field.</summary>
    public InputValueDefinitionNode NodeOf(InputValueDefinition value) => (InputValueDefinitionNode)_nodes[value];

    /// <summary>The syntax of an enum's value.</summary>
    public EnumValueDefinitionNode NodeOf(EnumValue value) => (EnumValueDefinitionNode)_nodes[value];

    /// <summary>The syntax of a directive.</summary>
    public DirectiveDefinitionNode NodeOf(DirectiveDefinition directive) => (DirectiveDefinitionNode)_nodes[directive];

    /// <summary>Every argument and input field with its schema coordinate, such as <c>Query.runs(first:)</c>.</summary>
    public IEnumerable<(InputValueDefinition Value, string Coordinate)> InputValues()
    {
        foreach (var directive in Directives)
        {
            foreach (var argument in directive.Arguments.Values)
            {
                yield return (argument, $"@{directive.Name}({argument.Name}:)");
            }
        }

        foreach (var type in OrderedTypes)
        {
            switch (type)
            {
                case ComplexType complex:
                    foreach (var field in complex.Fields.Values)
                    {
                        foreach (var argument in field.Arguments.Values)
                        {
                            yield return (argument, $"{field}({argument.Name}:)");
                        }
                    }

                    break;
                case InputObjectType input:
                    foreach (var field in input.Fields.Values)
                    {
                        yield return (field, $"{input}.{field.Name}");
                    }

                    break;
            }
        }
    }

    /// <summary>Whether values of a type can be read at all: it is an input type, and so is whatever it contains.</summary>
    public bool IsReadable(GraphQLType type)
    {
        _unreadable ??= FindUnreadable();
        return type.IsInputType && !_unreadable.Contains(type.Named);
    }

    private HashSet<NamedType> FindUnreadable()
    {
        var inputs = OrderedTypes.OfType<InputObjectType>().ToArray();
        var unreadable = new HashSet<NamedType>();
        bool IsUnreadable(InputObjectType input) => input.Fields.Values.Any(field => !field.Type.IsInputType || unreadable.Contains(field.Type.Named));
        while (inputs.Where(input => !unreadable.Contains(input) && IsUnreadable(input)).ToArray() is { Length: > 0 } found)
        {
            unreadable.UnionWith(found);
        }

        return unreadable;
    }

    /// <summary>The finished schema; only after every rule was checked.</summary>
    public Schema ToSchema() => new(
        Description,
        (ObjectType)Roots[OperationType.Query].Type,
        Root(OperationType.Mutation),
        Root(OperationType.Subscription),
        OrderedLookup<NamedType>.From(TypeOrder.Of(this), type => type.Name),
        OrderedLookup<DirectiveDefinition>.From(Directives, directive => directive.Name));

    private ObjectType? Root(OperationType operation) => Roots.TryGetValue(operation, out var root) ? (ObjectType)root.Type : null;
}
