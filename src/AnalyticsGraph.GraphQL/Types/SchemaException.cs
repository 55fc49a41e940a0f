using System.Collections.Immutable;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>A schema breaks the rules of section 3. Carries all faults that were found.</summary>
public sealed class SchemaException : Exception
{
    internal SchemaException(ImmutableArray<SchemaError> errors)
        : base($"The schema is not valid ({errors.Length} {(errors.Length == 1 ? "error" : "errors")}):\n{string.Join('\n', errors)}") => Errors = errors;

    /// <summary>The faults, at least one.</summary>
    public ImmutableArray<SchemaError> Errors { get; }
}
