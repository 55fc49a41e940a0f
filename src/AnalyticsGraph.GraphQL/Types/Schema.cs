using System.Collections.Frozen;
using System.Collections.Immutable;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>Section 3.3: a whole, valid schema. Immutable; made by <c>SchemaBuilder.Build</c>.</summary>
public sealed class Schema
{
    private readonly FrozenDictionary<NamedType, ImmutableArray<ObjectType>> _possibleTypes;

    internal Schema(
        string? description,
        ObjectType query,
        ObjectType? mutation,
        ObjectType? subscription,
        IReadOnlyDictionary<string, NamedType> types,
        IReadOnlyDictionary<string, DirectiveDefinition> directives)
    {
        Description = description;
        Query = query;
        Mutation = mutation;
        Subscription = subscription;
        Types = types;
        Directives = directives;

        var implementations = new Dictionary<NamedType, ImmutableArray<ObjectType>>();
        foreach (var type in types.Values)
        {
            switch (type)
            {
                case ObjectType o: implementations[o] = [o]; break;
                case UnionType u: implementations[u] = u.Types; break;
                case InterfaceType i: implementations[i] = [.. types.Values.OfType<ObjectType>().Where(o => o.Interfaces.Contains(i))]; break;
            }
        }

        _possibleTypes = implementations.ToFrozenDictionary();
        var text = new NonNullType(types["String"]);
        TypeNameField = new FieldDefinition("__typename", "The name of the object's type.", [], null, 0) { DeclaringType = query, Type = text };
        SchemaField = new FieldDefinition("__schema", "What the server offers.", [], null, 0) { DeclaringType = query, Type = new NonNullType(types["__Schema"]) };
        TypeField = new FieldDefinition("__type", "A type by its name; null if there is none.", [], null, 0)
        {
            DeclaringType = query,
            Type = types["__Type"],
            Arguments = OrderedLookup<InputValueDefinition>.From([new InputValueDefinition("name", null, [], null, null, 0) { Type = text }], argument => argument.Name),
        };
    }

    /// <summary>Section 4.1: <c>__typename: String!</c>, implicit on every object, interface and union.</summary>
    public FieldDefinition TypeNameField { get; }

    /// <summary>Section 4.2: <c>__schema: __Schema!</c>, implicit on the query root.</summary>
    public FieldDefinition SchemaField { get; }

    /// <summary>Section 4.2: <c>__type(name: String!): __Type</c>, implicit on the query root.</summary>
    public FieldDefinition TypeField { get; }

    /// <summary>The schema's description, or null.</summary>
    public string? Description { get; }

    /// <summary>The query root.</summary>
    public ObjectType Query { get; }

    /// <summary>The mutation root, or null.</summary>
    public ObjectType? Mutation { get; }

    /// <summary>The subscription root, or null.</summary>
    public ObjectType? Subscription { get; }

    /// <summary>All named types by name, introspection types and built-in scalars included, in the order of the SDL.</summary>
    public IReadOnlyDictionary<string, NamedType> Types { get; }

    /// <summary>All directives by name, the built-in ones included.</summary>
    public IReadOnlyDictionary<string, DirectiveDefinition> Directives { get; }

    /// <summary>The field a selection on a type means: its own, or one of the implicit fields of introspection where those are allowed.</summary>
    /// <param name="type">The type selected on.</param>
    /// <param name="name">The field's name.</param>
    /// <returns>Null if the type has no such field.</returns>
    public FieldDefinition? FindField(NamedType type, string name) => name switch
    {
        "__typename" when type is ComplexType or UnionType => TypeNameField,
        "__schema" when ReferenceEquals(type, Query) => SchemaField,
        "__type" when ReferenceEquals(type, Query) => TypeField,
        _ => (type as ComplexType)?.Fields.GetValueOrDefault(name),
    };

    /// <summary>Section 5.5.2.3: the object types that a value of the type can be.</summary>
    /// <param name="type">An object, interface or union type of this schema.</param>
    /// <returns>The possible object types; for an object type itself alone; empty for others.</returns>
    public ImmutableArray<ObjectType> GetPossibleTypes(NamedType type) => _possibleTypes.TryGetValue(type, out var types) ? types : [];
}
