using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.Mapping.Rows;

namespace AnalyticsGraph.Mapping.Resolvers;

/// <summary>A field of a connection, an edge or a page info: reads what the connection's step has brought.</summary>
/// <param name="read">Makes the column.</param>
/// <param name="forNodes">Whether the field's objects are rows, whose fields read the row layout.</param>
/// <param name="load">Brings what the connection's step has left to this field, deferred; null where it leaves nothing.</param>
internal sealed class ConnectionFieldResolver(Func<ObjectBatch, GraphQLType, Column> read, bool forNodes = false, Func<ConnectionRows, ValueTask>? load = null) : FieldResolver
{
    public override FieldStep Bind(FieldBinding binding)
    {
        var (type, context) = (binding.Field.Definition.Type, ConnectionContext.Of(binding));
        object childContext = forNodes ? context.Node : context;
        return load is null || binding.Field.Deferral.IsEmpty ? new Step(read, type, childContext) : new WaitingStep(read, load, type, childContext);
    }

    private sealed class Step(Func<ObjectBatch, GraphQLType, Column> read, GraphQLType type, object context) : ImmediateStep
    {
        public override object ChildContext => context;

        public override Column Execute(ObjectBatch parents) => read(parents, type);
    }

    private sealed class WaitingStep(Func<ObjectBatch, GraphQLType, Column> read, Func<ConnectionRows, ValueTask> load, GraphQLType type, object childContext) : FieldStep
    {
        public override object ChildContext => childContext;

        public override async ValueTask<Column> ExecuteAsync(ObjectBatch parents, StepContext context)
        {
            await load((ConnectionRows)parents.Source).ConfigureAwait(false);
            return read(parents, type);
        }
    }
}

/// <summary>How each field of generated connection types is read.</summary>
internal static class ConnectionFields
{
    public static FieldResolver Nodes { get; } = new ConnectionFieldResolver(
        (parents, type) => ListOf(parents, rows => NodeColumn(rows, type)), forNodes: true, source => source.LoadRowsAsync());

    public static FieldResolver Edges { get; } = new ConnectionFieldResolver(
        (parents, type) => ListOf(parents, rows => new ObjectColumn(new ObjectBatch((ObjectType)type.Named, rows.ItemCount, rows))), load: source => source.LoadRowsAsync());

    public static FieldResolver PageInfo { get; } = new PageInfoResolver();

    public static FieldResolver TotalCount { get; } = new ConnectionFieldResolver(
        (parents, _) => new Int64Column(((ConnectionRows)parents.Source).Totals), load: source => source.LoadTotalsAsync());

    public static FieldResolver EdgeNode { get; } = new ConnectionFieldResolver((parents, type) => NodeColumn((ParentRows)parents.Source, type), forNodes: true);

    public static FieldResolver EdgeCursor { get; } = new ConnectionFieldResolver((parents, _) =>
    {
        var rows = (ParentRows)parents.Source;
        return new CursorColumn(rows, rows.RowOf, rows.ItemCount);
    });

    public static FieldResolver HasNextPage { get; } = PageFlag((rows, parent) => rows.Page.IsBackward ? rows.Page.Before is not null : rows.HasMore(parent));

    public static FieldResolver HasPreviousPage { get; } = PageFlag((rows, parent) => rows.Page.IsBackward ? rows.HasMore(parent) : rows.Page.After is not null);

    public static FieldResolver StartCursor { get; } = CursorOf(ends => ends.First, (rows, parent) => rows.Offsets[parent]);

    public static FieldResolver EndCursor { get; } = CursorOf(ends => ends.Last, (rows, parent) => rows.Offsets[parent + 1] - 1);

    private static Column ListOf(ObjectBatch connections, Func<ParentRows, ObjectColumn> items)
    {
        var source = (ConnectionRows)connections.Source;
        return source.Feed is { } feed ? new OpenListColumn(feed, () => items(feed.Current)) : new ListColumn(source.Rows.Offsets, items(source.Rows));
    }

    private static ObjectColumn NodeColumn(ParentRows rows, GraphQLType type) => new(new ObjectBatch((ObjectType)type.Named, rows.Rows.Count, rows.Rows), rows.RowOf);

    private static ConnectionFieldResolver PageFlag(Func<ParentRows, int, bool> isSet) => new((parents, _) =>
    {
        var rows = ((PageEnds)parents.Source).Last;
        var flags = new bool[parents.Count];
        for (var parent = 0; parent < flags.Length; parent++)
        {
            flags[parent] = isSet(rows, parent);
        }

        return new BooleanColumn(flags);
    });

    private static ConnectionFieldResolver CursorOf(Func<PageEnds, ParentRows> end, Func<ParentRows, int, int> itemOf) => new((parents, _) =>
    {
        var rows = end((PageEnds)parents.Source);
        var rowOf = new int[parents.Count];
        for (var parent = 0; parent < rowOf.Length; parent++)
        {
            var item = itemOf(rows, parent);
            rowOf[parent] = rows.Offsets[parent] == rows.Offsets[parent + 1] ? -1 : rows.RowOf is null ? item : rows.RowOf[item];
        }

        return new CursorColumn(rows, rowOf, rowOf.Length);
    });
}
