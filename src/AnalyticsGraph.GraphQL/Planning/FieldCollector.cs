using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Planning;

/// <summary>A place where a field is selected.</summary>
internal readonly record struct FieldOccurrence(FieldNode Node, DeferUsage? Defer);

/// <summary>What is selected on one concrete type.</summary>
/// <param name="Fields">By response name, in the order of their first occurrence.</param>
/// <param name="Usages">The deferred fragments that begin here.</param>
internal readonly record struct CollectedFields(OrderedDictionary<string, CollectedField> Fields, List<DeferUsage> Usages);

/// <summary>The occurrences of one response name in a selection set.</summary>
internal sealed class CollectedField(Conditions conditions)
{
    public Conditions Conditions { get; } = conditions;

    /// <summary>In the order of the document. A fragment that is spread under several conditions gives its nodes several times.</summary>
    public List<FieldOccurrence> Occurrences { get; } = new(1);
}

/// <summary>Section 6.3.2, CollectFields: the fields selected on one concrete type, by response name in the order of their first occurrence.</summary>
/// <param name="schema">The schema.</param>
/// <param name="fragments">The document's fragments by name.</param>
/// <param name="known">Values of the condition variables, if the plan shall be for these alone.</param>
/// <param name="inParts">Whether <c>@defer</c> counts; the values of its variables are known then.</param>
/// <param name="maxSteps">How many selections may be looked at for the whole plan: fragments under many combinations of conditions are looked at once for each.</param>
internal sealed class FieldCollector(
    Schema schema,
    IReadOnlyDictionary<string, FragmentDefinitionNode> fragments,
    IReadOnlyDictionary<string, object?>? known,
    bool inParts,
    int maxSteps)
{
    private int _steps;

    /// <summary>
    /// Whether a field was found under different conditions. Its place in the response then depends on which of them hold, so that one plan cannot serve all; what was
    /// collected is of no use, and collecting stops.
    /// </summary>
    public bool NeedsKnownVariables { get; private set; }

    public CollectedFields Collect(ObjectType type, IEnumerable<(SelectionSetNode Set, DeferUsage? Defer)> sets)
    {
        var into = new Collection(type);
        foreach (var (set, defer) in sets)
        {
            Collect(set, defer, Conditions.None, into);
        }

        return new CollectedFields(into.Fields, into.Usages);
    }

    private void Collect(SelectionSetNode set, DeferUsage? defer, Conditions outer, Collection into)
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
                    Add(field, defer, conditions, into.Fields);
                    break;
                case InlineFragmentNode inline when inline.TypeCondition is null || Applies(into.Type, inline.TypeCondition):
                    var inner = Enter(inline.Directives, defer);
                    if (!ReferenceEquals(inner, defer))
                    {
                        into.Usages.Add(inner!);
                    }

                    Collect(inline.SelectionSet, inner, conditions, into);
                    break;
                case FragmentSpreadNode spread when fragments.TryGetValue(spread.Name.Value, out var fragment) && Applies(into.Type, fragment.TypeCondition):
                    var spreadIn = Enter(spread.Directives, defer);
                    if (!into.Visit(spread.Name.Value, conditions, spreadIn?.Directive))
                    {
                        break;
                    }

                    if (!ReferenceEquals(spreadIn, defer))
                    {
                        into.Usages.Add(spreadIn!);
                    }

                    Collect(fragment.SelectionSet, spreadIn, conditions, into);
                    break;
            }
        }
    }

    private static GraphQLException TooLarge(string message) => new(new GraphQLError(message, ErrorCodes.LimitExceeded));

    private void Add(FieldNode node, DeferUsage? defer, Conditions conditions, OrderedDictionary<string, CollectedField> fields)
    {
        if (!fields.TryGetValue(node.ResponseName, out var field))
        {
            field = new CollectedField(conditions);
            fields.Add(node.ResponseName, field);
        }

        NeedsKnownVariables |= !field.Conditions.Equals(conditions);
        field.Occurrences.Add(new FieldOccurrence(node, defer));
    }

    private bool Applies(ObjectType type, NamedTypeNode condition) =>
        condition.Name.Value == type.Name
        || (schema.Types.TryGetValue(condition.Name.Value, out var named) && schema.GetPossibleTypes(named).Contains(type));

    private DeferUsage? Enter(ImmutableArray<DirectiveNode> directives, DeferUsage? outer) =>
        inParts && directives.Find("defer") is { } directive && DeliveryCondition.IsMet(directive, known!)
            ? new DeferUsage((directive.Arguments.ValueOf("label") as StringValueNode)?.Value, outer, directive)
            : outer;

    /// <summary>What was collected so far.</summary>
    private sealed class Collection(ObjectType type)
    {
        private HashSet<(string Fragment, Conditions Conditions, DirectiveNode? Defer)>? _visited;

        public ObjectType Type { get; } = type;

        public OrderedDictionary<string, CollectedField> Fields { get; } = new(StringComparer.Ordinal);

        public List<DeferUsage> Usages { get; } = [];

        /// <summary>Whether the fragment counts: once is enough under the same conditions in the same deferred fragment, or where it counts without any.</summary>
        public bool Visit(string fragment, Conditions conditions, DirectiveNode? defer) =>
            !(_visited ??= []).Contains((fragment, Conditions.None, null))
            && (defer is null || !_visited.Contains((fragment, Conditions.None, defer)))
            && _visited.Add((fragment, conditions, defer));
    }
}
