using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Planning;

/// <summary>Section 6.3: what is selected on objects of one concrete type, fragments resolved and equal response names merged.</summary>
public sealed class PlannedSelectionSet
{
    internal PlannedSelectionSet(ObjectType type, ImmutableArray<PlannedField> fields)
    {
        (Type, Fields) = (type, fields);
        HasConditions = fields.Any(field => !field.Inclusion.IsAlways);
    }

    /// <summary>The concrete type.</summary>
    public ObjectType Type { get; }

    /// <summary>The fields in response order.</summary>
    public ImmutableArray<PlannedField> Fields { get; }

    /// <summary>Whether any field depends on variables.</summary>
    internal bool HasConditions { get; }
}
