using System.Collections.Immutable;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>A fault of a schema.</summary>
/// <param name="Message">What is wrong, naming type and field.</param>
/// <param name="Places">Where; empty for what is missing altogether.</param>
public sealed record SchemaError(string Message, ImmutableArray<SchemaPlace> Places)
{
    /// <inheritdoc />
    public override string ToString() => Places.IsEmpty ? Message : $"{string.Join(", ", Places)}: {Message}";
}
