using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Sql;

/// <summary>A join of at most one row, for an order that reaches out of the table.</summary>
internal abstract class OrderJoin(string alias)
{
    public string Alias { get; } = alias;

    public abstract void AppendTo(SqlScope scope);
}

/// <summary>The row of a to-one relation. By the target's key a plain outer join has at most one; else one is taken, the first by its key.</summary>
internal sealed class RelationJoin(RelationField relation, string fromAlias, string alias) : OrderJoin(alias)
{
    public override void AppendTo(SqlScope scope)
    {
        var sql = scope.Sql;
        if (relation.IsByKey && sql.IsPostgres)
        {
            sql.Append(" LEFT JOIN ");
            scope.AppendTable(relation.Target, Alias);
            sql.Append(" ON ");
            AppendPairs(sql, Alias, relation.To);
            scope.AppendAndPolicy(relation.Target, Alias);
            return;
        }

        if (sql.IsPostgres)
        {
            sql.Append(" LEFT JOIN LATERAL (SELECT ");
            var rows = new RelatedRows(scope, relation, fromAlias);
            sql.Append(rows.TakeAliases()).Append(".* FROM ");
            var target = rows.AppendSource();
            sql.Append(" WHERE ");
            rows.AppendJoin();
            rows.AppendAndRest(target);
            sql.Append(" ORDER BY ").AppendColumn(target, relation.Target.Key[0]).Append(" LIMIT 1) AS ").Append(Alias).Append(" ON TRUE");
            return;
        }

        AppendClickHouse(scope);
    }

    private void AppendClickHouse(SqlScope scope)
    {
        var sql = scope.Sql;
        var rows = new RelatedRows(scope, relation, fromAlias);
        sql.Append(" LEFT ANY JOIN (SELECT ").Append(rows.TakeAliases()).Append(".*");
        for (var i = 0; i < rows.KeyColumns.Length; i++)
        {
            sql.Append(", ").AppendColumn(rows.KeyAlias, rows.KeyColumns[i]).Append(" AS \"join key ").AppendNumber(i).Append('"');
        }

        sql.Append(" FROM ");
        var target = rows.AppendSource();
        sql.Append(" WHERE TRUE");
        rows.AppendAndRest(target);
        sql.Append(") AS ").Append(Alias).Append(" ON ");
        for (var i = 0; i < relation.From.Length; i++)
        {
            sql.Append(i == 0 ? "" : " AND ").AppendColumn(fromAlias, relation.From[i]).Append(" = ").Append(Alias).Append(".\"join key ").AppendNumber(i).Append('"');
        }
    }

    private void AppendPairs(SqlBuilder sql, string to, ImmutableArray<string> columns)
    {
        for (var i = 0; i < columns.Length; i++)
        {
            sql.Append(i == 0 ? "" : " AND ").AppendColumn(to, columns[i]).Append(" = ").AppendColumn(fromAlias, relation.From[i]);
        }
    }
}

/// <summary>The one row of an <c>@orderBy</c>: relation and matched columns cover its key.</summary>
internal sealed class RelatedOrderJoin(RelatedOrder order, ImmutableArray<(ColumnModel Column, object Value)> matches, ColumnModel ordered, string fromAlias, string alias) : OrderJoin(alias)
{
    /// <summary>Which row is meant, and which column of it.</summary>
    /// <param name="order">The order.</param>
    /// <param name="arguments">The values to match, and <c>stat</c>.</param>
    public static (ImmutableArray<(ColumnModel Column, object Value)> Matches, ColumnModel Ordered) Match(RelatedOrder order, ArgumentValues arguments)
    {
        var matches = ImmutableArray.CreateBuilder<(ColumnModel, object)>();
        foreach (var match in order.Match)
        {
            var column = order.Relation.Target.Column(match.Column);
            arguments.TryGet(match.Name, out var value);
            var values = value is null ? [] : FilterValues.ConvertAll([value], match, SqlTypes.Of(column.Kind)).ToList();

            // An enum value is matched by its preferred text alone: several texts could be several rows.
            matches.Add((column, values.Count > 0 ? values[0] : DBNull.Value));
        }

        var stat = arguments.Get<string>("stat");
        return (matches.ToImmutable(), order.Relation.Target.Column(order.Stats.First(s => s.Name == stat).Column));
    }

    /// <summary>The value that is ordered by; missing where there is no such row.</summary>
    public ValueExpression Value { get; } = new(alias, ordered, isOuter: true);

    public override void AppendTo(SqlScope scope)
    {
        if (scope.Sql.IsPostgres)
        {
            AppendPostgres(scope, " LEFT JOIN ", null);
        }
        else
        {
            AppendClickHouse(scope);
        }
    }

    /// <summary>The narrow index that has the row's match and value, if there is one.</summary>
    public RowIndex? Index(SqlScope scope) =>
        scope.IndexOf(order.Relation.Target, [.. order.Relation.To, .. matches.Select(match => match.Column.Name), ordered.Name, .. order.Relation.Only.Select(only => only.Column)]);

    /// <summary>Appends the join for the rows alone that have the related row: its order may then lead the statement.</summary>
    /// <param name="scope">The statement.</param>
    /// <param name="index">The index to read in place of the table; null for the table itself.</param>
    public void AppendInner(SqlScope scope, RowIndex? index) => AppendPostgres(scope, " JOIN ", index);

    /// <summary>Appends the index alone as a source, with the condition on the row that is meant.</summary>
    public void AppendAlone(SqlScope scope, RowIndex index)
    {
        scope.Sql.AppendName(index.Table).Append(" AS ").Append(Alias).Append(" WHERE TRUE");
        AppendMatches(scope, Alias);
    }

    /// <summary>The related row's column that the relation compares with the table's.</summary>
    /// <param name="from">The table's.</param>
    /// <returns>Null if the relation compares another one, or several.</returns>
    public string? ReachedBy(string from) => order.Relation.From is [var only] && only == from ? order.Relation.To[0] : null;

    /// <summary>Appends that there is no related row with a value.</summary>
    public void AppendMissing(SqlScope scope)
    {
        scope.Sql.Append("NOT EXISTS (SELECT 1 FROM ");
        scope.AppendTable(order.Relation.Target, Alias);
        scope.Sql.Append(" WHERE ");
        AppendPairs(scope.Sql);
        AppendMatches(scope, Alias);
        scope.Sql.Append(" AND ");
        Value.AppendTo(scope.Sql);
        scope.Sql.Append(" IS NOT NULL)");
    }

    /// <summary>The term on the related row's own columns, where it is on those that the relation compares: then one index has the whole order.</summary>
    public OrderTerm Reached(OrderTerm term) =>
        term.Value.Alias == fromAlias && term.Value.Column is { } column && order.Relation.From.IndexOf(column) is >= 0 and var at
            ? term with { Value = new ValueExpression(Alias, order.Relation.Target.Column(order.Relation.To[at])) }
            : term;

    private void AppendPostgres(SqlScope scope, string join, RowIndex? index)
    {
        scope.Sql.Append(join);
        if (index is null)
        {
            scope.AppendTable(order.Relation.Target, Alias);
        }
        else
        {
            scope.Sql.AppendName(index.Table).Append(" AS ").Append(Alias);
        }

        scope.Sql.Append(" ON ");
        AppendPairs(scope.Sql);
        AppendMatches(scope, Alias);
    }

    private void AppendClickHouse(SqlScope scope)
    {
        var inner = scope.Sql.Append(" LEFT ANY JOIN (SELECT * FROM ").NextAlias();
        scope.AppendTable(order.Relation.Target, inner);
        scope.Sql.Append(" WHERE TRUE");
        AppendMatches(scope, inner);
        scope.Sql.Append(") AS ").Append(Alias).Append(" ON ");
        AppendPairs(scope.Sql);
    }

    private void AppendMatches(SqlScope scope, string inner)
    {
        foreach (var (column, value) in matches)
        {
            scope.Sql.Append(" AND ");
            if (value is DBNull)
            {
                scope.Sql.Append("FALSE");
                continue;
            }

            new ValueExpression(inner, column).AppendTo(scope.Sql);
            scope.Sql.Append(" = ").AppendParameter(value, SqlTypes.Of(column.Kind));
        }

        scope.AppendAndConstants(order.Relation.Only, order.Relation.Target.Columns, inner);
        scope.AppendAndPolicy(order.Relation.Target, inner);
    }

    private void AppendPairs(SqlBuilder sql)
    {
        for (var i = 0; i < order.Relation.To.Length; i++)
        {
            sql.Append(i == 0 ? "" : " AND ").AppendColumn(Alias, order.Relation.To[i]).Append(" = ").AppendColumn(fromAlias, order.Relation.From[i]);
        }
    }
}
