using System.Collections.Immutable;
using System.Text;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Planning;

/// <summary>Plans one operation of a valid document.</summary>
internal sealed class OperationPlanner
{
    // Operations of ordinary make look at one to three selections for each field of their plan.
    private const int StepsPerField = 10;

    private readonly ExecutableSchema _schema;
    private readonly PlanLimits _limits;
    private readonly Dictionary<string, FragmentDefinitionNode> _fragments;
    private readonly FieldCollector _collector;
    private readonly IReadOnlyDictionary<string, object?>? _knownForParts;
    private int _fields;
    private int _varyingArguments;
    private bool _isImmediate = true;

    private OperationPlanner(ExecutableSchema schema, DocumentNode document, PlanLimits limits, IReadOnlyDictionary<string, object?>? known, bool inParts)
    {
        _schema = schema;
        _knownForParts = inParts ? known : null;
        _limits = limits;
        _fragments = document.Definitions.OfType<FragmentDefinitionNode>().ToDictionary(fragment => fragment.Name.Value, StringComparer.Ordinal);
        _collector = new FieldCollector(schema.Schema, _fragments, known, inParts, (int)Math.Min(int.MaxValue, (long)limits.MaxFields * StepsPerField));
    }

    /// <summary>Plans an operation.</summary>
    /// <param name="schema">The schema with its resolvers.</param>
    /// <param name="document">A document that passed validation.</param>
    /// <param name="operation">One of its operations.</param>
    /// <param name="limits">How large the plan may become.</param>
    /// <param name="known">Values of the condition variables, if the plan shall be for these alone.</param>
    /// <param name="inParts">Whether <c>@defer</c> and <c>@stream</c> count; <paramref name="known"/> must be there then.</param>
    /// <exception cref="GraphQLException">The plan outgrows its limits.</exception>
    public static PlanningResult Plan(
        ExecutableSchema schema,
        DocumentNode document,
        OperationDefinitionNode operation,
        PlanLimits limits,
        IReadOnlyDictionary<string, object?>? known = null,
        bool inParts = false)
    {
        var planner = new OperationPlanner(schema, document, limits, known, inParts);
        var rootType = operation.Operation switch
        {
            OperationType.Query => schema.Schema.Query,
            OperationType.Mutation => schema.Schema.Mutation,
            _ => schema.Schema.Subscription,
        };
        if (rootType is null)
        {
            throw new GraphQLException(new GraphQLError($"Schema is not configured to execute {operation.Operation.ToString().ToLowerInvariant()} operation.", ErrorCodes.Validation)
            {
                Locations = [operation.Location],
            });
        }

        var root = planner.PlanSelections(rootType, [(operation.SelectionSet, null)], [], 1);
        var variables = ConditionVariables.Of(operation, planner._fragments);
        if (planner._collector.NeedsKnownVariables)
        {
            return new PlanningResult(null, variables);
        }

        planner.Bind(root, null);
        return new PlanningResult(new OperationPlan(operation, root, planner._isImmediate) { InParts = inParts, FieldCount = planner._fields, VaryingArguments = planner._varyingArguments }, variables);
    }

    // Fields that belong to the same deferred fragments as the object (to none, mostly) come with it.
    private PlannedSelectionSet PlanSelections(ObjectType type, IEnumerable<(SelectionSetNode Set, DeferUsage? Defer)> sets, ImmutableArray<DeferUsage> with, int depth)
    {
        if (depth > _limits.MaxDepth)
        {
            throw PlanLimits.Exceeded($"The operation nests more than {_limits.MaxDepth} levels of fields.");
        }

        var (collected, usages) = _collector.Collect(type, sets);
        if (_collector.NeedsKnownVariables)
        {
            return new PlannedSelectionSet(type, [], [], []);
        }

        _fields += collected.Count;
        if (_fields > _limits.MaxFields)
        {
            throw PlanLimits.Exceeded($"The operation selects more than {_limits.MaxFields} fields, counted for every possible type.");
        }

        var fields = ImmutableArray.CreateBuilder<PlannedField>(collected.Count);
        foreach (var (responseName, field) in collected)
        {
            fields.Add(PlanField(type, responseName, field, with, fields.Count, depth));
            if (_collector.NeedsKnownVariables)
            {
                return new PlannedSelectionSet(type, [], [], []);
            }
        }

        return new PlannedSelectionSet(type, fields.MoveToImmutable(), with, [.. usages]);
    }

    private PlannedField PlanField(ObjectType type, string responseName, CollectedField collected, ImmutableArray<DeferUsage> with, int index, int depth)
    {
        var occurrences = collected.Occurrences.Count == 1 ? collected.Occurrences : collected.Occurrences.Distinct().ToList();
        var deferral = DeferralOf(occurrences, with);
        var first = occurrences[0].Node;
        var definition = _schema.Schema.FindField(type, first.Name.Value)
            ?? throw new InvalidOperationException($"{type.Name} has no field {first.Name.Value}: the document was not validated.");
        var following = Prefix(responseName, definition.Name == "__typename" ? type.Name : null, out var length);
        byte[] opening = [(byte)'{', .. following.AsSpan(1)];
        var arguments = ArgumentPlanner.Plan(definition, first);
        return new PlannedField
        {
            Index = index,
            ResponseName = responseName,
            NameUtf8 = following.AsMemory(1, responseName.Length + 3),
            OpeningUtf8 = opening,
            FollowingUtf8 = following,
            PrefixLength = length,
            Definition = definition,
            ParentType = type,
            Nodes = occurrences.Count == 1 ? [first] : [.. occurrences.Select(occurrence => occurrence.Node).Distinct()],
            Inclusion = collected.Conditions.All.IsEmpty ? Inclusion.Always : new Inclusion([collected.Conditions.All]),
            Deferral = deferral,
            Stream = StreamOf(first, definition),
            Arguments = arguments,
            ArgumentsIndex = arguments.Constant is null ? _varyingArguments++ : 0,
            SelectionSets = definition.Type.IsLeaf ? [] : PlanSubselections(definition.Type.Named, occurrences, deferral, depth),
        };
    }

    private ImmutableArray<PlannedSelectionSet> PlanSubselections(NamedType type, List<FieldOccurrence> occurrences, ImmutableArray<DeferUsage> with, int depth)
    {
        var sets = occurrences.Where(occurrence => occurrence.Node.SelectionSet is not null)
            .Select(occurrence => (occurrence.Node.SelectionSet!, occurrence.Defer)).ToList();
        return [.. _schema.Schema.GetPossibleTypes(type).Select(possible => PlanSelections(possible, sets, with, depth + 1))];
    }

    // Parents before children: a step may leave for the steps below it what they read from (a row layout).
    private void Bind(PlannedSelectionSet set, object? parentContext)
    {
        foreach (var field in set.Fields)
        {
            if (field.Definition.Name == "__typename")
            {
                continue;
            }

            try
            {
                field.Step = _schema.GetResolver(field.Definition)
                    .Bind(new FieldBinding(field, _schema.Schema, parentContext) { ClrTypes = _schema.ClrTypes });
            }
            catch (GraphQLException exception)
            {
                // Nothing below it will ever run.
                field.Step = new FailingStep(exception);
                continue;
            }

            _isImmediate &= field.Step is ImmediateStep;
            foreach (var selections in field.SelectionSets)
            {
                Bind(selections, field.Step.ChildContext);
            }
        }
    }

    // Names of a document are ASCII.
    private static byte[] Prefix(string name, string? value, out int length)
    {
        length = name.Length + 4 + (value is null ? 0 : value.Length + 2);
        var bytes = new byte[(length + 15) / 16 * 16];
        var at = WriteQuoted(bytes, 1, name);
        (bytes[0], bytes[at++]) = ((byte)',', (byte)':');
        if (value is not null)
        {
            WriteQuoted(bytes, at, value);
        }

        return bytes;
    }

    private static int WriteQuoted(byte[] bytes, int at, string name)
    {
        bytes[at++] = (byte)'"';
        at += Encoding.ASCII.GetBytes(name, 0, name.Length, bytes, at);
        bytes[at++] = (byte)'"';
        return at;
    }

    // The outermost deferred fragments that select the field; none if it is selected outside of any. A fragment is collected once for each @defer around it: where that @defer is reached in several
    // ways, the object has several fragments of it, and what one of them selects all do.
    private static ImmutableArray<DeferUsage> DeferralOf(List<FieldOccurrence> occurrences, ImmutableArray<DeferUsage> with)
    {
        if (occurrences.Exists(occurrence => occurrence.Defer is null))
        {
            return [];
        }

        var usages = occurrences.Select(occurrence => occurrence.Defer!).Distinct().ToList();
        List<DeferUsage> outermost = [.. usages.Where(usage => !usages.Exists(usage.IsWithin))];
        if (with.Length > 1 && outermost.Count < with.Length)
        {
            var directives = outermost.Where(with.Contains).Select(usage => usage.Directive).ToHashSet();
            outermost.AddRange(with.Where(usage => directives.Contains(usage.Directive) && !outermost.Contains(usage)).ToList());
        }

        return [.. outermost];
    }

    private StreamUsage? StreamOf(FieldNode node, FieldDefinition definition) =>
        _knownForParts is not null && definition.Type.Nullable is ListType && node.Directives.Find("stream") is { } directive && DeliveryCondition.IsMet(directive, _knownForParts)
            ? new StreamUsage(directive)
            : null;

    private sealed class FailingStep(GraphQLException exception) : ImmediateStep
    {
        public override Column Execute(ObjectBatch parents) => throw new GraphQLException(exception.Error, exception);
    }
}
