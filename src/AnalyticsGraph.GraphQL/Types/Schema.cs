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
    }

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

    /// <summary>Section 5.5.2.3: the object types that a value of the type can be.</summary>
    /// <param name="type">An object, interface or union type of this schema.</param>
    /// <returns>The possible object types; for an object type itself alone; empty for others.</returns>
    public ImmutableArray<ObjectType> GetPossibleTypes(NamedType type) => _possibleTypes.TryGetValue(type, out var types) ? types : [];
}
