using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.GraphQL.Validation.Rules;

namespace AnalyticsGraph.GraphQL.Validation;

/// <summary>
/// Chapter 5: whether a document can be executed against a schema. All rules run in one walk. Messages, places and counts are those of graphql-js 17 with its specified
/// rules; every error has the code <see cref="ErrorCodes.Validation"/> and, as <c>extensions.specifiedBy</c>, the address of the section it breaks.
/// </summary>
public static class DocumentValidator
{
    /// <summary>Validates a document.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="document">The document, as the parser made it.</param>
    /// <param name="options">Limits and suggestions; <see cref="ValidationOptions.Default"/> if null.</param>
    /// <returns>The errors in the order of the text; empty if the document is valid. A document that costs too much ends with <see cref="ErrorCodes.LimitExceeded"/>.</returns>
    public static ImmutableArray<GraphQLError> Validate(Schema schema, DocumentNode document, ValidationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(document);
        var context = new ValidationContext(schema, document, options ?? ValidationOptions.Default);
        var walk = new DocumentWalk(context);
        walk.Run();
        if (!context.IsAborted)
        {
            VariableUses.Check(context, walk.Operations);
        }

        return Finish(context);
    }

    private static ImmutableArray<GraphQLError> Finish(ValidationContext context)
    {
        var errors = context.Errors;
        if (context.IsOutOfSteps)
        {
            errors.Add(new GraphQLError(
                $"The document is too complex to validate: it nests fragments too deep, or comparing its fields and following its fragments takes more than {context.Options.MaxSteps} steps. " +
                "Use fewer fragment spreads and fewer fields of the same name, or split the document.",
                ErrorCodes.LimitExceeded));
        }
        else if (context.IsAborted || errors.Count > context.Options.MaxErrors)
        {
            errors.RemoveRange(context.Options.MaxErrors, errors.Count - context.Options.MaxErrors);
            errors.Add(new GraphQLError("Too many validation errors, error limit reached. Validation aborted.", ErrorCodes.Validation)
            {
                Extensions = SpecSection.Validation.Extensions,
            });
        }

        return errors.Count == 0 ? [] : [.. errors];
    }
}
