using System.Collections.Concurrent;
using System.Collections.Frozen;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>Which CLR type an object type's rows have, both ways: needed where a value's object type follows from its CLR type (interfaces and unions).</summary>
public sealed class ClrTypes
{
    private readonly FrozenDictionary<Type, ObjectType> _objectTypes;
    private readonly FrozenDictionary<ObjectType, Type> _clrTypes;
    private readonly ConcurrentDictionary<(Type, GraphQLType), object> _factories = [];

    internal ClrTypes(IEnumerable<(ObjectType ObjectType, Type ClrType)> pairs)
    {
        var list = pairs.ToList();
        _clrTypes = list.ToFrozenDictionary(pair => pair.ObjectType, pair => pair.ClrType);

        // A CLR type that several object types share tells nothing about which of them a value is.
        _objectTypes = list.GroupBy(pair => pair.ClrType).Where(group => group.Count() == 1)
            .ToFrozenDictionary(group => group.Key, group => group.Single().ObjectType);
    }

    /// <summary>No types.</summary>
    public static ClrTypes None { get; } = new([]);

    /// <summary>The object type of a CLR type or of its nearest base class.</summary>
    /// <param name="clrType">The type of a value at run time.</param>
    /// <returns>The object type, or null when none is bound to it.</returns>
    public ObjectType? FindObjectType(Type clrType)
    {
        for (var type = clrType; type is not null; type = type.BaseType)
        {
            if (_objectTypes.TryGetValue(type, out var objectType))
            {
                return objectType;
            }
        }

        return null;
    }

    /// <summary>What makes columns of a CLR type for a field's type, made once: the fields of a schema are bound anew for each document.</summary>
    internal ColumnFactory<T> FactoryFor<T>(GraphQLType type) => (ColumnFactory<T>)_factories.GetOrAdd((typeof(T), type), static (key, types) => ColumnFactory.Make(key.Item1, key.Item2, types), this);

    /// <summary>The CLR type that an object type was bound to.</summary>
    /// <param name="objectType">An object type.</param>
    /// <returns>The CLR type, or null when its fields were bound one by one.</returns>
    public Type? FindClrType(ObjectType objectType) => _clrTypes.GetValueOrDefault(objectType);
}
