using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Rows;

namespace AnalyticsGraph.Mapping.Sql;

/// <summary>What a list or connection reads: rows of a table, of all or for each parent, filtered, in an order, a page of them.</summary>
/// <param name="Layout">What is selected of each row.</param>
/// <param name="Where">The filter, or null.</param>
/// <param name="OrderBy">The sort inputs, or null.</param>
/// <param name="DefaultOrder">The order where none is given.</param>
/// <param name="Page">The part that is read.</param>
/// <param name="WithCursors">Whether the order's values are selected after the layout's, for cursors.</param>
internal sealed record RowsQuery(
    RowLayout Layout,
    ArgumentValues? Where,
    object?[]? OrderBy,
    ImmutableArray<ColumnOrder> DefaultOrder,
    PageRequest Page,
    bool WithCursors);

/// <summary>A composed statement for rows, and how to read it.</summary>
/// <param name="Statement">The statement.</param>
/// <param name="Shapes">Layout and cursor values; a slot or key columns follow.</param>
/// <param name="CursorLength">How many values follow the layout's, for cursors.</param>
/// <param name="Signature">The order's signature, for cursors.</param>
internal sealed record RowsStatement(SqlStatement Statement, ImmutableArray<ValueShape> Shapes, int CursorLength, ulong Signature)
{
    /// <summary>Composes the statement of a root field.</summary>
    public static RowsStatement ComposeRoot(SqlScope scope, RowsQuery query, SqlTextCache cache)
    {
        var sql = scope.Sql;
        var alias = sql.NextAlias();
        var order = OrderPlan.Make(scope, query.Layout.Table, alias, query.OrderBy, query.DefaultOrder);
        if (order.Leading is null || !LeadingOrder.TryAppend(scope, query, alias, order))
        {
            AppendSelect(sql, query, alias, order);
            sql.Append(" FROM ");
            scope.AppendTable(query.Layout.Table, alias);
            order.AppendJoins();
            sql.Append(" WHERE ");
            scope.AppendPolicy(query.Layout.Table, alias);
            AppendAndPage(scope, query, alias, order);
            sql.Append(" ORDER BY ");
            order.AppendTerms(query.Page.IsBackward);
            sql.Append(" LIMIT ").AppendParameter((long)query.Page.Limit + 1, SqlType.Int64);
            AppendSettings(sql);
        }

        return new RowsStatement(sql.Build(cache), ShapesOf(query, order), query.WithCursors ? order.Terms.Length : 0, order.Signature);
    }

    /// <summary>
    /// Composes the statement of a nested field for all its parents: in PostgreSQL one lateral subquery for each key, so that each parent's page is read by its index
    /// and no further; in ClickHouse one scan over all keys, cut by <c>LIMIT n BY</c>.
    /// </summary>
    public static RowsStatement ComposeNested(SqlScope scope, RowsQuery query, RelationField relation, KeySet parents, SqlTextCache cache) =>
        scope.Sql.IsPostgres ? ComposeLateral(scope, query, relation, parents, cache) : ComposeLimitBy(scope, query, relation, parents, cache);

    private static RowsStatement ComposeLateral(SqlScope scope, RowsQuery query, RelationField relation, KeySet parents, SqlTextCache cache)
    {
        var sql = scope.Sql;
        sql.Append("SELECT r.*, p.ord FROM ");
        KeyConditions.AppendOrdinalTable(sql, parents);
        sql.Append(" CROSS JOIN LATERAL (");
        var rows = new RelatedRows(scope, relation, "p", KeyConditions.OrdinalColumns(parents.Columns.Length));
        var alias = rows.TakeAliases();
        var order = OrderPlan.Make(scope, query.Layout.Table, alias, query.OrderBy, query.DefaultOrder);
        AppendSelect(sql, query, alias, order);
        sql.Append(" FROM ");
        rows.AppendSource();
        order.AppendJoins();
        sql.Append(" WHERE ");
        rows.AppendJoin();
        rows.AppendAndRest(alias);
        AppendAndPage(scope, query, alias, order);
        sql.Append(" ORDER BY ");
        order.AppendTerms(query.Page.IsBackward);
        sql.Append(" LIMIT ").AppendParameter((long)query.Page.Limit + 1, SqlType.Int64).Append(") AS r");
        return new RowsStatement(sql.Build(cache), ShapesOf(query, order), query.WithCursors ? order.Terms.Length : 0, order.Signature);
    }

    private static RowsStatement ComposeLimitBy(SqlScope scope, RowsQuery query, RelationField relation, KeySet parents, SqlTextCache cache)
    {
        var sql = scope.Sql;
        var rows = new RelatedRows(scope, relation, "");
        var alias = rows.TakeAliases();
        var order = OrderPlan.Make(scope, query.Layout.Table, alias, query.OrderBy, query.DefaultOrder);
        AppendSelect(sql, query, alias, order);
        rows.AppendKeys(", ");
        sql.Append(" FROM ");
        rows.AppendSource();
        order.AppendJoins();
        sql.Append(" WHERE ");
        KeyConditions.AppendIn(scope, rows.KeyAlias, rows.KeyColumns, parents);
        rows.AppendAndRest(alias);
        AppendAndPage(scope, query, alias, order);
        sql.Append(" ORDER BY ");
        rows.AppendKeys("");
        sql.Append(", ");
        order.AppendTerms(query.Page.IsBackward);
        sql.Append(" LIMIT ").AppendParameter((long)query.Page.Limit + 1, SqlType.Int64).Append(" BY ");
        rows.AppendKeys("");
        AppendSettings(sql);
        return new RowsStatement(sql.Build(cache), [.. ShapesOf(query, order), .. parents.Types.Select(type => KeyShape(type))], query.WithCursors ? order.Terms.Length : 0, order.Signature);
    }

    internal static ValueShape KeyShape(SqlType type) => new(
        type switch
        {
            SqlType.Boolean => ValueKind.Boolean,
            SqlType.Int64 => ValueKind.Int64,
            SqlType.Double => ValueKind.Double,
            SqlType.Uuid => ValueKind.Uuid,
            SqlType.Timestamp => ValueKind.Timestamp,
            SqlType.Interval => ValueKind.Interval,
            _ => ValueKind.Text,
        },
        false,
        true);

    internal static void AppendSelect(SqlBuilder sql, RowsQuery query, string alias, OrderPlan order)
    {
        sql.Append("SELECT ");
        var isFirst = true;
        foreach (var item in query.Layout.Items)
        {
            sql.Append(isFirst ? "" : ", ");
            isFirst = false;
            item.AppendTo(sql, alias);
        }

        if (query.WithCursors)
        {
            foreach (var term in order.Terms)
            {
                sql.Append(", ");
                term.Value.AppendTo(sql);
            }
        }
    }

    private static void AppendAndPage(SqlScope scope, RowsQuery query, string alias, OrderPlan order)
    {
        new FilterComposer(scope).AppendAnd(query.Layout.Table, alias, query.Where);
        if (query.Page.After is { } after)
        {
            order.AppendAndKeyset(Cursor.Read("after", after, order), after: true);
        }

        if (query.Page.Before is { } before)
        {
            order.AppendAndKeyset(Cursor.Read("before", before, order), after: false);
        }
    }

    private static ImmutableArray<ValueShape> ShapesOf(RowsQuery query, OrderPlan order) =>
        query.WithCursors ? [.. query.Layout.Shapes, .. order.Terms.Select(term => ValueShape.Of(term.Value))] : query.Layout.Shapes;

    private static void AppendSettings(SqlBuilder sql) => sql.Append(sql.IsPostgres ? "" : " SETTINGS join_use_nulls = 1");
}
