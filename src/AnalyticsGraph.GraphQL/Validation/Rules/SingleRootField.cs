using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Validation.Rules;

/// <summary>Section 5.2.4.1: a subscription selects one root field, which is no introspection field, and neither skips nor includes there.</summary>
internal sealed class SingleRootField(ValidationContext context, ObjectType rootType)
{
    private readonly OrderedDictionary<string, List<FieldNode>> _fields = new(StringComparer.Ordinal);
    private readonly List<Location> _forbidden = [];
    private readonly HashSet<string> _visited = new(StringComparer.Ordinal);

    public static void Check(ValidationContext context, OperationDefinitionNode operation, ObjectType rootType)
        => new SingleRootField(context, rootType).Check(operation);

    private void Check(OperationDefinitionNode operation)
    {
        Collect(operation.SelectionSet);
        var subject = operation.Name is null ? "Anonymous Subscription" : $"Subscription \"{operation.Name.Value}\"";
        if (_forbidden.Count > 0)
        {
            context.Report(
                SpecSection.SingleRootField,
                $"{subject} must not use `@skip` or `@include` directives in the top level selection.",
                [.. _forbidden]);
            return;
        }

        if (_fields.Count == 0)
        {
            context.Report(SpecSection.SingleRootField, $"{subject} must select one top level field.", operation.SelectionSet);
        }
        else if (_fields.Count > 1)
        {
            context.Report(
                SpecSection.SingleRootField,
                $"{subject} must select only one top level field.",
                [.. _fields.Values.Skip(1).SelectMany(static nodes => nodes).Select(static node => node.Location)]);
        }

        foreach (var nodes in _fields.Values)
        {
            if (nodes[0].Name.Value.StartsWith("__", StringComparison.Ordinal))
            {
                context.Report(
                    SpecSection.SingleRootField,
                    $"{subject} must not select an introspection top level field.",
                    [.. nodes.Select(static node => node.Location)]);
            }
        }
    }

    private void Collect(SelectionSetNode set)
    {
        context.EnsureStack();
        foreach (var selection in set.Selections)
        {
            if (!context.Spend(1))
            {
                return;
            }

            if ((selection.Directives.Find("skip") ?? selection.Directives.Find("include")) is { } condition)
            {
                _forbidden.Add(condition.Location);
                continue;
            }

            switch (selection)
            {
                case FieldNode field:
                    if (!_fields.TryGetValue(field.ResponseName, out var nodes))
                    {
                        _fields.Add(field.ResponseName, nodes = []);
                    }

                    nodes.Add(field);
                    break;
                case InlineFragmentNode inline:
                    if (inline.TypeCondition is null || Applies(TypeReference.Resolve(context.Schema, inline.TypeCondition)))
                    {
                        Collect(inline.SelectionSet);
                    }

                    break;
                case FragmentSpreadNode spread:
                    if (context.Fragment(spread.Name.Value) is { } fragment && Applies(fragment.Type) && _visited.Add(spread.Name.Value))
                    {
                        Collect(fragment.SelectionSet);
                    }

                    break;
            }
        }
    }

    private bool Applies(GraphQLType? condition) => condition switch
    {
        InterfaceType type => rootType.Interfaces.Contains(type),
        UnionType type => type.Types.Contains(rootType),
        _ => ReferenceEquals(condition, rootType),
    };
}
