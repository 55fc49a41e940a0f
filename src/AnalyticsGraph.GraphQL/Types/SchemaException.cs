using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>A document of the type system with the name that errors call it by.</summary>
/// <param name="Document">The parsed document.</param>
/// <param name="Name">The file's name, for example; null if it has none.</param>
public sealed record SchemaDocument(DocumentNode Document, string? Name = null);

/// <summary>Where in which document.</summary>
/// <param name="Document">The document's name, or null.</param>
/// <param name="Location">The place in it.</param>
public readonly record struct SchemaPlace(string? Document, Location Location)
{
    /// <summary>As editors and terminals understand it: <c>run.graphql:12:3</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"{Document ?? "SDL"}:{Location.Line}:{Location.Column}");
}

/// <summary>A fault of a schema.</summary>
/// <param name="Message">What is wrong, naming type and field.</param>
/// <param name="Places">Where; empty for what is missing altogether.</param>
public sealed record SchemaError(string Message, ImmutableArray<SchemaPlace> Places)
{
    /// <inheritdoc />
    public override string ToString() => Places.IsEmpty ? Message : $"{string.Join(", ", Places)}: {Message}";
}

/// <summary>A schema breaks the rules of section 3. Carries all faults that were found.</summary>
public sealed class SchemaException : Exception
{
    internal SchemaException(ImmutableArray<SchemaError> errors)
        : base($"The schema is not valid ({errors.Length} {(errors.Length == 1 ? "error" : "errors")}):\n{string.Join('\n', errors)}") => Errors = errors;

    /// <summary>The faults, at least one.</summary>
    public ImmutableArray<SchemaError> Errors { get; }
}
