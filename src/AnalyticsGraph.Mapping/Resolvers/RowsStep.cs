using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Rows;
using AnalyticsGraph.Mapping.Sessions;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Mapping.Resolvers;

/// <summary>Where the rows of a list or connection come from: a whole table at the root, or a relation from the parents' rows.</summary>
/// <param name="Table">The table.</param>
/// <param name="Relation">The relation; null at the root.</param>
/// <param name="Order">The default order.</param>
internal sealed record RowsSource(TableModel Table, RelationField? Relation, ImmutableArray<ColumnOrder> Order);

/// <summary>For whom rows are asked.</summary>
/// <param name="Keys">The parents' keys; null at the root, where all parents have the same rows.</param>
/// <param name="ParentCount">How many parents there are.</param>
/// <param name="Foreign">What the filter found in the other store; null if it needs nothing of it.</param>
/// <param name="AsOf">The time to read as of; null for the present.</param>
internal sealed record RowsAsked(KeySet? Keys, int ParentCount, ForeignKeys? Foreign, DateTime? AsOf);

/// <summary>What lists and connections have in common: one statement for all parents, and its rows handed to each.</summary>
internal sealed class RowsStep(RowsSource source, RowLayout layout, ParentKeys? parentKeys)
{
    private readonly SqlTextCache _texts = new();
    private readonly SqlTextCache _countTexts = new();

    public RowLayout Layout => layout;

    public TableModel Table => source.Table;

    public bool NeedsKeysAlone { get; } = parentKeys is { AreOfKey: true };

    /// <summary>
    /// Says for whom the rows are. Asks the other store for what the field's filter needs of it; if it needs nothing, it says so at once, so that the question still goes with the level's others.
    /// </summary>
    public async ValueTask<RowsAsked> AskedAsync(ObjectBatch parents, StepContext context)
    {
        var asOf = parentKeys is null ? AsOfArgument.Read(context.Arguments) : ((RowSet)parents.Source).AsOf;
        var foreign = await ForeignFilters.ResolveAsync(context.Request, source.Table, context.Arguments.Get<ArgumentValues>("where"), asOf).ConfigureAwait(false);
        return new RowsAsked(parentKeys?.Of(parents), parents.Count, foreign, asOf);
    }

    /// <summary>Reads the rows.</summary>
    public async Task<ParentRows> ReadAsync(StepContext context, RowsAsked asked, PageRequest page, bool withCursors)
    {
        if (asked.Keys is { Count: 0 })
        {
            return ParentRows.Empty(layout, asked.ParentCount, page);
        }

        var session = SessionOf(context);
        var entities = session.Entities;
        var (statement, question) = Compose(context, session, asked, page, withCursors);
        var result = await (asked.Foreign is null ? session.Ask(question) : session.AskNow(question)).ConfigureAwait(false);
        var rows = new RowSet(layout, result.Values, result.Count, asked.AsOf);
        if (asked.Foreign is null)
        {
            // An answer beside the level's round trip comes on a thread of its own.
            entities.Remember(rows);
        }

        return new ParentRows(rows, result.Groups!, asked.Keys?.SlotOf, asked.ParentCount, page, statement.CursorLength, statement.Signature);
    }

    /// <summary>
    /// Begins to read rows that are sent as they come. Only those of one parent can be: several parents share a statement, whose rows of the last parent come last. A page from the end is read from its
    /// end, and one whose filter reaches into the other store has waited for that anyway.
    /// </summary>
    /// <param name="context">The request and the arguments.</param>
    /// <param name="asked">For whom.</param>
    /// <param name="page">The page.</param>
    /// <param name="withCursors">Whether cursors are wanted.</param>
    /// <param name="tooLong">Told where there are more rows than the page has; null where that is no error.</param>
    /// <returns>Null if they are to be read whole.</returns>
    public RowFeed? TryOpen(StepContext context, RowsAsked asked, PageRequest page, bool withCursors, GraphQLError? tooLong = null)
    {
        if (asked.Foreign is not null || asked.ParentCount != 1 || asked.Keys is { Count: 0 } || page.IsBackward || SessionOf(context) is not PostgresSession session)
        {
            return null;
        }

        var (statement, question) = Compose(context, session, asked, page, withCursors);
        if (session.TryOpen(question, context.Request.Get<StreamPlaces>(), context.CancellationToken) is not { } stream)
        {
            return null;
        }

        var feed = new RowFeed(stream, statement, layout, page, asked.AsOf) { TooLong = tooLong };
        context.Request.DisposeAtEnd(feed);
        return feed;
    }

    private StoreSession SessionOf(StepContext context) => context.Request.Get<StoreSessions>().For(source.Table.Store);

    private (RowsStatement Statement, StoreQuestion Question) Compose(StepContext context, StoreSession session, RowsAsked asked, PageRequest page, bool withCursors)
    {
        var keys = asked.Keys;
        var arguments = context.Arguments;
        var query = new RowsQuery(layout, arguments.Get<ArgumentValues>("where"), arguments.Get<object?[]>("order"), source.Order, page, withCursors);
        var scope = session.NewScope(asked.Foreign, asked.AsOf);
        var statement = keys is null ? RowsStatement.ComposeRoot(scope, query, _texts) : RowsStatement.ComposeNested(scope, query, source.Relation!, keys, _texts);
        return (statement, new StoreQuestion(statement.Statement, statement.Shapes)
        {
            Parents = keys,
            Limit = page.Limit,
            MaxRows = context.Request.Get<MappingLimits>().MaxRowsPerField,
            Expected = keys is null ? Math.Min(page.Limit, 256) : Math.Min(Math.Min(page.Limit, 4) * keys.Count, 512),
        });
    }

    /// <summary>Counts all rows, for each parent.</summary>
    public async Task<long[]> CountAsync(StepContext context, RowsAsked asked)
    {
        var keys = asked.Keys;
        var totals = new long[asked.ParentCount];
        if (keys is { Count: 0 })
        {
            return totals;
        }

        var session = context.Request.Get<StoreSessions>().For(source.Table.Store);
        var where = context.Arguments.Get<ArgumentValues>("where");
        var statement = keys is null
            ? CountStatement.ComposeRoot(session.NewScope(asked.Foreign, asked.AsOf), source.Table, where, _countTexts)
            : CountStatement.ComposeNested(session.NewScope(asked.Foreign, asked.AsOf), source.Relation!, where, keys, _countTexts);
        var question = new StoreQuestion(statement, CountShapes(session.Store, keys)) { Parents = keys, Expected = keys?.Count ?? 1 };
        var result = await (asked.Foreign is null ? session.Ask(question) : session.AskNow(question)).ConfigureAwait(false);
        var counts = ((Int64Values)result.Values[0]).Values;
        for (var row = 0; row < totals.Length; row++)
        {
            var slot = keys is null ? 0 : keys.SlotOf[row];
            totals[row] = slot < 0 ? 0 : result.Groups is not { } groups ? counts[0] : groups.Offsets[slot] < groups.Offsets[slot + 1] ? counts[groups.Offsets[slot]] : 0;
        }

        return totals;
    }

    private static ImmutableArray<ValueShape> CountShapes(Store store, KeySet? keys) =>
        store == Store.Postgres || keys is null ? [new ValueShape(ValueKind.Int64, false, false)] : [new ValueShape(ValueKind.Int64, false, false), .. keys.Types.Select(RowsStatement.KeyShape)];
}
