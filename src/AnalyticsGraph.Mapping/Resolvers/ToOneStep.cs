using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Rows;
using AnalyticsGraph.Mapping.Sessions;

namespace AnalyticsGraph.Mapping.Resolvers;

/// <summary>
/// A to-one relation: the distinct keys of all parents in one statement. Not joined to the parents' statement, because many parents share few targets, targets are found
/// again within the request, and the statement goes in its level's round trip anyway.
/// </summary>
internal sealed class ToOneResolver : FieldResolver
{
    public override FieldStep Bind(FieldBinding binding)
    {
        var parent = RowContext.Of(binding);
        var relation = (RelationField)parent.Row.Fields[binding.Field.Definition.Name];
        var type = (ObjectType)binding.Field.Definition.Type.Named;
        return new ToOneStep(relation, type, LayoutBuilder.For(relation.Target, [binding.Field.SelectionsFor(type)]), new ParentKeys(parent.Layout, relation.From));
    }
}

internal sealed class ToOneStep(RelationField relation, ObjectType type, RowLayout layout, ParentKeys parentKeys) : FieldStep
{
    private readonly RowContext _context = new(layout, relation.Target, "");
    private readonly EntityTarget _target = new(relation.Target, relation.Through?.From ?? relation.To, relation.Through is null && relation.Only.IsEmpty ? null : relation);

    public override object ChildContext => _context;

    public override bool NeedsKeysAlone => parentKeys.AreOfKey;

    public override async ValueTask<Column> ExecuteAsync(ObjectBatch parents, StepContext context)
    {
        var keys = parentKeys.Of(parents);
        if (keys.Count == 0)
        {
            return new NullColumn(parents.Count);
        }

        var found = await context.Request.Get<StoreSessions>().For(relation.Target.Store).Entities.Load(_target, layout, keys, ((RowSet)parents.Source).AsOf).ConfigureAwait(false);
        return ToColumn(type, found, keys.SlotOf);
    }

    public static Column ToColumn(ObjectType type, EntityRows found, int[] slotOf, ForeseenFields? foreseen = null)
    {
        if (found.Rows.Count == 0)
        {
            return new NullColumn(slotOf.Length);
        }

        var map = new int[slotOf.Length];
        for (var row = 0; row < map.Length; row++)
        {
            map[row] = slotOf[row] < 0 ? -1 : found.RowOfSlot[slotOf[row]];
        }

        return new ObjectColumn(new ObjectBatch(type, found.Rows.Count, found.Rows) { Foreseen = foreseen }, map);
    }
}
