using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Planning;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>
/// Runs the steps of one operation level by level: all fields of all batches of a level are started, the stores' questions are dispatched together, all answers are awaited; the
/// objects they hold are the next level. As long as steps complete at once, nothing is allocated but what they return. Reused by later requests.
/// </summary>
internal sealed partial class OperationRun
{
    // A run that once held a huge result does not keep its arrays for ever.
    private const int MostSlotsKept = 4096;

    private readonly List<PendingField> _pending = [];
    private List<ObjectBatch> _level = [];
    private List<ObjectBatch> _next = [];
    private FieldSlot[] _slots = new FieldSlot[64];
    private int _slotCount;
    private RequestContext _context = null!;

    public OperationRun(GraphQLExecutorOptions options) => (Options, Writer) = (options, new DataWriter(this));

    public GraphQLExecutorOptions Options { get; }

    /// <summary>Writes the columns when they are there.</summary>
    public DataWriter Writer { get; }

    /// <summary>The fields of all batches; a batch knows its own by <see cref="ObjectBatch.Slots"/>.</summary>
    public FieldSlot[] Slots => _slots;

    /// <summary>Begins an operation.</summary>
    /// <param name="plan">Its plan.</param>
    /// <param name="context">The request.</param>
    /// <param name="source">The root object's source: an event of a subscription; null where there is none.</param>
    /// <returns>The root object.</returns>
    public ObjectBatch Begin(OperationPlan plan, RequestContext context, object? source)
    {
        _context = context;
        var root = new ObjectBatch(plan.Root.Type, 1, source ?? RootSource.Instance);
        Enter(root, plan.Root);
        return root;
    }

    /// <summary>Runs the fields of a batch and everything below them until a step has to wait.</summary>
    /// <returns>Whether all is done; else <see cref="FinishAsync"/> does the rest.</returns>
    public bool Run(ObjectBatch root)
    {
        _level.Add(root);
        return RunLevels();
    }

    /// <summary>Does what <see cref="Run"/> left, as soon as the stores have answered.</summary>
    /// <exception cref="OperationCanceledException">The request was cancelled or is out of time.</exception>
    public async ValueTask FinishAsync()
    {
        do
        {
            foreach (var pending in _pending)
            {
                await CompleteAsync(pending).ConfigureAwait(false);
            }

            _pending.Clear();
            Descend();
        }
        while (!RunLevels());
    }

    /// <summary>Whether the run can serve another request: nobody may still hold parts of it.</summary>
    public bool Reset()
    {
        _level.Clear();
        _next.Clear();
        _pending.Clear();
        Writer.Forget();
        if (_slots.Length > MostSlotsKept)
        {
            return false;
        }

        _slots.AsSpan(0, _slotCount).Clear();
        _slotCount = 0;
        _context = null!;
        return true;
    }

    private bool RunLevels()
    {
        while (_level.Count > 0)
        {
            _context.CancellationToken.ThrowIfCancellationRequested();
            foreach (var batch in _level)
            {
                var (first, count) = batch.Slots;
                for (var slot = first; slot < first + count; slot++)
                {
                    Start(batch, slot);
                }
            }

            Dispatch();
            if (_pending.Count > 0)
            {
                return false;
            }

            Descend();
        }

        return true;
    }

    private void Start(ObjectBatch batch, int slot)
    {
        var field = _slots[slot].Field;
        try
        {
            switch (field.Step)
            {
                case null:
                    break;
                case ImmediateStep step:
                    Complete(batch, slot, step.Execute(batch));
                    break;
                default:
                    var task = batch.Foreseen?.Find(field) is { } begun ? new ValueTask<Column>(begun) : field.RunAsync(batch, _context);
                    if (task.IsCompletedSuccessfully)
                    {
                        Complete(batch, slot, task.Result);
                    }
                    else
                    {
                        _pending.Add(new PendingField(batch, slot, task.AsTask()));
                    }

                    break;
            }
        }
        catch (OperationCanceledException) when (_context.CancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception exception)
        {
            Fail(slot, exception);
        }
    }

    private void Dispatch()
    {
        // By index: one that dispatches may bring a later one along.
        for (var i = 0; i < _context.DispatcherList.Count; i++)
        {
            if (_context.DispatcherList[i] is { HasPending: true } dispatcher)
            {
                dispatcher.Dispatch(_context.CancellationToken);
            }
        }
    }

    private async ValueTask CompleteAsync(PendingField pending)
    {
        try
        {
            var task = pending.Task;
            var column = task.IsCompleted
                ? await task.ConfigureAwait(false)
                : await task.WaitAsync(_context.CancellationToken).ConfigureAwait(false);
            Complete(pending.Batch, pending.Slot, column);
        }
        catch (OperationCanceledException) when (_context.CancellationToken.IsCancellationRequested)
        {
            await WaitForStepsToEndAsync().ConfigureAwait(false);
            throw;
        }
        catch (Exception exception)
        {
            Fail(pending.Slot, exception);
        }
    }

    // Steps may hold a store's session, which is disposed with the request: they get a moment to notice the cancellation. What they yield or throw has no reader any more.
    private async Task WaitForStepsToEndAsync()
    {
        var tasks = Task.WhenAll(_pending.Where(pending => !pending.Task.IsCompleted).Select(pending => pending.Task));
        await Task.WhenAny(tasks, Task.Delay(Options.CancellationGrace)).ConfigureAwait(false);
    }

    private void Complete(ObjectBatch batch, int at, Column column)
    {
        ref var slot = ref _slots[at];
        var definition = slot.Field.Definition;
        if (column.Count != batch.Count || !ColumnCheck.Fits(column, definition.Type))
        {
            throw new InvalidOperationException(
                $"The step of {slot.Field.ParentType.Name}.{definition.Name}: {definition.Type} yielded a {column.GetType().Name} of {column.Count} rows for {batch.Count} parents.");
        }

        slot.Column = column;
        slot.Kind = ColumnCheck.Classify(column, definition.Type);
    }

    private void Fail(int at, Exception exception)
    {
        ref var slot = ref _slots[at];
        slot.Kind = SlotKind.Failed;
        slot.Column = null;
        slot.Failure = Failure.ToError(exception, $"{slot.Field.ParentType.Name}.{slot.Field.Definition.Name}", Options);
    }

    // The objects in the columns of this level are the next one.
    private void Descend()
    {
        foreach (var batch in _level)
        {
            var (first, count) = batch.Slots;
            for (var slot = first; slot < first + count; slot++)
            {
                if (_slots[slot] is { Kind: SlotKind.General, Column: { } column, Field: { } field })
                {
                    try
                    {
                        Enter(
                            (field.Stream, column) switch
                            {
                                ({ } usage, ListColumn list) => Split(slot, list, usage, null),
                                ({ } usage, OpenListColumn open) => Split(slot, open, usage),
                                (null, OpenListColumn) => throw new InvalidOperationException($"The step of {field.Definition} yields an open list, but the field does not stream."),
                                _ => column,
                            },
                            field);
                    }
                    catch (Exception fault) when (fault is InvalidOperationException or GraphQLException)
                    {
                        Fail(slot, fault);
                    }
                }
            }
        }

        (_level, _next) = (_next, _level);
        _next.Clear();
    }

    private void Enter(Column column, PlannedField field)
    {
        switch (column)
        {
            case ObjectColumn to:
                Enter(to.Objects, field);
                break;
            case AbstractColumn to:
                foreach (var objects in to.Batches)
                {
                    Enter(objects, field);
                }

                break;
            case ListColumn list:
                Enter(list.Items, field);
                break;
        }
    }

    private void Enter(ObjectBatch batch, PlannedField field)
    {
        if (batch.Count == 0)
        {
            return;
        }

        if (batch.Selections is not null)
        {
            throw new InvalidOperationException($"The step of {field.Definition} returned a batch that another column holds already; a batch belongs to one column.");
        }

        Enter(batch, field.SelectionsFor(batch.Type)
            ?? throw new InvalidOperationException($"The step of {field.Definition}: {field.Definition.Type} returned objects of {batch.Type.Name}."));
        _next.Add(batch);
    }

    private void Enter(ObjectBatch batch, PlannedSelectionSet selections)
    {
        batch.Selections = selections;
        Enter(batch, selections.Immediate);
    }

    private void Enter(ObjectBatch batch, ImmutableArray<PlannedField> fields)
    {
        var first = _slotCount;
        if (first + fields.Length > _slots.Length)
        {
            Array.Resize(ref _slots, Math.Max(2 * _slots.Length, first + fields.Length));
        }

        var hasConditions = batch.Selections.HasConditions;
        foreach (var field in fields)
        {
            if (!hasConditions || field.Inclusion.IsMet(_context.Variables))
            {
                ref var slot = ref _slots[_slotCount];
                slot.Field = field;
                slot.Kind = SlotKind.Constant;
                slot.Prefix = _slotCount == first ? field.OpeningUtf8 : field.FollowingUtf8;
                _slotCount++;
            }
        }

        batch.Slots = (first, _slotCount - first);
    }

    private sealed class RootSource
    {
        public static RootSource Instance { get; } = new();
    }
}
