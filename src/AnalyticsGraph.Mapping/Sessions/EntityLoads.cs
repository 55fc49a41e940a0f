using System.Collections.Immutable;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Rows;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Mapping.Sessions;

/// <summary>
/// Reads single rows by key for a whole request: fields of a level that want rows of one table by the same columns share a statement with the union of their keys and
/// columns, and rows that an earlier level has read with all the columns wanted are not asked for again.
/// </summary>
internal sealed class EntityLoads(StoreSession session)
{
    private readonly List<EntityGroup> _pending = [];
    private readonly List<KnownRows> _known = [];

    public bool HasPending => _pending.Count > 0;

    /// <summary>Makes rows that another statement has read available by their table's key.</summary>
    public void Remember(RowSet rows) => _known.Add(new KnownRows(rows.Layout.Table.Key, "", rows));

    /// <summary>Finds one row for each key.</summary>
    /// <param name="target">Which table, by which columns.</param>
    /// <param name="layout">What is wanted of the rows.</param>
    /// <param name="keys">The keys.</param>
    /// <returns>The rows that exist, and for each slot of the keys its row or -1.</returns>
    public Task<EntityRows> Load(EntityTarget target, RowLayout layout, KeySet keys)
    {
        foreach (var known in _known)
        {
            if (known.Matches(target, layout) && known.TryFind(keys, layout) is { } found)
            {
                return Task.FromResult(found);
            }
        }

        var group = _pending.Find(pending => pending.Target == target);
        if (group is null)
        {
            _pending.Add(group = new EntityGroup(target));
        }

        var request = new EntityRequest(layout, keys);
        group.Requests.Add(request);
        return request.Answer.Task;
    }

    /// <summary>Registers one question for each group of requests.</summary>
    public void AskPending()
    {
        foreach (var group in _pending)
        {
            _ = AnswerAsync(group);
        }

        _pending.Clear();
    }

    private async Task AnswerAsync(EntityGroup group)
    {
        try
        {
            var layout = group.UnionLayout();
            var keys = KeySet.Union([.. group.Requests.Select(request => request.Keys)]);
            var statement = EntityStatement.Compose(session.NewScope(), group.Target, layout, keys);
            var result = await session.Ask(new StoreQuestion(statement, EntityStatement.ShapesOf(group.Target, layout)) { Expected = keys.Count }).ConfigureAwait(false);
            var known = new KnownRows(group.Target.Columns, group.Target.Narrowing, new RowSet(layout, result.Values[..layout.Items.Length], result.Count))
            {
                KeyValues = group.Target.IsThroughLink ? result.Values[layout.Items.Length..] : null,
                Asked = keys,
            };
            _known.Add(known);
            foreach (var request in group.Requests)
            {
                request.Answer.TrySetResult(known.Find(request.Keys, request.Layout));
            }
        }
        catch (GraphQL.Errors.GraphQLException exception)
        {
            foreach (var request in group.Requests)
            {
                request.Answer.TrySetException(exception);
            }
        }
    }

    private sealed class EntityGroup(EntityTarget target)
    {
        public EntityTarget Target { get; } = target;

        public List<EntityRequest> Requests { get; } = [];

        public RowLayout UnionLayout() => Requests.TrueForAll(request => ReferenceEquals(request.Layout, Requests[0].Layout))
            ? AddKey(Requests[0].Layout)
            : AddKey(new RowLayout(Target.Table, [.. Requests.SelectMany(request => request.Layout.Items).DistinctBy(item => item.Name)]));

        /// <summary>Rows are told apart by the columns they are asked by.</summary>
        private RowLayout AddKey(RowLayout layout)
        {
            var missing = Target.IsThroughLink ? [] : Target.Columns.Where(column => layout.Find(column) < 0).Select(column => (SelectItem)new ColumnItem(Target.Table.Column(column))).ToList();
            return missing.Count == 0 ? layout : new RowLayout(Target.Table, [.. layout.Items, .. missing]);
        }
    }

    private sealed record EntityRequest(RowLayout Layout, KeySet Keys)
    {
        public TaskCompletionSource<EntityRows> Answer { get; } = new();
    }
}

/// <summary>A table and the columns its rows are looked up by.</summary>
/// <param name="Table">The table.</param>
/// <param name="Columns">The columns, of the table or of the link.</param>
/// <param name="Relation">The relation that narrows the rows; null for the bare table.</param>
internal sealed record EntityTarget(TableModel Table, ImmutableArray<string> Columns, RelationField? Relation)
{
    public bool IsThroughLink => Relation?.Through is not null;

    /// <summary>What tells apart look-ups by the same columns; empty for the bare table.</summary>
    public string Narrowing => Relation is null || (Relation.Through is null && Relation.Only.IsEmpty) ? "" : System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(Relation).ToString(System.Globalization.CultureInfo.InvariantCulture) + Relation.Name;

    public bool Equals(EntityTarget? other) => other is not null && other.Table == Table && other.Columns.SequenceEqual(Columns) && other.Narrowing == Narrowing;

    public override int GetHashCode() => HashCode.Combine(Table, Columns[0]);
}

/// <summary>Rows found by their keys.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="RowOfSlot">For each slot of the keys its row, or -1.</param>
internal sealed record EntityRows(RowSet Rows, int[] RowOfSlot);

/// <summary>Rows that were read, found again by key. The index is made when first asked for.</summary>
internal sealed class KnownRows(ImmutableArray<string> columns, string narrowing, RowSet rows)
{
    private KeySet? _index;
    private int[]? _rowOfSlot;

    /// <summary>The key's values where they are no columns of the rows (those of a link table).</summary>
    public RowValues[]? KeyValues { get; init; }

    /// <summary>All keys that were asked for, found or not; null where only what is there is known.</summary>
    public KeySet? Asked { get; init; }

    public bool Matches(EntityTarget target, RowLayout layout) =>
        target.Table == rows.Layout.Table
        && target.Narrowing == narrowing
        && target.Columns.SequenceEqual(columns)
        && layout.Items.All(item => rows.Layout.Find(item.Name) >= 0);

    /// <summary>The rows of the keys, or null unless each is known to be there or known to be missing.</summary>
    public EntityRows? TryFind(KeySet keys, RowLayout layout)
    {
        var found = Find(keys, layout);
        for (var slot = 0; slot < keys.Count; slot++)
        {
            if (found.RowOfSlot[slot] < 0 && (Asked is null || Asked.FindKey(keys, slot) < 0))
            {
                return null;
            }
        }

        return found;
    }

    public EntityRows Find(KeySet keys, RowLayout layout)
    {
        EnsureIndex();
        var rowOfSlot = new int[keys.Count];
        var needed = new List<int>(keys.Count);
        for (var slot = 0; slot < rowOfSlot.Length; slot++)
        {
            var known = _index!.FindKey(keys, slot);
            rowOfSlot[slot] = known < 0 ? -1 : needed.Count;
            if (known >= 0)
            {
                needed.Add(_rowOfSlot![known]);
            }
        }

        // Objects that nobody here asked for would have their fields resolved, too: only the needed rows go on.
        var view = rows.As(layout);
        if (needed.Count == view.Count && IsIdentity(needed))
        {
            return new EntityRows(view, rowOfSlot);
        }

        var chosen = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(needed);
        var values = new RowValues[layout.Items.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Gather.Rows(view.Values[i], chosen);
        }

        return new EntityRows(new RowSet(layout, values, needed.Count), rowOfSlot);
    }

    private static bool IsIdentity(List<int> rows)
    {
        for (var i = 0; i < rows.Count; i++)
        {
            if (rows[i] != i)
            {
                return false;
            }
        }

        return true;
    }

    private void EnsureIndex()
    {
        if (_index is not null)
        {
            return;
        }

        var values = KeyValues ?? [.. columns.Select(column => rows.Values[rows.Layout.OrdinalOf(column)])];
        _index = KeySet.From(values, Asked?.Types ?? [.. columns.Select(column => SqlTypes.Of(rows.Layout.Table.Column(column).Kind))], rows.Count);
        _rowOfSlot = new int[_index.Count];
        for (var row = rows.Count - 1; row >= 0; row--)
        {
            if (_index.SlotOf[row] >= 0)
            {
                _rowOfSlot[_index.SlotOf[row]] = row;
            }
        }
    }
}
