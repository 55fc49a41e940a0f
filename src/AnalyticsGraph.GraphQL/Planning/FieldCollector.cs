using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Planning;

/// <summary>A place where a field is selected.</summary>
internal readonly record struct FieldOccurrence(FieldNode Node, DeliveryGroup Group);

/// <summary>The occurrences of one response name in a selection set.</summary>
internal sealed class CollectedField(Conditions conditions)
{
    public Conditions Conditions { get; } = conditions;

    /// <summary>In the order of the document. A fragment that is spread under several conditions gives its nodes several times.</summary>
    public List<FieldOccurrence> Occurrences { get; } = [];
}

/// <summary>Section 6.3.2, CollectFields: the fields selected on one concrete type, by response name in the order of their first occurrence.</summary>
/// <param name="schema">The schema.</param>
/// <param name="fragments">The document's fragments by name.</param>
/// <param name="known">Values of the condition variables, if the plan shall be for these alone.</param>
/// <param name="maxSteps">How many selections may be looked at for the whole plan: fragments under many combinations of conditions are looked at once for each.</param>
internal sealed class FieldCollector(
    Schema schema,
    IReadOnlyDictionary<string, FragmentDefinitionNode> fragments,
    IReadOnlyDictionary<string, object?>? known,
    int maxSteps)
{
    private int _deliveryGroups;
    private int _steps;

    /// <summary>
    /// Whether a field was found under different conditions. Its place in the response then depends on which of them hold, so that one plan cannot serve all; what was
    /// collected is of no use, and collecting stops.
    /// </summary>
    public bool NeedsKnownVariables { get; private set; }

    public OrderedDictionary<string, CollectedField> Collect(ObjectType type, IEnumerable<(SelectionSetNode Set, DeliveryGroup Group)> sets)
    {
        var fields = new OrderedDictionary<string, CollectedField>(StringComparer.Ordinal);
        var visited = new HashSet<(string Fragment, Conditions Conditions)>();
        foreach (var (set, group) in sets)
        {
            Collect(type, set, group, Conditions.None, fields, visited);
        }

        return fields;
    }

    private void Collect(
        ObjectType type,
        SelectionSetNode set,
        DeliveryGroup group,
        Conditions outer,
        OrderedDictionary<string, CollectedField> fields,
        HashSet<(string Fragment, Conditions Conditions)> visited)
    {
        // A valid document may chain thousands of fragments: refuse it before the stack overflows, which would end the process.
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw TooLarge("The operation follows fragments into fragments too deep to be planned. Spread fewer fragments in each other.");
        }

        foreach (var selection in set.Selections)
        {
            _steps += 1 + outer.All.Length;
            if (NeedsKnownVariables)
            {
                return;
            }

            if (_steps > maxSteps)
            {
                throw TooLarge("The operation spreads its fragments under too many combinations of @skip and @include, or too often. Split it.");
            }

            if (outer.And(selection.Directives, known) is not { } conditions)
            {
                continue;
            }

            switch (selection)
            {
                case FieldNode field:
                    Add(field, group, conditions, fields);
                    break;
                case InlineFragmentNode inline when inline.TypeCondition is null || Applies(type, inline.TypeCondition):
                    Collect(type, inline.SelectionSet, Enter(inline.Directives, group), conditions, fields, visited);
                    break;
                case FragmentSpreadNode spread when fragments.TryGetValue(spread.Name.Value, out var fragment) && Applies(type, fragment.TypeCondition):
                    // Once is enough under the same conditions, or where it counts without any.
                    if (!visited.Contains((spread.Name.Value, Conditions.None)) && visited.Add((spread.Name.Value, conditions)))
                    {
                        Collect(type, fragment.SelectionSet, Enter(spread.Directives, group), conditions, fields, visited);
                    }

                    break;
            }
        }
    }

    private static GraphQLException TooLarge(string message) => new(new GraphQLError(message, ErrorCodes.LimitExceeded));

    private void Add(FieldNode node, DeliveryGroup group, Conditions conditions, OrderedDictionary<string, CollectedField> fields)
    {
        if (!fields.TryGetValue(node.ResponseName, out var field))
        {
            field = new CollectedField(conditions);
            fields.Add(node.ResponseName, field);
        }

        NeedsKnownVariables |= !field.Conditions.Equals(conditions);
        field.Occurrences.Add(new FieldOccurrence(node, group));
    }

    private bool Applies(ObjectType type, NamedTypeNode condition) =>
        condition.Name.Value == type.Name
        || (schema.Types.TryGetValue(condition.Name.Value, out var named) && schema.GetPossibleTypes(named).Contains(type));

    // A deferred fragment is a group of its own where the schema knows @defer.
    private DeliveryGroup Enter(ImmutableArray<DirectiveNode> directives, DeliveryGroup group)
    {
        var defer = directives.Find("defer");
        if (defer is null || !schema.Directives.ContainsKey("defer") || IsSwitchedOff(defer))
        {
            return group;
        }

        var label = defer.Arguments.ValueOf("label") as StringValueNode;
        return new DeliveryGroup(++_deliveryGroups, group, label?.Value);
    }

    private static bool IsSwitchedOff(DirectiveNode defer) => defer.Arguments.ValueOf("if") is BooleanValueNode { Value: false };
}
