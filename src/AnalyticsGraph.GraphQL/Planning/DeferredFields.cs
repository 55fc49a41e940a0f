using System.Collections.Immutable;

namespace AnalyticsGraph.GraphQL.Planning;

/// <summary>Fields of one object that are delivered together, after the object: an execution group of the incremental delivery RFC.</summary>
/// <param name="Usages">The deferred fragments that all select these fields; the first of them to be complete delivers them.</param>
/// <param name="Fields">The fields in response order.</param>
internal sealed record DeferredFields(ImmutableArray<DeferUsage> Usages, ImmutableArray<PlannedField> Fields);
