using System.Collections.Frozen;
using AnalyticsGraph.GraphQL.Cost;
using AnalyticsGraph.GraphQL.Introspection;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>A schema whose every field has a resolver. Immutable, checked once at start-up.</summary>
public sealed class ExecutableSchema
{
    private readonly FrozenDictionary<FieldDefinition, FieldResolver> _resolvers;

    private ExecutableSchema(Schema schema, IReadOnlyDictionary<FieldDefinition, FieldResolver> resolvers, ClrTypes clrTypes, CostModel costs)
    {
        Schema = schema;
        ClrTypes = clrTypes;
        Costs = costs;
        _resolvers = resolvers.Concat(IntrospectionResolvers.For(schema)).ToFrozenDictionary();
    }

    /// <summary>The schema.</summary>
    public Schema Schema { get; }

    /// <summary>Which object type the CLR types stand for.</summary>
    public ClrTypes ClrTypes { get; }

    /// <summary>What its <c>@cost</c> and <c>@listSize</c> say.</summary>
    internal CostModel Costs { get; }

    /// <summary>Joins a schema and its resolvers.</summary>
    /// <param name="schema">A valid schema.</param>
    /// <param name="bindings">A resolver for every field of every object type that can be reached from the roots.</param>
    /// <exception cref="SchemaBindingException">A field has no resolver, a resolver has no field, or one yields what its field cannot be, or a <c>@cost</c> or <c>@listSize</c> makes no sense; all faults are listed.</exception>
    public static ExecutableSchema Create(Schema schema, SchemaBindings bindings)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(bindings);
        var check = new BindingCheck(schema, bindings);
        check.Run();
        var costs = new CostModel(schema, check.Faults);
        return check.Faults.Count == 0
            ? new ExecutableSchema(schema, check.Resolvers, check.ClrTypes, costs)
            : throw new SchemaBindingException([.. check.Faults]);
    }

    /// <summary>The resolver of a field of an object type.</summary>
    internal FieldResolver GetResolver(FieldDefinition field) => _resolvers[field];
}
