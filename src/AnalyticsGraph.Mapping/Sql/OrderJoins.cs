using System.Collections.Immutable;
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
internal sealed class RelatedOrderJoin(RelatedOrder order, ImmutableArray<(ColumnModel Column, object Value)> matches, string fromAlias, string alias) : OrderJoin(alias)
{
    public override void AppendTo(SqlScope scope)
    {
        var sql = scope.Sql;
        sql.Append(sql.IsPostgres ? " LEFT JOIN " : " LEFT ANY JOIN (SELECT * FROM ");
        var inner = sql.IsPostgres ? Alias : sql.NextAlias();
        scope.AppendTable(order.Relation.Target, inner);
        sql.Append(sql.IsPostgres ? " ON " : " WHERE TRUE");
        if (sql.IsPostgres)
        {
            AppendPairs(sql);
        }

        foreach (var (column, value) in matches)
        {
            sql.Append(" AND ");
            if (value is DBNull)
            {
                sql.Append("FALSE");
                continue;
            }

            new ValueExpression(inner, column).AppendTo(sql);
            sql.Append(" = ").AppendParameter(value, SqlTypes.Of(column.Kind));
        }

        scope.AppendAndConstants(order.Relation.Only, order.Relation.Target.Columns, inner);
        scope.AppendAndPolicy(order.Relation.Target, inner);
        if (!sql.IsPostgres)
        {
            sql.Append(") AS ").Append(Alias).Append(" ON ");
            AppendPairs(sql);
        }
    }

    private void AppendPairs(SqlBuilder sql)
    {
        for (var i = 0; i < order.Relation.To.Length; i++)
        {
            sql.Append(i == 0 ? "" : " AND ").AppendColumn(Alias, order.Relation.To[i]).Append(" = ").AppendColumn(fromAlias, order.Relation.From[i]);
        }
    }
}
