using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Rows;
using AnalyticsGraph.Mapping.Sessions;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Mapping.Resolvers;

/// <summary><c>node(id:)</c> and <c>nodes(ids:)</c>: objects of any type by their global ids, each type's in one statement.</summary>
internal sealed class NodeResolver(MappingModel model) : FieldResolver
{
    public override FieldStep Bind(FieldBinding binding)
    {
        var targets = new Dictionary<string, NodeTarget>(StringComparer.Ordinal);
        foreach (var type in binding.Schema.GetPossibleTypes(binding.Field.Definition.Type.Named))
        {
            if (model.Tables.TryGetValue(type.Name, out var table))
            {
                targets.Add(type.Name, new NodeTarget(type, table, LayoutBuilder.For(table, [binding.Field.SelectionsFor(type)])));
            }
        }

        return new NodeStep(targets);
    }
}

internal sealed record NodeTarget(ObjectType Type, TableModel Table, RowLayout Layout)
{
    public EntityTarget Entity { get; } = new(Table, Table.Key, null);
}

internal sealed class NodeStep(Dictionary<string, NodeTarget> targets) : FieldStep
{
    private readonly RowContexts _contexts = new(targets.ToDictionary(pair => pair.Key, pair => new RowContext(pair.Value.Layout, pair.Value.Table, "")));

    public override object ChildContext => _contexts;

    public override async ValueTask<Column> ExecuteAsync(ObjectBatch parents, StepContext context)
    {
        var isList = context.Arguments.TryGet("ids", out var given);
        var ids = isList ? (object?[])given! : [context.Arguments.Get<string>("id")];
        var limits = context.Request.Get<MappingLimits>();
        if (ids.Length > limits.MaxIds)
        {
            throw InputErrors.Limit($"`ids` has {ids.Length} ids; at most {limits.MaxIds} are allowed.");
        }

        var nodes = await LoadAsync(ids, context).ConfigureAwait(false);
        if (parents.Count == 1)
        {
            return isList ? new ListColumn([0, ids.Length], nodes) : nodes;
        }

        return Repeat(nodes, parents.Count, ids.Length, isList);
    }

    private async Task<AbstractColumn> LoadAsync(object?[] ids, StepContext context)
    {
        var parsed = Array.ConvertAll(ids, id => GlobalId.Parse((string)id!));
        var asked = parsed.Select(id => id.TypeName).Distinct().Select(TargetOf).ToList();
        var sessions = context.Request.Get<StoreSessions>();
        var loads = asked.ConvertAll(target =>
        {
            var keys = KeySet.FromKeys(
                Array.ConvertAll(parsed, id => id.TypeName == target.Type.Name ? id.ReadKey(target.Table) : null),
                [.. target.Table.Key.Select(column => SqlTypes.Of(target.Table.Column(column).Kind))]);
            var load = keys.Count == 0
                ? Task.FromResult(new EntityRows(new RowSet(target.Layout, [], 0), []))
                : sessions.For(target.Table.Store).Entities.Load(target.Entity, target.Layout, keys);
            return (Target: target, Keys: keys, Load: load);
        });

        var foreseen = parsed is [var only] && RowSet.OfKey(asked[0].Layout, only.ReadKey(asked[0].Table)) is { } expected
            ? context.Foresee(new ObjectBatch(asked[0].Type, 1, expected))
            : null;
        var batches = new ObjectBatch[loads.Count];
        var batchOf = new int[ids.Length];
        var rowOf = new int[ids.Length];
        Array.Fill(batchOf, -1);
        for (var i = 0; i < batches.Length; i++)
        {
            var found = await loads[i].Load.ConfigureAwait(false);
            batches[i] = new ObjectBatch(loads[i].Target.Type, found.Rows.Count, found.Rows) { Foreseen = foreseen };
            for (var at = 0; at < ids.Length; at++)
            {
                var slot = loads[i].Keys.SlotOf[at];
                if (slot >= 0 && found.RowOfSlot[slot] >= 0)
                {
                    (batchOf[at], rowOf[at]) = (i, found.RowOfSlot[slot]);
                }
            }
        }

        return new AbstractColumn(batches, batchOf, rowOf);
    }

    private NodeTarget TargetOf(string typeName) => targets.GetValueOrDefault(typeName)
        ?? throw InputErrors.Bad($"\"{typeName}\" is no type with global ids; take ids as they come in the field `id`.");

    private static Column Repeat(AbstractColumn nodes, int parents, int perParent, bool isList)
    {
        var batchOf = Enumerable.Repeat(nodes.BatchOf, parents).SelectMany(part => part).ToArray();
        var rowOf = Enumerable.Repeat(nodes.RowOf, parents).SelectMany(part => part).ToArray();
        var repeated = new AbstractColumn(nodes.Batches, batchOf, rowOf);
        return isList ? new ListColumn([.. Enumerable.Range(0, parents + 1).Select(i => i * perParent)], repeated) : repeated;
    }
}
