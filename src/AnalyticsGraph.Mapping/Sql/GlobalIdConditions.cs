using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Rows;

namespace AnalyticsGraph.Mapping.Sql;

/// <summary>Conditions on a global id: what they mean for the key. An id of another type belongs to no row here; one that is none at all is an error.</summary>
internal static class GlobalIdConditions
{
    public static void Append(SqlBuilder sql, TableModel table, string alias, IReadOnlyList<object?> ids)
    {
        var keys = ids.OfType<string>().Select(GlobalId.Parse).Where(id => id.TypeName == table.TypeName).Select(id => id.ReadKey(table)).Where(key => key is not null).ToList();
        if (keys.Count == 0)
        {
            sql.Append("FALSE");
            return;
        }

        // One key is equalled column by column, not looked for in a set: PostgreSQL carries an equality over to the columns that are joined with it, and so to their indexes and their order.
        if (table.Key.Length == 1 && keys.Count > 1)
        {
            var column = table.Column(table.Key[0]);
            var type = SqlTypes.Of(column.Kind);
            sql.Append('(');
            new ValueExpression(alias, column).AppendTo(sql);
            sql.Append(sql.IsPostgres ? " = ANY(" : " IN (")
                .AppendParameter(FilterValues.ToArray(keys.Select(key => key![0]), type), type, isArray: true)
                .Append("))");
            return;
        }

        sql.Append('(');
        for (var i = 0; i < keys.Count; i++)
        {
            sql.Append(i == 0 ? "(" : " OR (");
            for (var k = 0; k < table.Key.Length; k++)
            {
                var column = table.Column(table.Key[k]);
                sql.Append(k == 0 ? "" : " AND ");
                new ValueExpression(alias, column).AppendTo(sql);
                sql.Append(" = ").AppendParameter(keys[i]![k], SqlTypes.Of(column.Kind));
            }

            sql.Append(')');
        }

        sql.Append(')');
    }
}
