using System.Runtime.CompilerServices;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Planning;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>
/// Writes the columns of a finished run as the response's <c>data</c>, depth first in response order: the order in which errors are told. A value that may not be null but is
/// (section 6.4.4) makes every writing method up to the nearest nullable place return false; there the bytes written since are taken back.
/// </summary>
internal sealed partial class DataWriter(OperationRun run)
{
    private PlannedField?[] _path = new PlannedField?[16];
    private int[] _indices = new int[16];
    private int _depth;
    private ResponseWriter _writer = null!;
    private ErrorCollection _errors = null!;

    /// <summary>Begins a response.</summary>
    /// <param name="to">Where to write.</param>
    /// <param name="collection">Where errors go.</param>
    /// <param name="work">Where parts go that are delivered later; null if all is one part.</param>
    public void Begin(ResponseWriter to, ErrorCollection collection, DeliveryWork? work = null) =>
        (_writer, _errors, _work, _scope, _prefix, _depth) = (to, collection, work, null, [], 0);

    /// <summary>Lets go of the response: a run that is kept for others must not hold its columns.</summary>
    public void Forget() => (_writer, _errors, _work, _scope, _prefix) = (null!, null!, null, null, []);

    /// <summary>Writes an object.</summary>
    /// <returns>False if the object must be null; what was written of it is to be taken back.</returns>
    public bool WriteObject(ObjectBatch batch, int row)
    {
        if (_work is not null && batch.Selections.HasParts)
        {
            return WriteObjectInParts(batch, row);
        }

        return WriteWholeObject(batch, row);
    }

    /// <summary>Writes the fields of an object, without the brace at its end.</summary>
    public bool WriteFields(ObjectBatch batch, int row)
    {
        // A column of the kind Leaf or NullableLeaf is a LeafColumn: it was classified by that.
        var (first, count) = batch.Slots;
        foreach (ref var slot in run.Slots.AsSpan(first, count))
        {
            _writer.WritePadded(slot.Prefix, slot.Field.PrefixLength);
            switch (slot.Kind)
            {
                case SlotKind.Constant:
                    break;
                case SlotKind.Leaf:
                    Unsafe.As<LeafColumn>(slot.Column!).Write(row, _writer);
                    break;
                case SlotKind.NullableLeaf when slot.Column!.IsNull(row):
                    _writer.WriteNull();
                    break;
                case SlotKind.NullableLeaf:
                    Unsafe.As<LeafColumn>(slot.Column!).Write(row, _writer);
                    break;
                default:
                    if (!WriteField(ref slot, row))
                    {
                        return false;
                    }

                    break;
            }
        }

        return true;
    }

    /// <summary>Writes the value of a field; its name stands already.</summary>
    /// <returns>False if the object it belongs to must be null.</returns>
    public bool WriteField(ref readonly FieldSlot slot, int row)
    {
        var depth = _depth;
        Push(slot.Field, 0);
        var type = slot.Field.Definition.Type;
        var written = slot.Kind == SlotKind.Failed ? WriteError(slot.Failure!, type) : WriteValue(type, slot.Column!, row);
        _depth = depth;
        return written;
    }

    private bool WriteValue(GraphQLType type, Column column, int row)
    {
        if (column.Errors is { } rowErrors && rowErrors.TryGetValue(row, out var error))
        {
            return WriteError(error.Code == ErrorCodes.Internal && !_errors.IsFull ? Logged(error) : error, type);
        }

        if (column.MayHaveNulls && column.IsNull(row))
        {
            return WriteNull(type);
        }

        var start = _writer.Length;
        var depth = _depth;
        if (WritePresent(type.Nullable, column, row))
        {
            return true;
        }

        _depth = depth;
        _work?.Truncate(start);
        _writer.Truncate(start);
        if (type is NonNullType)
        {
            return false;
        }

        _writer.WriteNull();
        return true;
    }

    private bool WritePresent(GraphQLType type, Column column, int row)
    {
        switch (column)
        {
            case ObjectColumn to:
                return WriteObject(to.Objects, to.Rows is null ? row : to.Rows[row]);
            case ListColumn list:
                return WriteList(((ListType)type).ItemType, list, row);
            case AbstractColumn to:
                return WriteObject(to.Batches[to.BatchOf[row]], to.RowOf[row]);
            case StreamedListColumn list:
                return WriteFirstItems(((ListType)type).ItemType, list, row);
            default:
                ((LeafColumn)column).Write(row, _writer);
                return true;
        }
    }

    private bool WriteList(GraphQLType itemType, ListColumn list, int row)
    {
        var (start, end) = (list.Offsets[row], list.Offsets[row + 1]);
        _writer.WriteByte((byte)'[');
        if (list.Items is LeafColumn { Errors: null } leaf && (!leaf.MayHaveNulls || itemType is not NonNullType))
        {
            if (!_writer.TryLeave(leaf, start, end))
            {
                leaf.WriteRange(start, end, _writer);
            }
        }
        else
        {
            Push(null, 0);
            for (var item = start; item < end; item++)
            {
                if (item > start)
                {
                    _writer.WriteByte((byte)',');
                }

                _indices[_depth - 1] = item - start;
                if (!WriteValue(itemType, list.Items, item))
                {
                    return false;
                }
            }

            _depth--;
        }

        _writer.WriteByte((byte)']');
        return true;
    }

    private bool WriteNull(GraphQLType type)
    {
        if (type is not NonNullType)
        {
            _writer.WriteNull();
            return true;
        }

        var field = CurrentField();
        return WriteError(new GraphQLError($"Cannot return null for non-nullable field {field.ParentType.Name}.{field.Definition.Name}.", ErrorCodes.NonNullViolation), type);
    }

    private bool WriteError(GraphQLError error, GraphQLType type)
    {
        if (_errors.IsFull)
        {
            _errors.LeaveOut();
        }
        else
        {
            _errors.Add(error with
            {
                Path = error.Path.IsDefault ? [.. CurrentPath()] : error.Path,
                Locations = error.Locations.IsDefaultOrEmpty ? [.. CurrentField().Nodes.Select(node => node.Location)] : error.Locations,
            });
        }

        if (type is NonNullType)
        {
            return false;
        }

        _writer.WriteNull();
        return true;
    }

    // What a step says of one row is told as it is, but a fault of the server's goes to its log, too.
    private GraphQLError Logged(GraphQLError error)
    {
        var field = CurrentField();
        return Failure.ToError(new GraphQLException(error), $"{field.ParentType.Name}.{field.Definition.Name}", run.Options);
    }

    // A field, or null for a place in the list above it.
    private void Push(PlannedField? field, int index)
    {
        if (_depth == _path.Length)
        {
            Array.Resize(ref _path, 2 * _depth);
            Array.Resize(ref _indices, 2 * _depth);
        }

        _path[_depth] = field;
        _indices[_depth++] = index;
    }

    private PlannedField CurrentField()
    {
        var at = _depth - 1;
        while (_path[at] is null)
        {
            at--;
        }

        return _path[at]!;
    }

    private IEnumerable<object> CurrentPath()
    {
        foreach (var key in _prefix)
        {
            yield return key;
        }

        for (var at = 0; at < _depth; at++)
        {
            yield return _path[at] is { } field ? field.ResponseName : _indices[at];
        }
    }
}
