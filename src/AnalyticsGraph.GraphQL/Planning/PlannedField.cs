using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Planning;

/// <summary>A field of the plan.</summary>
public sealed class PlannedField
{
    /// <summary>Its place in its selection set, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>The key in the response.</summary>
    public required string ResponseName { get; init; }

    /// <summary>The key as it is written: <c>"name":</c> in UTF-8.</summary>
    public required ReadOnlyMemory<byte> NameUtf8 { get; init; }

    /// <summary>The schema's field; <c>__typename</c> included.</summary>
    public required FieldDefinition Definition { get; init; }

    /// <summary>The concrete type it is selected on.</summary>
    public required ObjectType ParentType { get; init; }

    /// <summary>The places in the document, the first one first.</summary>
    public required ImmutableArray<FieldNode> Nodes { get; init; }

    /// <summary>When it is part of the response.</summary>
    public required Inclusion Inclusion { get; init; }

    /// <summary>The deferred fragments it belongs to, the outermost ones; empty if it is selected outside of any too, or if the response comes in one part.</summary>
    public ImmutableArray<DeferUsage> Deferral { get; init; } = [];

    /// <summary>How its items are delivered; null if they come with the list.</summary>
    public StreamUsage? Stream { get; init; }

    /// <summary>Its arguments: constants coerced, variables by name.</summary>
    public required ArgumentPlan Arguments { get; init; }

    /// <summary>Which of the operation's arguments that vary between requests they are; of no meaning for constant ones.</summary>
    internal int ArgumentsIndex { get; init; }

    /// <summary>What is selected on its value, one set for each possible concrete type; empty for a leaf.</summary>
    public ImmutableArray<PlannedSelectionSet> SelectionSets { get; internal set; } = [];

    /// <summary>What runs; null for <c>__typename</c>, which the executor writes itself.</summary>
    public FieldStep? Step { get; internal set; }

    /// <summary>
    /// What is written before the value where it is the first of its object, <c>{"name":</c>, for <c>__typename</c> with the value; padded to a multiple of 16 bytes.
    /// </summary>
    internal byte[] OpeningUtf8 { get; init; } = [];

    /// <summary>Like <see cref="OpeningUtf8"/> where another value precedes: <c>,"name":</c>.</summary>
    internal byte[] FollowingUtf8 { get; init; } = [];

    /// <summary>How many bytes of <see cref="OpeningUtf8"/> and <see cref="FollowingUtf8"/> count.</summary>
    internal int PrefixLength { get; init; }

    /// <summary>Runs its step for all parents.</summary>
    internal ValueTask<Column> RunAsync(ObjectBatch parents, RequestContext request)
    {
        var context = new StepContext(request, this, request.Arguments.Of(this));
        return request.Trace is { } trace ? trace.Begin(this, parents.Count).RunAsync(parents, context) : Step!.ExecuteAsync(parents, context);
    }

    /// <summary>What is selected if the value is an object of that type; null if the type cannot occur.</summary>
    /// <param name="type">A concrete type.</param>
    public PlannedSelectionSet? SelectionsFor(ObjectType type)
    {
        foreach (var set in SelectionSets)
        {
            if (ReferenceEquals(set.Type, type))
            {
                return set;
            }
        }

        return null;
    }
}
