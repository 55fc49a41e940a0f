using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Validation.Rules;

/// <summary>
/// The incremental delivery RFC's rules for <c>@defer</c> and <c>@stream</c>, whether or not the schema defines them: labels are static and unique, streams are of lists, roots of
/// mutations and subscriptions are not delivered in parts, and in subscriptions nothing is unless a condition can turn it off.
/// </summary>
internal sealed class DeferStreamRules(ValidationContext context)
{
    private readonly Dictionary<string, DirectiveNode> _labels = new(StringComparer.Ordinal);
    private readonly HashSet<string> _checkedAtRoot = new(StringComparer.Ordinal);
    private readonly HashSet<string> _checkedInSubscriptions = new(StringComparer.Ordinal);

    /// <summary>Checks a mutation or a subscription.</summary>
    public void CheckOperation(OperationDefinitionNode operation, ObjectType? rootType)
    {
        if (rootType is not null)
        {
            var visited = new HashSet<string>(StringComparer.Ordinal);
            if (ForbidAtRoot(operation.SelectionSet, operation.Operation == OperationType.Mutation ? "mutation" : "subscription", rootType, visited))
            {
                _checkedAtRoot.UnionWith(visited);
            }
        }

        if (operation.Operation == OperationType.Subscription)
        {
            var visited = new HashSet<string>(StringComparer.Ordinal);
            if (ForbidUnconditional(operation.SelectionSet, [], visited))
            {
                _checkedInSubscriptions.UnionWith(visited);
            }
        }
    }

    /// <summary>Checks a <c>@defer</c> or <c>@stream</c>.</summary>
    public void CheckDirective(DirectiveNode directive, FieldDefinition? field, NamedType? parentType)
    {
        CheckLabel(directive);
        if (directive.Name.Value == "stream" && field is not null && parentType is not null && field.Type.Nullable is not ListType)
        {
            context.Report(SpecSection.Validation, $"Directive \"@stream\" cannot be used on non-list field \"{parentType}.{field.Name}\".", directive);
        }
    }

    private void CheckLabel(DirectiveNode directive)
    {
        switch (directive.Arguments.ValueOf("label"))
        {
            case null or NullValueNode:
                break;
            case StringValueNode label when _labels.TryGetValue(label.Value, out var known):
                context.Report(
                    SpecSection.Validation,
                    "Value for arguments \"defer(label:)\" and \"stream(label:)\" must be unique across all Defer/Stream directive usages.",
                    known,
                    directive);
                break;
            case StringValueNode label:
                _labels.Add(label.Value, directive);
                break;
            default:
                context.Report(SpecSection.Validation, $"Argument \"@{directive.Name.Value}(label:)\" must be a static string.", directive);
                break;
        }
    }

    private bool ForbidAtRoot(SelectionSetNode set, string operation, ObjectType rootType, HashSet<string> visited)
    {
        context.EnsureStack();
        var valid = true;
        foreach (var selection in set.Selections)
        {
            if (!context.Spend(1))
            {
                return false;
            }

            var fragment = selection is FragmentSpreadNode spread && visited.Add(spread.Name.Value) ? context.Fragment(spread.Name.Value) : null;
            var (directive, name) = selection switch
            {
                FieldNode => (selection.Directives.Find("stream"), "Stream"),
                FragmentSpreadNode when fragment is null => (null, ""),
                _ => (selection.Directives.Find("defer"), "Defer"),
            };
            if (directive is not null)
            {
                valid = false;
                context.Report(SpecSection.Validation, $"{name} directive cannot be used on root {operation} type \"{rootType}\".", directive);
            }

            if (selection is InlineFragmentNode inline)
            {
                valid &= ForbidAtRoot(inline.SelectionSet, operation, rootType, visited);
            }
            else if (fragment is not null && !_checkedAtRoot.Contains(fragment.Node.Name.Value))
            {
                valid &= ForbidAtRoot(fragment.SelectionSet, operation, rootType, visited);
            }
        }

        return valid;
    }

    private bool ForbidUnconditional(SelectionSetNode set, ImmutableArray<Location> spreads, HashSet<string> visited)
    {
        context.EnsureStack();
        var valid = true;
        foreach (var selection in set.Selections)
        {
            if (!context.Spend(1))
            {
                return false;
            }

            if (CanBeLeftOut(selection))
            {
                continue;
            }

            foreach (var directive in selection.Directives)
            {
                if (directive.Name.Value is "defer" or "stream" && !CanBeTurnedOff(directive))
                {
                    valid = false;
                    var name = directive.Name.Value;
                    context.Report(
                        SpecSection.Validation,
                        $"{(name == "defer" ? "Defer" : "Stream")} directive not supported on subscription operations. Disable `@{name}` by setting the `if` argument to `false`.",
                        [directive.Location, .. spreads]);
                }
            }

            switch (selection)
            {
                case FragmentSpreadNode spread:
                    if (!_checkedInSubscriptions.Contains(spread.Name.Value) && visited.Add(spread.Name.Value) && context.Fragment(spread.Name.Value) is { } fragment)
                    {
                        valid &= context.Spend(spreads.Length) && ForbidUnconditional(fragment.SelectionSet, spreads.Insert(0, spread.Location), visited);
                    }

                    break;
                case FieldNode { SelectionSet: { } inner }:
                    valid &= ForbidUnconditional(inner, spreads, visited);
                    break;
                case InlineFragmentNode inline:
                    valid &= ForbidUnconditional(inline.SelectionSet, spreads, visited);
                    break;
            }
        }

        return valid;
    }

    private static bool CanBeLeftOut(SelectionNode selection)
        => (selection.Directives.Find("skip") is { } skip && skip.Arguments.ValueOf("if") is not BooleanValueNode { Value: false })
            || (selection.Directives.Find("include") is { } include && include.Arguments.ValueOf("if") is not (null or BooleanValueNode { Value: true }));

    private static bool CanBeTurnedOff(DirectiveNode directive) => directive.Arguments.ValueOf("if") is BooleanValueNode { Value: false } or VariableNode;
}
