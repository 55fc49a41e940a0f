using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Introspection;

/// <summary>Section 4: the fields that every schema has without declaring them.</summary>
internal sealed class MetaFields
{
    private readonly FieldDefinition _typeName;
    private readonly ImmutableArray<FieldDefinition> _ofQuery;

    public MetaFields(Schema schema)
    {
        _typeName = Make(schema, "__typename", "The name of the current Object type at runtime.", new NonNullType(schema.Types["String"]));
        var typeOf = Make(schema, "__type", "Request the type information of a single type.", schema.Types["__Type"]);
        typeOf.Arguments = new Dictionary<string, InputValueDefinition>
        {
            ["name"] = new("name", null, [], null, null, 0) { Type = new NonNullType(schema.Types["String"]) },
        };
        _ofQuery = [Make(schema, "__schema", "Access the current type schema of this server.", new NonNullType(schema.Types["__Schema"])), typeOf];
    }

    /// <summary>The fields of the query root beside <c>__typename</c>.</summary>
    public FieldDefinition SchemaField => _ofQuery[0];

    /// <summary><c>__type(name:)</c> of the query root.</summary>
    public FieldDefinition TypeField => _ofQuery[1];

    /// <summary>The meta-field of a name on a type, or null.</summary>
    public FieldDefinition? Find(bool isQueryRoot, string name) =>
        name == "__typename" ? _typeName : isQueryRoot ? _ofQuery.FirstOrDefault(field => field.Name == name) : null;

    private static FieldDefinition Make(Schema schema, string name, string description, GraphQLType type) =>
        new(name, description, [], null, 0) { Type = type, DeclaringType = schema.Query };
}
