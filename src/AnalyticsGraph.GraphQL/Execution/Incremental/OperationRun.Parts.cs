using AnalyticsGraph.GraphQL.Planning;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>Runs parts of an operation beside others: each stops before steps that may ask a store, until all may start theirs together.</summary>
internal sealed partial class OperationRun
{
    /// <summary>Whether nothing is left to run.</summary>
    public bool IsDone => _level.Count == 0 && _pending.Count == 0;

    /// <summary>Whether it waits for stores.</summary>
    public bool IsWaiting => _pending.Count > 0;

    /// <summary>Completes when the stores have answered, whatever they said.</summary>
    public Task Answers => Task.WhenAll(_pending.Select(pending => pending.Task)).ContinueWith(
        static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    /// <summary>Begins with a part instead of the root.</summary>
    public void BeginPart(RequestContext context) => _context = context;

    /// <summary>Adds fields of objects.</summary>
    /// <param name="objects">The objects, resolved as far as they were needed.</param>
    /// <param name="fields">Fields that were not.</param>
    /// <returns>The objects with these fields alone.</returns>
    public ObjectBatch Add(ObjectBatch objects, DeferredFields fields)
    {
        var view = new ObjectBatch(objects.Type, objects.Count, objects.Source) { Selections = objects.Selections };
        Enter(view, fields.Fields);
        _level.Add(view);
        return view;
    }

    /// <summary>Adds items of lists of a field.</summary>
    public void Add(Column items, PlannedField field)
    {
        Enter(items, field);
        _level.AddRange(_next);
        _next.Clear();
    }

    /// <summary>Starts the steps of the next level, and of those below as long as no step waits; their questions wait for the dispatch.</summary>
    public void StartLevels()
    {
        while (_level.Count > 0 && _pending.Count == 0)
        {
            StartLevel();
        }
    }

    private void StartLevel()
    {
        foreach (var batch in _level)
        {
            var (first, count) = batch.Slots;
            for (var slot = first; slot < first + count; slot++)
            {
                Start(batch, slot);
            }
        }

        if (_pending.Count == 0)
        {
            Descend();
        }
    }

    /// <summary>Takes the stores' answers if they are all there, and goes on as far as no step may ask one.</summary>
    public void TakeAnswersIfThere()
    {
        if (!_pending.TrueForAll(pending => pending.Task.IsCompleted))
        {
            return;
        }

        foreach (var pending in _pending)
        {
            try
            {
                Complete(pending.Batch, pending.Slot, pending.Task.GetAwaiter().GetResult());
            }
            catch (Exception exception)
            {
                Fail(pending.Slot, exception);
            }
        }

        if (_pending.Count > 0)
        {
            _pending.Clear();
            Descend();
        }

        while (_level.Count > 0 && _level.TrueForAll(IsImmediate))
        {
            StartLevel();
        }
    }

    private bool IsImmediate(ObjectBatch batch)
    {
        var (first, count) = batch.Slots;
        foreach (ref var slot in _slots.AsSpan(first, count))
        {
            if (slot.Field.Step is not (null or ImmediateStep))
            {
                return false;
            }
        }

        return true;
    }

    // The first items are objects of their own batch, so that only they are resolved now.
    private Column Split(int slot, ListColumn all, StreamUsage usage, OpenListColumn? open)
    {
        var most = usage.InitialCount(_context.Variables);
        var offsets = new int[all.Offsets.Length];
        var items = new List<int>();
        for (var row = 0; row < all.Count; row++)
        {
            var end = Math.Min(all.Offsets[row + 1], all.Offsets[row] + (long)most);
            for (var item = all.Offsets[row]; item < end; item++)
            {
                items.Add(item);
            }

            offsets[row + 1] = items.Count;
        }

        if ((items.Count == all.Offsets[^1] && open is null) || ChosenRows.Of(all.Items, [.. items]) is not { } first)
        {
            return all;
        }

        _slots[slot].Column = new StreamedListColumn(all, new ListColumn(offsets, first, all.Nulls), open);
        return first;
    }

    private Column Split(int slot, OpenListColumn open, StreamUsage usage)
    {
        var chunk = open.Chunk();
        if (!ColumnCheck.Fits(chunk, _slots[slot].Field.Definition.Type))
        {
            throw new InvalidOperationException($"The open list of {_slots[slot].Field.Definition} yields a chunk of {chunk.Items.GetType().Name}.");
        }

        _slots[slot].Column = chunk;
        return Split(slot, chunk, usage, open.Feed.IsComplete ? null : open);
    }
}
