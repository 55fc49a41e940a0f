using System.Collections.Immutable;
using AnalyticsGraph.Mapping.Rows;

namespace AnalyticsGraph.Mapping.Sql;

/// <summary>Conditions on, and sources of, a set of keys: bound as one array for each column, or, in ClickHouse and beyond a limit, sent along as a table.</summary>
internal static class KeyConditions
{
    /// <summary>Appends that columns equal one of the keys.</summary>
    public static void AppendIn(SqlScope scope, string alias, ImmutableArray<string> columns, KeySet keys)
    {
        var sql = scope.Sql;
        var isSent = !sql.IsPostgres && keys.Count > scope.Limits.MaxArrayKeys;
        if (columns.Length == 1 && !isSent)
        {
            sql.AppendColumn(alias, columns[0]).Append(sql.IsPostgres ? " = ANY(" : " IN ").AppendParameter(keys.Columns[0], keys.Types[0], isArray: true).Append(sql.IsPostgres ? ")" : "");
            return;
        }

        sql.Append('(');
        for (var i = 0; i < columns.Length; i++)
        {
            sql.Append(i == 0 ? "" : ", ").AppendColumn(alias, columns[i]);
        }

        if (isSent)
        {
            sql.Append(") IN (SELECT * FROM ").Append(sql.AddTable(keys)).Append(')');
            return;
        }

        sql.Append(sql.IsPostgres ? ") IN (SELECT * FROM unnest(" : ") IN (SELECT arrayJoin(arrayZip(");
        AppendArrays(sql, keys);
        sql.Append("))").Append(sql.IsPostgres ? "" : ")");
    }

    /// <summary>Appends PostgreSQL's table of keys with their ordinals: <c>unnest($1) WITH ORDINALITY AS p(k0, ord)</c>.</summary>
    public static void AppendOrdinalTable(SqlBuilder sql, KeySet keys)
    {
        sql.Append("unnest(");
        AppendArrays(sql, keys);
        sql.Append(") WITH ORDINALITY AS p(");
        for (var i = 0; i < keys.Columns.Length; i++)
        {
            sql.Append('k').AppendNumber(i).Append(", ");
        }

        sql.Append("ord)");
    }

    /// <summary>The columns of <see cref="AppendOrdinalTable"/>.</summary>
    public static ImmutableArray<string> OrdinalColumns(int count) => [.. Enumerable.Range(0, count).Select(i => $"k{i}")];

    private static void AppendArrays(SqlBuilder sql, KeySet keys)
    {
        for (var i = 0; i < keys.Columns.Length; i++)
        {
            sql.Append(i == 0 ? "" : ", ").AppendParameter(keys.Columns[i], keys.Types[i], isArray: true);
        }
    }
}
