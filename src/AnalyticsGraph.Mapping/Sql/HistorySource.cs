using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Sql;

/// <summary>
/// A table and its history as one source: all versions of its rows. It has no conditions of its own: then PostgreSQL takes the union apart, and conditions and joins reach both tables, each
/// by its own index (those on the time become conditions on <c>changed_at</c> here and on <c>valid</c> there).
/// </summary>
internal static class HistorySource
{
    /// <summary>Appends all versions.</summary>
    public static void Append(SqlBuilder sql, TableModel table, string alias)
    {
        sql.Append('(');
        AppendSelect(sql, table);
        sql.Append(", \"changed_at\" AS \"valid_from\", NULL::timestamptz AS \"valid_to\", NULL::text AS \"ended_by\" FROM ").AppendName(table.Table).Append(" UNION ALL ");
        AppendSelect(sql, table);
        sql.Append(", lower(\"valid\"), upper(\"valid\"), \"ended_by\" FROM ").AppendName(table.History!.Table).Append(") AS ").Append(alias);
    }

    /// <summary>Appends <c> AND ...</c> for the versions that were true at a time.</summary>
    public static void AppendAndTrueAt(SqlBuilder sql, DateTime moment, string alias)
    {
        AppendAndKnownAt(sql, moment, alias);
        sql.Append(" AND (").AppendColumn(alias, HistoryModel.ValidTo).Append(" IS NULL OR ").AppendColumn(alias, HistoryModel.ValidTo).Append(" > ").AppendParameter(moment, SqlType.Timestamp).Append(')');
    }

    /// <summary>Appends <c> AND ...</c> for the versions that there were at a time.</summary>
    public static void AppendAndKnownAt(SqlBuilder sql, DateTime moment, string alias) =>
        sql.Append(" AND ").AppendColumn(alias, HistoryModel.ValidFrom).Append(" <= ").AppendParameter(moment, SqlType.Timestamp);

    private static void AppendSelect(SqlBuilder sql, TableModel table)
    {
        var isFirst = true;
        foreach (var column in table.History!.Columns)
        {
            sql.Append(isFirst ? "SELECT " : ", ").AppendName(column);
            isFirst = false;
        }
    }
}
