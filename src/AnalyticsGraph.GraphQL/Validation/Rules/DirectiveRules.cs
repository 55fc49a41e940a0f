using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Validation.Rules;

/// <summary>Section 5.7: directives are defined, allowed where they stand, and unique there unless repeatable.</summary>
internal static class DirectiveRules
{
    public static void CheckKnown(ValidationContext context, DirectiveNode directive, DirectiveDefinition? definition, string location)
    {
        if (definition is null)
        {
            context.Report(SpecSection.DirectivesAreDefined, $"Unknown directive \"@{directive.Name.Value}\".", directive);
        }
        else if (!definition.Locations.Contains(location))
        {
            context.Report(SpecSection.DirectivesAreInValidLocations, $"Directive \"@{directive.Name.Value}\" may not be used on {location}.", directive);
        }
    }

    public static void CheckUnique(ValidationContext context, ImmutableArray<DirectiveNode> directives)
    {
        if (directives.Length < 2)
        {
            return;
        }

        var known = new Dictionary<string, DirectiveNode>(directives.Length, StringComparer.Ordinal);
        foreach (var directive in directives)
        {
            // The first one of the name is told together with each later one.
            var name = directive.Name.Value;
            if (!known.TryAdd(name, directive) && context.Schema.Directives.TryGetValue(name, out var definition) && !definition.IsRepeatable)
            {
                context.Report(
                    SpecSection.DirectivesAreUniquePerLocation,
                    $"The directive \"@{name}\" can only be used once at this location.",
                    known[name],
                    directive);
            }
        }
    }
}
