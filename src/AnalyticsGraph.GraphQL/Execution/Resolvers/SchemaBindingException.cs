using System.Collections.Immutable;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>The schema and its resolvers do not fit each other: a fault of the program, told at start-up.</summary>
public sealed class SchemaBindingException : Exception
{
    internal SchemaBindingException(ImmutableArray<string> faults)
        : base($"The schema and its resolvers do not fit each other:{string.Concat(faults.Select(fault => $"{Environment.NewLine}- {fault}"))}") => Faults = faults;

    /// <summary>Everything that is wrong, one sentence each, in the order of the schema.</summary>
    public ImmutableArray<string> Faults { get; }
}
