using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Rows;

namespace AnalyticsGraph.Mapping.Sql;

/// <summary>The keys of the rows that a filter means, with values of theirs and of related rows, in PostgreSQL.</summary>
internal sealed class SelectionStatement(SqlScope scope, TableModel table)
{
    private readonly SqlBuilder _sql = scope.Sql;
    private readonly string _alias = scope.Sql.NextAlias();
    private readonly List<ValueExpression> _values = [];

    /// <summary>How the columns are read.</summary>
    public IEnumerable<ValueShape> Shapes => [ValueShape.Of(table.Column(table.Key[0])), .. _values.Select(ValueShape.Of)];

    /// <summary>Composes the statement.</summary>
    /// <param name="filter">The filter, with the caller's policy.</param>
    /// <param name="columns">The values.</param>
    /// <param name="limit">The most rows.</param>
    public SqlStatement Compose(MappedFilter filter, IReadOnlyList<RowColumn> columns, int limit)
    {
        // Aliases first: the values stand before the tables that they come from. Values of the same related row share its join.
        var joins = new Dictionary<string, (RowColumn Column, RelatedRows Rows, string Alias)>(StringComparer.Ordinal);
        foreach (var column in columns)
        {
            if (column.Relation is null)
            {
                _values.Add(new ValueExpression(_alias, table.Column(column.Column)));
                continue;
            }

            var relation = (RelationField)table.Fields[column.Relation];
            var key = $"{column.Relation}\0{string.Join('\0', column.Match.IsDefault ? [] : column.Match.Select(match => $"{match.Column}\0{match.Value}"))}";
            if (!joins.TryGetValue(key, out var join))
            {
                var rows = new RelatedRows(scope, relation, _alias);
                joins.Add(key, join = (column, rows, rows.TakeAliases()));
            }

            _values.Add(new ValueExpression(join.Alias, relation.Target.Column(column.Column), isOuter: true));
        }

        _sql.Append("SELECT ").AppendColumn(_alias, table.Key[0]);
        foreach (var value in _values)
        {
            _sql.Append(", ");
            value.AppendTo(_sql);
        }

        _sql.Append(" FROM ");
        scope.AppendTable(table, _alias);
        foreach (var (column, rows, alias) in joins.Values)
        {
            AppendJoin(column, rows, alias);
        }

        _sql.Append(" WHERE ");
        filter.AppendTo(_sql, _alias);
        _sql.Append(" LIMIT ").AppendParameter((long)limit + 1, SqlType.Int64);
        return _sql.Build();
    }

    private void AppendJoin(RowColumn column, RelatedRows rows, string alias)
    {
        var relation = (RelationField)table.Fields[column.Relation!];
        _sql.Append(relation.Through is null ? " LEFT JOIN " : " LEFT JOIN (");
        rows.AppendSource();
        _sql.Append(relation.Through is null ? " ON " : ") ON ");
        rows.AppendJoin();
        rows.AppendAndRest(alias);
        if (!column.Match.IsDefault)
        {
            scope.AppendAndConstants(column.Match.Select(match => new ColumnConstant(match.Column, match.Value)), relation.Target.Columns, alias);
        }
    }
}
