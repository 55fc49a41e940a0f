using AnalyticsGraph.GraphQL.Observability;
using AnalyticsGraph.Mapping.Rows;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Mapping.Sessions;

/// <summary>
/// Reads single rows by key for a whole request, of a mutation for one root field: fields of a level that want rows of one table by the same columns share a statement with the
/// union of their keys and columns, and rows that an earlier level has read with all the columns wanted are not asked for again.
/// </summary>
internal sealed class EntityLoads(StoreSession session)
{
    private readonly List<EntityGroup> _pending = [];
    private readonly List<KnownRows> _known = [];

    public bool HasPending => _pending.Count > 0;

    /// <summary>Makes rows that another statement has read available by their table's key.</summary>
    public void Remember(RowSet rows) => _known.Add(new KnownRows(new EntityTarget(rows.Layout.Table, rows.Layout.Table.Key, null), rows));

    /// <summary>Finds one row for each key.</summary>
    /// <param name="target">Which table, by which columns.</param>
    /// <param name="layout">What is wanted of the rows.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="asOf">The time to read as of; null for the present.</param>
    /// <returns>The rows that exist, and for each slot of the keys its row or -1.</returns>
    public Task<EntityRows> Load(EntityTarget target, RowLayout layout, KeySet keys, DateTime? asOf = null)
    {
        foreach (var known in _known)
        {
            if (known.Matches(target, layout, asOf) && known.TryFind(keys, layout) is { } found)
            {
                return Task.FromResult(found);
            }
        }

        var group = _pending.Find(pending => pending.Target == target && pending.AsOf == asOf);
        if (group is null)
        {
            _pending.Add(group = new EntityGroup(target, asOf));
        }

        var request = new EntityRequest(layout, keys);
        group.Requests.Add(request);
        if (session.Asker is { } step)
        {
            group.Steps.Add(step);
        }

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
            var statement = EntityStatement.Compose(session.NewScope(asOf: group.AsOf), group.Target, layout, keys);
            var result = await session.Ask(new StoreQuestion(statement, EntityStatement.ShapesOf(group.Target, layout)) { Expected = keys.Count, Steps = group.Steps }).ConfigureAwait(false);
            var known = new KnownRows(group.Target, new RowSet(layout, result.Values[..layout.Items.Length], result.Count, group.AsOf))
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
        catch (Exception exception)
        {
            // Whatever it is, the asking fields have it: none may wait for ever.
            foreach (var request in group.Requests)
            {
                request.Answer.TrySetException(exception);
            }
        }
    }

    private sealed class EntityGroup(EntityTarget target, DateTime? asOf)
    {
        public EntityTarget Target { get; } = target;

        public DateTime? AsOf { get; } = asOf;

        public List<EntityRequest> Requests { get; } = [];

        public List<StepTrace> Steps { get; } = [];

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
