using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Errors;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>
/// Which parts are awaited, which may start, and when one is complete: the work queue of the incremental delivery RFC. A fragment is announced when the one around it was delivered; one
/// without fields of its own is passed over, and those within it take its place; fields that several fragments select are delivered with the first one.
/// </summary>
internal sealed class DeliveryGraph
{
    private readonly HashSet<DeliveredPart> _open = [];
    private readonly List<DeferredTask> _toStart = [];

    /// <summary>Whether nothing more will be delivered.</summary>
    public bool IsDone => _open.Count == 0;

    /// <summary>What was announced and is not complete.</summary>
    public IEnumerable<DeliveredPart> Open => _open;

    /// <summary>The lists of which more items may be read.</summary>
    public IEnumerable<StreamedRest> Streams => _open.OfType<StreamedRest>();

    /// <summary>Fields whose turn has come since this was last asked.</summary>
    public List<DeferredTask> TakeStarted()
    {
        List<DeferredTask> started = [.. _toStart.Where(task => task.Fragments.Any(fragment => fragment.IsOpen))];
        _toStart.Clear();
        return started;
    }

    /// <summary>Takes in what the first part of the response, or an item of a list, left for later.</summary>
    public void Begin(DeliveryWork work, DeliveryPayload payload)
    {
        var fragments = Add(work, null);
        Release(Prune(fragments), work.Streams, payload);
    }

    /// <summary>The fields are there; if they were the last of a fragment, it is delivered.</summary>
    public void Succeed(DeferredTask task, byte[] data, ImmutableArray<GraphQLError> errors, DeliveryWork work, DeliveryPayload payload)
    {
        (task.Data, task.Errors) = (data, errors);
        if (!task.Fragments.Any(fragment => fragment.IsOpen))
        {
            return;
        }

        Add(work, task);
        foreach (var fragment in task.Fragments)
        {
            if (fragment.IsOpen)
            {
                fragment.PendingTasks--;
                FinishIfComplete(fragment, payload);
            }
        }
    }

    /// <summary>The fields have an error that leaves nothing of their object: the fragments are complete without them.</summary>
    public void Fail(DeferredTask task, ImmutableArray<GraphQLError> errors, DeliveryPayload payload)
    {
        task.Failure = errors;
        foreach (var fragment in task.Fragments)
        {
            FinishIfComplete(fragment, payload);
        }
    }

    /// <summary>The list has no more items, or one with an error that leaves nothing of it.</summary>
    public void Finish(StreamedRest stream, ImmutableArray<GraphQLError> errors, DeliveryPayload payload)
    {
        _open.Remove(stream);
        payload.Complete(stream, errors);
    }

    private List<DeferredFragment> Add(DeliveryWork work, DeferredTask? parent)
    {
        var roots = new List<DeferredFragment>();
        foreach (var fragment in work.Fragments)
        {
            if (fragment.Parent is null)
            {
                fragment.IsOpen = true;
                roots.Add(fragment);
            }
            else if (fragment.Parent.IsOpen)
            {
                fragment.IsOpen = true;
                fragment.Parent.Children.Add(fragment);
            }
        }

        foreach (var task in work.Tasks)
        {
            foreach (var fragment in task.Fragments)
            {
                if (fragment.IsOpen)
                {
                    fragment.Tasks.Add(task);
                    fragment.PendingTasks++;
                    if (fragment.IsReleased)
                    {
                        Start(task);
                    }
                }
            }
        }

        parent?.Streams.AddRange(work.Streams);
        return roots;
    }

    private static List<DeferredFragment> Prune(IEnumerable<DeferredFragment> fragments)
    {
        var kept = new List<DeferredFragment>();
        foreach (var fragment in fragments)
        {
            if (fragment.Tasks.Count > 0)
            {
                kept.Add(fragment);
                continue;
            }

            fragment.IsOpen = false;
            kept.AddRange(Prune(fragment.Children));
        }

        return kept;
    }

    private void Release(List<DeferredFragment> fragments, List<StreamedRest> streams, DeliveryPayload payload)
    {
        foreach (var fragment in fragments)
        {
            fragment.IsReleased = true;
            _open.Add(fragment);
            payload.Announce(fragment);
            fragment.Tasks.ForEach(Start);
        }

        foreach (var stream in streams)
        {
            _open.Add(stream);
            payload.Announce(stream);
        }

        // One may be complete already: another fragment had all its fields.
        foreach (var fragment in fragments)
        {
            FinishIfComplete(fragment, payload);
        }
    }

    private void Start(DeferredTask task)
    {
        if (!task.IsStarted)
        {
            task.IsStarted = true;
            _toStart.Add(task);
        }
    }

    private void FinishIfComplete(DeferredFragment fragment, DeliveryPayload payload)
    {
        if (fragment is not { IsOpen: true, IsReleased: true })
        {
            return;
        }

        if (fragment.Tasks.Find(task => task.Failure is not null) is { Failure: { } failure })
        {
            Remove(fragment);
            payload.Complete(fragment, failure);
            return;
        }

        if (fragment.PendingTasks > 0)
        {
            return;
        }

        _open.Remove(fragment);
        var streams = new List<StreamedRest>();
        foreach (var task in fragment.Tasks)
        {
            payload.Deliver(fragment, task);
            streams.AddRange(task.Streams);
            foreach (var other in task.Fragments)
            {
                if (other != fragment)
                {
                    other.Tasks.Remove(task);
                }
            }
        }

        fragment.IsOpen = false;
        payload.Complete(fragment, []);
        Release(Prune(fragment.Children), streams, payload);
    }

    private void Remove(DeferredFragment fragment)
    {
        fragment.IsOpen = false;
        _open.Remove(fragment);
        fragment.Children.ForEach(Remove);
    }
}
