using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Validation.Rules;

/// <summary>Section 5.4: arguments are defined, given once, and given where required.</summary>
internal static class Arguments
{
    public static void ReportUnknown(ValidationContext context, ArgumentNode argument, string owner, IReadOnlyDictionary<string, InputValueDefinition> defined)
    {
        var name = argument.Name.Value;
        context.Report(SpecSection.ArgumentNames, $"Unknown argument \"{name}\" on {owner}.{context.DidYouMean(name, defined.Keys)}", argument);
    }

    public static void CheckUnique(ValidationContext context, ImmutableArray<ArgumentNode> arguments)
    {
        if (arguments.Length > 1)
        {
            UniqueNames.Check(
                context,
                SpecSection.ArgumentUniqueness,
                arguments,
                static argument => argument.Name,
                static name => $"There can be only one argument named \"{name}\".");
        }
    }

    public static void CheckRequired(ValidationContext context, FieldNode field, FieldDefinition definition, bool isMeta)
    {
        foreach (var argument in definition.Arguments.Values)
        {
            if (argument.IsRequired && field.Arguments.ValueOf(argument.Name) is null)
            {
                var owner = isMeta ? $"<meta>.{definition.Name}" : definition.ToString();
                context.Report(
                    SpecSection.RequiredArguments,
                    $"Argument \"{owner}({argument.Name}:)\" of type \"{argument.Type}\" is required, but it was not provided.",
                    field);
            }
        }
    }

    public static void CheckRequired(ValidationContext context, DirectiveNode directive, DirectiveDefinition definition)
    {
        foreach (var argument in definition.Arguments.Values)
        {
            if (argument.IsRequired && directive.Arguments.ValueOf(argument.Name) is null)
            {
                context.Report(
                    SpecSection.RequiredArguments,
                    $"Argument \"@{definition.Name}({argument.Name}:)\" of type \"{argument.Type}\" is required, but it was not provided.",
                    directive);
            }
        }
    }
}
