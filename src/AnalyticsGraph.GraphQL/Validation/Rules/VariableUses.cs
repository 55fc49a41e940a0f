using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Validation.Rules;

/// <summary>
/// Sections 5.8.3 to 5.8.5: variables are defined where used, used where defined, and fit their places. Runs after the walk, which has noted every use, and puts its
/// errors where they belong in the order of the text.
/// </summary>
internal static class VariableUses
{
    public static void Check(ValidationContext context, List<OperationFacts> operations)
    {
        // One more than may be told, so that the limit is seen to be passed.
        var most = Math.Max(context.Options.MaxErrors, context.Options.MaxErrors + 1);

        // From the last to the first, so that earlier positions stay what they are.
        for (var i = operations.Count - 1; i >= 0 && !context.IsAborted; i--)
        {
            CheckOperation(context, operations[i]);
            if (context.Errors.Count > most)
            {
                context.Errors.RemoveRange(most, context.Errors.Count - most);
            }
        }
    }

    private static void CheckOperation(ValidationContext context, OperationFacts operation)
    {
        var reached = new List<ExecutableFacts> { operation };
        if (context.HasFragments)
        {
            ReferencedFragments.Follow(context, reached);
        }

        var uses = 0;
        foreach (var facts in reached)
        {
            uses += facts.Usages.Length;
        }

        var definitions = operation.Node.VariableDefinitions;
        if ((uses == 0 && definitions.IsEmpty) || !context.Spend(uses))
        {
            return;
        }

        List<GraphQLError>? early = null, late = null;
        var byName = new VariablesByName(definitions);
        var used = new bool[definitions.Length];
        foreach (var facts in reached)
        {
            foreach (var usage in facts.Usages)
            {
                var index = byName.Find(usage.Node.Name.Value);
                if (index >= 0)
                {
                    used[index] = true;
                    CheckPosition(context, ref late, definitions[index], usage);
                    continue;
                }

                var ending = operation.Node.Name is null ? "" : $" by operation \"{operation.Node.Name.Value}\"";
                Report(
                    context,
                    ref early,
                    SpecSection.AllVariableUsesDefined,
                    $"Variable \"${usage.Node.Name.Value}\" is not defined{ending}.",
                    [usage.Node.Location, operation.Node.Location]);
            }
        }

        foreach (var definition in definitions)
        {
            var name = definition.Variable.Name.Value;
            if (!used[byName.Find(name)])
            {
                var ending = operation.Node.Name is null ? "" : $" in operation \"{operation.Node.Name.Value}\"";
                Report(context, ref early, SpecSection.AllVariablesUsed, $"Variable \"${name}\" is never used{ending}.", [definition.Location]);
            }
        }

        // The later place first, so that the earlier one stays what it is.
        context.Errors.InsertRange(operation.ErrorsBefore.Uses, late ?? []);
        context.Errors.InsertRange(operation.ErrorsBefore.Variables, early ?? []);
    }

    private static void Report(ValidationContext context, ref List<GraphQLError>? errors, SpecSection section, string message, ImmutableArray<Location> locations)
    {
        errors ??= [];
        if (errors.Count <= context.Options.MaxErrors)
        {
            errors.Add(ValidationContext.Error(section, message, locations));
        }
    }

    private static void CheckPosition(ValidationContext context, ref List<GraphQLError>? errors, VariableDefinitionNode definition, VariableUsage usage)
    {
        if (usage.Type is null || TypeReference.Resolve(context.Schema, definition.Type) is not { } type)
        {
            return;
        }

        var name = definition.Variable.Name.Value;
        if (!IsAllowed(type, definition.DefaultValue, usage.Type, usage.HasDefault))
        {
            Report(
                context,
                ref errors,
                SpecSection.AllVariableUsagesAreAllowed,
                $"Variable \"${name}\" of type \"{type}\" used in position expecting type \"{usage.Type}\".",
                [definition.Location, usage.Node.Location]);
        }

        if (usage.OneOf is not null && !type.IsNonNull)
        {
            Report(
                context,
                ref errors,
                SpecSection.AllVariableUsagesAreAllowed,
                $"Variable \"${name}\" is of type \"{type}\" but must be non-nullable to be used for OneOf Input Object \"{usage.OneOf}\".",
                [definition.Location, usage.Node.Location]);
        }
    }

    private static bool IsAllowed(GraphQLType variableType, ValueNode? variableDefault, GraphQLType locationType, bool locationHasDefault)
    {
        if (locationType is NonNullType nonNull && !variableType.IsNonNull)
        {
            return (locationHasDefault || variableDefault is not (null or NullValueNode)) && AreCompatible(variableType, nonNull.OfType);
        }

        return AreCompatible(variableType, locationType);
    }

    private static bool AreCompatible(GraphQLType variableType, GraphQLType locationType)
    {
        while (true)
        {
            if (locationType is NonNullType location)
            {
                if (variableType is not NonNullType variable)
                {
                    return false;
                }

                locationType = location.OfType;
                variableType = variable.OfType;
                continue;
            }

            variableType = variableType.Nullable;
            if (locationType is not ListType locationList || variableType is not ListType variableList)
            {
                return ReferenceEquals(locationType, variableType);
            }

            locationType = locationList.ItemType;
            variableType = variableList.ItemType;
        }
    }
}
