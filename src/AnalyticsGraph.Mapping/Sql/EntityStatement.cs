using System.Collections.Immutable;
using AnalyticsGraph.Mapping.Rows;
using AnalyticsGraph.Mapping.Sessions;

namespace AnalyticsGraph.Mapping.Sql;

/// <summary>Rows by their keys: for to-one relations, <c>node</c>, and whoever has a key in hand.</summary>
internal static class EntityStatement
{
    public static SqlStatement Compose(SqlScope scope, EntityTarget target, RowLayout layout, KeySet keys)
    {
        var sql = scope.Sql;
        var rows = target.Relation is null ? null : new RelatedRows(scope, target.Relation, "");
        var alias = rows?.TakeAliases() ?? sql.NextAlias();
        sql.Append("SELECT ");
        for (var i = 0; i < layout.Items.Length; i++)
        {
            sql.Append(i == 0 ? "" : ", ");
            layout.Items[i].AppendTo(sql, alias);
        }

        if (target.IsThroughLink)
        {
            rows!.AppendKeys(", ");
        }

        sql.Append(" FROM ");
        if (rows is null)
        {
            scope.AppendTable(target.Table, alias);
        }
        else
        {
            rows.AppendSource();
        }

        sql.Append(" WHERE ");
        KeyConditions.AppendIn(scope, rows?.KeyAlias ?? alias, target.Columns, keys);
        if (rows is null)
        {
            scope.AppendAndPolicy(target.Table, alias);
        }
        else
        {
            rows.AppendAndRest(alias);
        }

        // Of several rows with the key wanted, the first by the table's own key is taken.
        if (!target.Columns.SequenceEqual(target.Table.Key))
        {
            sql.Append(" ORDER BY ").AppendColumn(alias, target.Table.Key[0]);
        }

        return sql.Build(target.Texts);
    }

    public static ImmutableArray<ValueShape> ShapesOf(EntityTarget target, RowLayout layout) => target.Relation?.Through is { } link
        ? [.. layout.Shapes, .. link.From.Select(column => ValueShape.Of(link.Columns[column]))]
        : layout.Shapes;
}
