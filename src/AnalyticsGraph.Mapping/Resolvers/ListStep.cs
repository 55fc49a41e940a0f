using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.Mapping.Rows;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Mapping.Resolvers;

/// <summary>A plain list of rows. Without <c>first</c> it is whole or an error, never silently cut.</summary>
/// <param name="source">Where the rows come from; null for a relation of the parent's type by the field's name.</param>
/// <param name="limits">How many rows a list may have.</param>
internal sealed class ListResolver(RowsSource? source, MappingLimits limits) : FieldResolver
{
    public override FieldStep Bind(FieldBinding binding)
    {
        var (from, keys) = RowsSources.Of(source, binding);
        var type = (ObjectType)binding.Field.Definition.Type.Named;
        return new ListStep(new RowsStep(from, LayoutBuilder.For(from.Table, [binding.Field.SelectionsFor(type)]), keys), type, limits);
    }
}

internal sealed class ListStep(RowsStep rows, ObjectType type, MappingLimits limits) : FieldStep
{
    private readonly RowContext _context = new(rows.Layout, rows.Table, "");

    public override object ChildContext => _context;

    public override int? MaxListSize => limits.MaxList;

    public override bool NeedsKeysAlone => rows.NeedsKeysAlone;

    public override async ValueTask<Column> ExecuteAsync(ObjectBatch parents, StepContext context)
    {
        var (page, isLimited) = PageRequest.OfList(context.Arguments, limits);
        var asked = await rows.AskedAsync(parents, context).ConfigureAwait(false);
        if (context.IsStreamed(context.Field, null, out var initialCount)
            && rows.TryOpen(context, asked, page, withCursors: false, isLimited ? null : TooLongError) is { } feed)
        {
            await feed.StartAsync(initialCount).ConfigureAwait(false);
            return feed.IsComplete ? ListOf(feed.Current, isLimited) : new OpenListColumn(feed, () => Items(feed.Current));
        }

        var read = await rows.ReadAsync(context, asked, page, withCursors: false).ConfigureAwait(false);
        return ListOf(read, isLimited);
    }

    private GraphQLError TooLongError => new($"The list has more than {limits.MaxList} rows; ask for the `first` ones or narrow it by `where`.", ErrorCodes.LimitExceeded);

    private ListColumn ListOf(ParentRows read, bool isLimited) => new(read.Offsets, Items(read)) { Errors = isLimited ? null : TooLong(read) };

    private ObjectColumn Items(ParentRows read) => new(new ObjectBatch(type, read.Rows.Count, read.Rows), read.RowOf);

    private Dictionary<int, GraphQLError>? TooLong(ParentRows read)
    {
        Dictionary<int, GraphQLError>? errors = null;
        for (var parent = 0; parent < read.ParentCount; parent++)
        {
            if (read.HasMore(parent))
            {
                (errors ??= []).Add(parent, TooLongError);
            }
        }

        return errors;
    }
}

internal static class RowsSources
{
    /// <summary>The source of a list or connection field, and the parents' keys it begins from.</summary>
    public static (RowsSource Source, ParentKeys? Keys) Of(RowsSource? root, FieldBinding binding)
    {
        if (root is not null)
        {
            return (root, null);
        }

        var parent = RowContext.Of(binding);
        var relation = (Model.RelationField)parent.Row.Fields[binding.Field.Definition.Name];
        return (new RowsSource(relation.Target, relation, relation.Order), new ParentKeys(parent.Layout, relation.From));
    }
}
