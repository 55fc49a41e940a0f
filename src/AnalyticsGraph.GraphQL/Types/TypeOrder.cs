namespace AnalyticsGraph.GraphQL.Types;

/// <summary>
/// The order in which introspection tells types. The specification knows a set; as in graphql-js, a schema's own types come in the order of their definitions, each followed by those built-in ones that it is
/// the first to use, then what directives use, then introspection's.
/// </summary>
internal sealed class TypeOrder
{
    private readonly HashSet<NamedType> _known;
    private readonly List<NamedType> _types = [];

    private TypeOrder(IEnumerable<NamedType> own) => _known = [.. own];

    /// <summary>The types in their order.</summary>
    /// <param name="graph">A sound graph.</param>
    public static List<NamedType> Of(TypeGraph graph)
    {
        var own = graph.OrderedTypes.FindAll(type => !BuiltIns.TypeNames.Contains(type.Name));
        var order = new TypeOrder(own);
        foreach (var type in own)
        {
            order.Place(type);
        }

        foreach (var argument in graph.Directives.SelectMany(directive => directive.Arguments.Values))
        {
            order.Use(argument.Type);
        }

        order.Use(graph.Types["__Schema"]);
        return order._types;
    }

    private void Use(GraphQLType type)
    {
        if (_known.Add(type.Named))
        {
            Place(type.Named);
        }
    }

    private void Place(NamedType type)
    {
        _types.Add(type);
        foreach (var field in (type as ComplexType)?.Fields.Values ?? [])
        {
            Use(field.Type);
            foreach (var argument in field.Arguments.Values)
            {
                Use(argument.Type);
            }
        }

        foreach (var field in (type as InputObjectType)?.Fields.Values ?? [])
        {
            Use(field.Type);
        }
    }
}
