using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Planning;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>Fields of one object that are delivered later, once for all fragments that select them.</summary>
/// <param name="batch">The objects.</param>
/// <param name="row">The object.</param>
/// <param name="path">Where it stands.</param>
/// <param name="fields">What is selected.</param>
/// <param name="fragments">The fragments that select them.</param>
/// <param name="scope">The fragments around.</param>
internal sealed class DeferredTask(ObjectBatch batch, int row, object[] path, DeferredFields fields, ImmutableArray<DeferredFragment> fragments, FragmentScope? scope)
{
    public ObjectBatch Batch { get; } = batch;

    public int Row { get; } = row;

    public object[] Path { get; } = path;

    public DeferredFields Fields { get; } = fields;

    public ImmutableArray<DeferredFragment> Fragments { get; } = fragments;

    public FragmentScope? Scope { get; } = scope;

    /// <summary>Where it was found: how much was written before it.</summary>
    public int WrittenAt { get; init; }

    public bool IsStarted { get; set; }

    /// <summary>The object's fields as JSON once they are there.</summary>
    public byte[]? Data { get; set; }

    public ImmutableArray<GraphQLError> Errors { get; set; } = [];

    /// <summary>Why nothing of the object is left; null if that is not so.</summary>
    public ImmutableArray<GraphQLError>? Failure { get; set; }

    /// <summary>The lists among the fields whose rest is delivered later.</summary>
    public List<StreamedRest> Streams { get; } = [];
}
