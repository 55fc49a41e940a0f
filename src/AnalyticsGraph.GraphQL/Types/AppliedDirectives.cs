using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>What the built-in directives say where they are applied. Values of a wrong kind count as not given here; the rules report them.</summary>
internal static class AppliedDirectives
{
    /// <summary>The reason that <c>@deprecated</c> gives where none is written.</summary>
    public const string DefaultReason = "No longer supported";

    /// <summary>Section 3.13.3: why something is deprecated, or null when it is not.</summary>
    public static string? DeprecationReason(ImmutableArray<DirectiveNode> directives) => directives.Find("deprecated") is { } directive
        ? StringArgument(directive, "reason") ?? DefaultReason
        : null;

    /// <summary>Section 3.13.4: the URL of a scalar's specification, or null.</summary>
    public static string? SpecifiedByUrl(ImmutableArray<DirectiveNode> directives) => directives.Find("specifiedBy") is { } directive ? StringArgument(directive, "url") : null;

    /// <summary>Section 3.13.5.</summary>
    public static bool IsOneOf(ImmutableArray<DirectiveNode> directives) => directives.Find("oneOf") is not null;

    private static string? StringArgument(DirectiveNode directive, string name) =>
        (directive.Arguments.ValueOf(name) as StringValueNode)?.Value;
}
