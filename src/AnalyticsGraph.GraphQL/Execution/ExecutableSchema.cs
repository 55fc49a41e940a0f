using System.Collections.Frozen;
using AnalyticsGraph.GraphQL.Introspection;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>A schema whose every field has a resolver. Immutable, checked once at start-up.</summary>
public sealed class ExecutableSchema
{
    private readonly FrozenDictionary<FieldDefinition, FieldResolver> _resolvers;

    private ExecutableSchema(Schema schema, IReadOnlyDictionary<FieldDefinition, FieldResolver> resolvers, ClrTypes clrTypes)
    {
        Schema = schema;
        ClrTypes = clrTypes;
        _resolvers = resolvers.Concat(IntrospectionResolvers.For(schema)).ToFrozenDictionary();
    }

    /// <summary>The schema.</summary>
    public Schema Schema { get; }

    /// <summary>Which object type the CLR types stand for.</summary>
    public ClrTypes ClrTypes { get; }

    /// <summary>Joins a schema and its resolvers.</summary>
    /// <param name="schema">A valid schema.</param>
    /// <param name="bindings">A resolver for every field of every object type that can be reached from the roots.</param>
    /// <exception cref="SchemaBindingException">A field has no resolver, a resolver has no field, or one yields what its field cannot be; all faults are listed.</exception>
    public static ExecutableSchema Create(Schema schema, SchemaBindings bindings)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(bindings);
        var check = new BindingCheck(schema, bindings);
        check.Run();
        return check.Faults.Count == 0
            ? new ExecutableSchema(schema, check.Resolvers, check.ClrTypes)
            : throw new SchemaBindingException([.. check.Faults]);
    }

    /// <summary>The resolver of a field of an object type.</summary>
    internal FieldResolver GetResolver(FieldDefinition field) => _resolvers[field];
}
