using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Rows;

namespace AnalyticsGraph.Mapping.Resolvers;

/// <summary>An object in the same row: the same row set, read under a prefix.</summary>
internal sealed class EmbeddedResolver : FieldResolver
{
    public override FieldStep Bind(FieldBinding binding)
    {
        var parent = RowContext.Of(binding);
        var field = (EmbeddedField)parent.Row.Fields[binding.Field.Definition.Name];
        var prefix = parent.Prefix + field.Prefix;
        return new EmbeddedStep(
            (ObjectType)binding.Field.Definition.Type.Named,
            new RowContext(parent.Layout, field.Target, prefix),
            parent.Layout.Find(PresenceItem.NameOf(prefix)));
    }
}

internal sealed class EmbeddedStep(ObjectType type, RowContext context, int presence) : ImmediateStep
{
    public override object ChildContext => context;

    public override Column Execute(ObjectBatch parents)
    {
        var rows = (RowSet)parents.Source;
        var objects = new ObjectBatch(type, parents.Count, rows);
        if (presence < 0)
        {
            return new ObjectColumn(objects);
        }

        var isPresent = ((BooleanValues)rows.Values[presence]).Values;
        var map = new int[parents.Count];
        for (var row = 0; row < map.Length; row++)
        {
            map[row] = isPresent[row] ? row : -1;
        }

        return new ObjectColumn(objects, map);
    }
}
