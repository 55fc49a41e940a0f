using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Planning;

/// <summary>Section 6.3: what is selected on objects of one concrete type, fragments resolved and equal response names merged.</summary>
public sealed class PlannedSelectionSet
{
    internal PlannedSelectionSet(ObjectType type, ImmutableArray<PlannedField> fields, ImmutableArray<DeferUsage> with, ImmutableArray<DeferUsage> usages)
    {
        (Type, Fields, Usages) = (type, fields, usages);
        HasConditions = fields.Any(field => !field.Inclusion.IsAlways);
        if (with.IsEmpty && fields.All(field => field.Deferral.IsEmpty))
        {
            (Immediate, Deferred) = (fields, []);
            return;
        }

        var groups = fields.GroupBy(field => field.Deferral, new SameUsages()).ToList();
        Immediate = [.. fields.Where(field => SameUsages.AreEqual(field.Deferral, with))];
        Deferred = [.. groups.Where(group => !SameUsages.AreEqual(group.Key, with)).Select(group => new DeferredFields(group.Key, [.. group]))];
    }

    /// <summary>The concrete type.</summary>
    public ObjectType Type { get; }

    /// <summary>The fields in response order.</summary>
    public ImmutableArray<PlannedField> Fields { get; }

    /// <summary>Whether any field depends on variables.</summary>
    internal bool HasConditions { get; }

    /// <summary>The fields that come with the object.</summary>
    internal ImmutableArray<PlannedField> Immediate { get; }

    /// <summary>The fields that come later.</summary>
    internal ImmutableArray<DeferredFields> Deferred { get; }

    /// <summary>The deferred fragments that begin at the object.</summary>
    internal ImmutableArray<DeferUsage> Usages { get; }

    /// <summary>Whether a part of the response begins at the object.</summary>
    internal bool HasParts => !Usages.IsEmpty || !Deferred.IsEmpty;

    private sealed class SameUsages : IEqualityComparer<ImmutableArray<DeferUsage>>
    {
        public static bool AreEqual(ImmutableArray<DeferUsage> x, ImmutableArray<DeferUsage> y) => x.Length == y.Length && x.All(y.Contains);

        public bool Equals(ImmutableArray<DeferUsage> x, ImmutableArray<DeferUsage> y) => AreEqual(x, y);

        public int GetHashCode(ImmutableArray<DeferUsage> obj) => obj.Aggregate(0, (hash, usage) => hash ^ usage.GetHashCode());
    }
}
