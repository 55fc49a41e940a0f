using System.Collections.Immutable;
using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Sql;

/// <summary>
/// A trial before the first part of a <see cref="LeadingOrder"/>: where many rows meet a condition of the filter, a page of them is soon found along the order's index, one row after another; where few do, they are
/// found at once and sorted. Which it is depends on the condition's values, and a statement that is prepared must do well with all. So the rows that meet the condition are counted first, as far as is needed,
/// from an index alone. Up to ten pages: the plain part does, which the planner begins with the filter. More: the order's index is walked. Each of its rows is looked for in the set of the counted ones; or, where they
/// are too many to be worth a set, looked up. That depends on how far the walk comes, too: a page that is full after two or three needs no set. The walk ends after two hundred pages, and leaves what is not full by
/// then to the plain part.
/// </summary>
/// <param name="scope">The statement.</param>
/// <param name="condition">The condition.</param>
/// <param name="leading">The order's row.</param>
/// <param name="index">What is walked.</param>
/// <param name="column">The index's column of the row's key, which the condition names, too.</param>
internal sealed class OrderWalk(SqlScope scope, IndexedCondition condition, RelatedOrderJoin leading, RowIndex index, string column)
{
    private const string Found = "found rows", Count = "found count", Walked = "walked rows", Place = "walked place";
    private const int SortedPages = 10, SetPages = 25, LookUpPages = 3, LongSetPages = 100, WalkedPages = 200;

    private readonly SqlBuilder _sql = scope.Sql;

    /// <summary>The walk of a statement's first part; null where its filter, its order or its index do not allow one.</summary>
    public static OrderWalk? Find(SqlScope scope, RowsQuery query, OrderPlan order, RowIndex? index) =>
        index is not null && scope.AsOf is null && query.Where is { } where && IndexedCondition.Find(query.Layout.Table, where) is { } condition
        && order.Leading!.ReachedBy(condition.Relation.From[0]) is { } column && order.Terms[1..].All(term => order.Leading.Reached(term).Value.Alias == order.Leading.Alias)
            ? new OrderWalk(scope, condition, order.Leading, index, column)
            : null;

    /// <summary>Appends the counted rows, their count and the walk, as tables of the statement.</summary>
    /// <param name="appendSelect">Appends the part's select list.</param>
    /// <param name="appendPlace">Appends the conditions of the part's class and of the cursors.</param>
    /// <param name="query">The page.</param>
    /// <param name="alias">The table's alias.</param>
    /// <param name="terms">The part's order.</param>
    public void Append(Action appendSelect, Action appendPlace, RowsQuery query, string alias, ImmutableArray<OrderTerm> terms)
    {
        var related = new RelatedRows(scope, condition.Relation, "");
        var target = related.TakeAliases();
        _sql.AppendName(Found).Append(" AS MATERIALIZED (SELECT ").AppendColumn(target, condition.Relation.To[0]).Append(" AS found FROM ");
        related.AppendSource();
        _sql.Append(" WHERE TRUE");
        related.AppendAndRest(target);
        new FilterComposer(scope, FilterUse.Searched).AppendAnd(condition.Relation.Target, target, condition.Filter);
        _sql.Append(" LIMIT ").AppendNumber((LongSetPages * query.Page.Limit) + 1).Append("), ");
        _sql.AppendName(Count).Append(" AS MATERIALIZED (SELECT count(*) AS n FROM (SELECT FROM ").AppendName(Found).Append(" LIMIT ").AppendNumber((SetPages * query.Page.Limit) + 1).Append(") AS f), ").AppendName(Walked).Append(" AS (");
        appendSelect();
        _sql.Append(" FROM (SELECT *, row_number() OVER (");
        AppendOrder(terms, query, "ORDER BY ");
        _sql.Append(") AS ").AppendName(Place).Append(" FROM ");
        leading.AppendAlone(scope, index);
        appendPlace();
        AppendOrder(terms, query);
        _sql.Append(" LIMIT ").AppendNumber(WalkedPages * query.Page.Limit).Append(") AS ").Append(leading.Alias).Append(", LATERAL (SELECT ").Append(alias).Append(".* FROM ");
        scope.AppendTable(query.Layout.Table, alias);
        _sql.Append(" WHERE ").AppendColumn(alias, condition.Relation.From[0]).Append(" = ").AppendColumn(leading.Alias, column);
        scope.AppendAndPolicy(query.Layout.Table, alias);
        new FilterComposer(scope, FilterUse.Probed).AppendAnd(query.Layout.Table, alias, query.Where);
        _sql.Append(" OFFSET 0) AS ").Append(alias).Append(" WHERE ");
        AppendCount(" > ", SortedPages * query.Page.Limit);
        _sql.Append(" AND ");
        AppendIsFound(query);
        AppendAndIsNotPending();
        AppendOrder(terms, query);
        _sql.Append(" LIMIT ").AppendNumber(query.Page.Limit + 1).Append("), ");
    }

    /// <summary>Appends the walk's rows, if they are a whole page, and what goes on to the plain part.</summary>
    public void AppendUnion(RowsQuery query)
    {
        _sql.Append("SELECT * FROM ").AppendName(Walked).Append(" WHERE ");
        AppendIsFull(" > ", query);
        _sql.Append(" UNION ALL ");
    }

    /// <summary>Appends <c> AND </c> that the walk's rows are no whole page.</summary>
    public void AppendAndIsShort(RowsQuery query)
    {
        _sql.Append(" AND ");
        AppendIsFull(" <= ", query);
    }

    private void AppendIsFull(string sign, RowsQuery query) => _sql.Append("(SELECT count(*) FROM ").AppendName(Walked).Append(')').Append(sign).AppendNumber(query.Page.Limit);

    private void AppendCount(string sign, int count) => _sql.Append("(SELECT n FROM ").AppendName(Count).Append(')').Append(sign).AppendNumber(count);

    private void AppendIsFound(RowsQuery query)
    {
        _sql.Append("CASE WHEN ");
        AppendCount(" <= ", SetPages * query.Page.Limit);
        _sql.Append(" OR (").AppendColumn(leading.Alias, Place).Append(" > ").AppendNumber(LookUpPages * query.Page.Limit)
            .Append(" AND (SELECT count(*) FROM ").AppendName(Found).Append(") <= ").AppendNumber(LongSetPages * query.Page.Limit).Append(") THEN ").AppendColumn(leading.Alias, column).Append(" IN (SELECT found FROM ").AppendName(Found).Append(") ELSE ");
        new RelatedRows(scope, condition.Relation, leading.Alias, [column]).AppendExists(isNegated: false, target =>
        {
            new FilterComposer(scope).AppendAnd(condition.Relation.Target, target, condition.Filter);
            _sql.Append(" OFFSET 0");
        });
        _sql.Append(" END");
    }

    /// <summary>As a set that is asked for each row, not as a join, for which the planner might give the order up.</summary>
    private void AppendAndIsNotPending()
    {
        if (index.Pending is not { } pending)
        {
            return;
        }

        _sql.Append(" AND ((");
        AppendColumns(leading.Alias);
        _sql.Append(") IN (SELECT ");
        AppendColumns("w");
        _sql.Append(" FROM ").AppendName(pending).Append(" AS w)) IS NOT TRUE");

        void AppendColumns(string alias)
        {
            for (var i = 0; i < index.PendingColumns.Length; i++)
            {
                _sql.Append(i == 0 ? "" : ", ").AppendColumn(alias, index.PendingColumns[i]);
            }
        }
    }

    private void AppendOrder(ImmutableArray<OrderTerm> terms, RowsQuery query, string keyword = " ORDER BY ")
    {
        _sql.Append(keyword);
        for (var i = 0; i < terms.Length; i++)
        {
            _sql.Append(i == 0 ? "" : ", ");
            terms[i].AppendTo(_sql, query.Page.IsBackward);
        }
    }
}
