using System.Runtime.CompilerServices;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>Writes responses that come in parts: notes what is left for later where it stands, and writes the parts.</summary>
internal sealed partial class DataWriter
{
    private DeliveryWork? _work;
    private FragmentScope? _scope;
    private object[] _prefix = [];

    /// <summary>What was found that is to be delivered later; null if all is one part.</summary>
    public DeliveryWork? Work => _work;

    /// <summary>Writes the deferred fields of an object.</summary>
    /// <param name="task">The fields.</param>
    /// <param name="fields">The object's batch with their columns.</param>
    /// <returns>False if an error leaves nothing of them.</returns>
    public bool WriteDeferred(DeferredTask task, ObjectBatch fields)
    {
        (_prefix, _scope, _depth) = (task.Path, task.Scope, 0);
        return WriteWholeObject(fields, task.Row);
    }

    /// <summary>Writes an item of a list whose first ones were delivered.</summary>
    /// <param name="stream">The list; its index is the item's.</param>
    /// <param name="items">A column that has the item.</param>
    /// <param name="row">The item's row.</param>
    /// <returns>False if the item must not be null but is.</returns>
    public bool WriteItem(StreamedRest stream, Column items, int row)
    {
        (_prefix, _scope, _depth) = (stream.Path[..^1], null, 0);
        Push(stream.Field, 0);
        Push(null, stream.Index);
        return WriteValue(((ListType)stream.Field.Definition.Type.Nullable).ItemType, items, row);
    }

    private bool WriteObjectInParts(ObjectBatch batch, int row)
    {
        var selections = batch.Selections;
        var outer = _scope;
        object[] path = [.. CurrentPath()];
        if (!selections.Usages.IsEmpty)
        {
            _scope = new FragmentScope(outer);
            foreach (var usage in selections.Usages)
            {
                // In an item of a list that streams nothing is around: what is deferred around the list was delivered before.
                var fragment = new DeferredFragment(usage.Label, path, usage.Parent is null ? null : _scope.Find(usage.Parent)) { WrittenAt = _writer.Length };
                _scope.Add(usage, fragment);
                _work!.Fragments.Add(fragment);
            }
        }

        foreach (var fields in selections.Deferred)
        {
            _work!.Tasks.Add(new DeferredTask(batch, row, path, fields, [.. fields.Usages.Select(usage => _scope?.Find(usage)).OfType<DeferredFragment>()], _scope)
            {
                WrittenAt = _writer.Length,
            });
        }

        var written = WriteWholeObject(batch, row);
        _scope = outer;
        return written;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool WriteWholeObject(ObjectBatch batch, int row)
    {
        if (batch.Slots.Count == 0)
        {
            _writer.WriteRaw("{}"u8);
            return true;
        }

        if (!WriteFields(batch, row))
        {
            return false;
        }

        _writer.WriteByte((byte)'}');
        return true;
    }

    private bool WriteFirstItems(GraphQLType itemType, StreamedListColumn list, int row)
    {
        if (!WriteList(itemType, list.First, row))
        {
            return false;
        }

        var (start, end) = (list.All.Offsets[row], list.All.Offsets[row + 1]);
        var first = list.First.Offsets[row + 1] - list.First.Offsets[row];
        if (start + first < end || list.Open is not null)
        {
            _work!.Streams.Add(new StreamedRest(CurrentField(), [.. CurrentPath()], list.All, start + first, end, first) { Open = list.Open, WrittenAt = _writer.Length });
        }

        return true;
    }
}
