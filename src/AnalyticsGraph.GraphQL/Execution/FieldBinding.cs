using AnalyticsGraph.GraphQL.Planning;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>What a resolver knows when it binds.</summary>
/// <param name="Field">The planned field.</param>
/// <param name="Schema">The schema.</param>
/// <param name="ParentContext">What the parent field's step gave as <see cref="FieldStep.ChildContext"/>; null at the root.</param>
public sealed record FieldBinding(PlannedField Field, Schema Schema, object? ParentContext)
{
    /// <summary>Which object type the CLR types stand for, as <see cref="SchemaBindings.BindType{T}"/> said.</summary>
    public ClrTypes ClrTypes { get; init; } = ClrTypes.None;
}
