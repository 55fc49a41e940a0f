using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Rows;

namespace AnalyticsGraph.Mapping.Sql;

/// <summary>How many rows a connection has on all its pages; under the same filter and policy as its rows.</summary>
internal static class CountStatement
{
    public static SqlStatement ComposeRoot(SqlScope scope, TableModel table, ArgumentValues? where, SqlTextCache cache)
    {
        var sql = scope.Sql;
        var alias = sql.NextAlias();
        sql.Append(Count(sql)).Append(" FROM ");
        scope.AppendTable(table, alias);
        sql.Append(" WHERE ");
        scope.AppendPolicy(table, alias);
        new FilterComposer(scope).AppendAnd(table, alias, where);
        return sql.Build(cache);
    }

    /// <summary>For each key its count: PostgreSQL answers by ordinal, ClickHouse by the key itself and only where there are rows.</summary>
    public static SqlStatement ComposeNested(SqlScope scope, RelationField relation, ArgumentValues? where, KeySet parents, SqlTextCache cache)
    {
        var sql = scope.Sql;
        if (sql.IsPostgres)
        {
            sql.Append("SELECT c.n, p.ord FROM ");
            KeyConditions.AppendOrdinalTable(sql, parents);
            sql.Append(" CROSS JOIN LATERAL (SELECT count(*) AS n FROM ");
        }
        else
        {
            sql.Append(Count(sql));
        }

        var rows = new RelatedRows(scope, relation, "p", KeyConditions.OrdinalColumns(parents.Columns.Length));
        var alias = rows.TakeAliases();
        if (!sql.IsPostgres)
        {
            rows.AppendKeys(", ");
            sql.Append(" FROM ");
        }

        rows.AppendSource();
        sql.Append(" WHERE ");
        if (sql.IsPostgres)
        {
            rows.AppendJoin();
        }
        else
        {
            KeyConditions.AppendIn(scope, rows.KeyAlias, rows.KeyColumns, parents);
        }

        rows.AppendAndRest(alias);
        new FilterComposer(scope).AppendAnd(relation.Target, alias, where);
        if (sql.IsPostgres)
        {
            sql.Append(") AS c");
        }
        else
        {
            sql.Append(" GROUP BY ");
            rows.AppendKeys("");
        }

        return sql.Build(cache);
    }

    private static string Count(SqlBuilder sql) => sql.IsPostgres ? "SELECT count(*)" : "SELECT toInt64(count())";
}
