using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Rows;

namespace AnalyticsGraph.Mapping.Sql;

/// <summary>What is asked of a table's rows, or of those of each parent.</summary>
/// <param name="Table">The table.</param>
/// <param name="Measures">What is selected of each group.</param>
/// <param name="Where">The rows, or null for all.</param>
/// <param name="GroupBy">Group-by inputs; null or empty for one group of all rows.</param>
/// <param name="Having">Which groups, or null for all.</param>
/// <param name="OrderBy">Sort inputs, or null for the groups' own order.</param>
/// <param name="Limit">The most groups, for each parent.</param>
internal sealed record AggregateQuery(
    TableModel Table, ImmutableArray<AggregateMeasure> Measures, ArgumentValues? Where, object?[]? GroupBy, ArgumentValues? Having, object?[]? OrderBy, int Limit)
{
    /// <summary>Whether there is one group whatever the rows are.</summary>
    public bool IsWhole => GroupBy is not { Length: > 0 };
}

/// <summary>A composed statement for groups, and how to read it.</summary>
/// <param name="Statement">The statement.</param>
/// <param name="Shapes">The keys' columns, then the measures; a slot or key columns follow.</param>
/// <param name="Keys">What was grouped by.</param>
/// <param name="KeyColumns">How many columns the keys have together.</param>
internal sealed record AggregateStatement(SqlStatement Statement, ImmutableArray<ValueShape> Shapes, ImmutableArray<GroupKey> Keys, int KeyColumns)
{
    /// <summary>
    /// Composes the statement. The groups are made in a statement within, so that conditions and order on what they yield are those on any column. Of a nested field it is made for all
    /// parents: in PostgreSQL by one lateral subquery for each key, in ClickHouse by grouping by the parents' keys as well.
    /// </summary>
    /// <param name="scope">The statement.</param>
    /// <param name="query">What is asked.</param>
    /// <param name="relation">The relation that leads to the rows; null at the root.</param>
    /// <param name="parents">The parents' keys; null at the root.</param>
    /// <param name="cache">The texts composed before.</param>
    public static AggregateStatement Compose(SqlScope scope, AggregateQuery query, RelationField? relation, KeySet? parents, SqlTextCache cache) =>
        new Composer(scope, query, relation, parents).Compose(cache);

    private sealed class Composer
    {
        private readonly SqlScope _scope;
        private readonly SqlBuilder _sql;
        private readonly AggregateQuery _query;
        private readonly KeySet? _parents;
        private readonly RelatedRows? _rows;
        private readonly List<AggregateMeasure> _measures;
        private readonly List<(AggregateMeasure Measure, bool Descending)> _order;

        public Composer(SqlScope scope, AggregateQuery query, RelationField? relation, KeySet? parents)
        {
            (_scope, _sql, _query, _parents) = (scope, scope.Sql, query, parents);
            _rows = relation is null ? null
                : new RelatedRows(scope, relation, _sql.IsPostgres ? "p" : "", _sql.IsPostgres ? KeyConditions.OrdinalColumns(parents!.Columns.Length) : default);
            _order = [.. (query.OrderBy ?? []).Select(entry => AggregateArguments.Order(query.Table, (ArgumentValues)entry!))];
            if (_order.Count > scope.Limits.MaxOrderTerms)
            {
                throw InputErrors.Limit($"order has {_order.Count} entries; at most {scope.Limits.MaxOrderTerms} are allowed.");
            }

            if (query is { IsWhole: true, Having: not null })
            {
                throw InputErrors.Bad("`having` chooses among groups; say by `groupBy` what they are.");
            }

            var needs = query.Having is null ? [] : HavingComposer.Needs(query.Table, query.Having, scope.Limits);
            _measures = [.. query.Measures.Concat(needs).Concat(_order.Select(term => term.Measure)).Distinct()];
        }

        public AggregateStatement Compose(SqlTextCache cache)
        {
            var isLateral = _sql.IsPostgres && _rows is not null;
            if (isLateral)
            {
                _sql.Append("SELECT r.*, p.ord FROM ");
                KeyConditions.AppendOrdinalTable(_sql, _parents!);
                _sql.Append(" CROSS JOIN LATERAL (");
            }

            _sql.Append("SELECT * FROM (");
            var groups = AppendGroups();
            _sql.Append(") AS g WHERE TRUE");
            if (_query.Having is { } having)
            {
                _sql.Append(" AND ");
                new HavingComposer(_scope, _query.Table, ValueOf).Append(having);
            }

            AppendOrder(groups);
            _sql.Append(" LIMIT ").AppendParameter((long)_query.Limit + 1, SqlType.Int64);
            if (!_sql.IsPostgres)
            {
                AppendParents(_parents is null ? "" : " BY ", "g");
                _sql.Append(" SETTINGS join_use_nulls = 1, enable_extended_results_for_datetime_functions = 1");
            }

            _sql.Append(isLateral ? ") AS r" : "");
            ImmutableArray<ValueShape> shapes =
            [
                .. groups.Columns.Select(column => ValueShape.Of(column.Model)),
                .. _measures.Select((measure, i) => ValueShape.Of(ModelOf(measure, i))),
                .. _sql.IsPostgres || _parents is null ? [] : _parents.Types.Select(RowsStatement.KeyShape),
            ];
            return new AggregateStatement(_sql.Build(cache), shapes, [.. groups.Keys], groups.Columns.Count);
        }

        private GroupPlan AppendGroups()
        {
            var alias = _rows?.TakeAliases() ?? _sql.NextAlias();
            var groups = GroupPlan.Make(_scope, _query.Table, alias, _query.GroupBy);
            AppendSelect(groups, alias);
            _sql.Append(" FROM ");
            if (_rows is null)
            {
                _scope.AppendTable(_query.Table, alias);
            }
            else
            {
                _rows.AppendSource();
            }

            groups.AppendJoins();
            _sql.Append(" WHERE ");
            AppendRows(alias);
            new FilterComposer(_scope).AppendAnd(_query.Table, alias, _query.Where);
            AppendGroupBy(groups);
            return groups;
        }

        private void AppendSelect(GroupPlan groups, string alias)
        {
            _sql.Append("SELECT ");
            foreach (var column in groups.Columns)
            {
                column.AppendTo(_sql);
                _sql.Append(" AS ").AppendName(column.Model.Name).Append(", ");
            }

            for (var i = 0; i < _measures.Count; i++)
            {
                _sql.Append(i == 0 ? "" : ", ");
                _measures[i].AppendTo(_sql, _query.Table, alias);
                _sql.Append(" AS ").AppendName(NameOf(i));
            }

            for (var i = 0; !_sql.IsPostgres && i < _rows?.KeyColumns.Length; i++)
            {
                _sql.Append(", ").AppendColumn(_rows.KeyAlias, _rows.KeyColumns[i]).Append(" AS ").AppendName($"parent {i}");
            }
        }

        private void AppendRows(string alias)
        {
            if (_rows is null)
            {
                _scope.AppendPolicy(_query.Table, alias);
                return;
            }

            if (_sql.IsPostgres)
            {
                _rows.AppendJoin();
            }
            else
            {
                KeyConditions.AppendIn(_scope, _rows.KeyAlias, _rows.KeyColumns, _parents!);
            }

            _rows.AppendAndRest(alias);
        }

        private void AppendGroupBy(GroupPlan groups)
        {
            var before = " GROUP BY ";
            foreach (var column in groups.Columns)
            {
                _sql.Append(before).AppendName(column.Model.Name);
                before = ", ";
            }

            AppendParents(before, null);
        }

        private void AppendOrder(GroupPlan groups)
        {
            var before = " ORDER BY ";
            if (AppendParents(before, "g"))
            {
                before = ", ";
            }

            var terms = _order.Select(term => new OrderTerm(ValueOf(term.Measure), term.Descending))
                .Concat(groups.Columns.Select(column => new OrderTerm(new ValueExpression("g", column.Model), column.Descending)));
            foreach (var term in terms)
            {
                _sql.Append(before);
                term.AppendTo(_sql, reverse: false);
                before = ", ";
            }
        }

        // The parents' keys are columns of the groups in ClickHouse alone.
        private bool AppendParents(string before, string? alias)
        {
            for (var i = 0; !_sql.IsPostgres && i < _parents?.Columns.Length; i++)
            {
                _sql.Append(i == 0 ? before : ", ").Append(alias is null ? "" : alias + ".").AppendName($"parent {i}");
            }

            return !_sql.IsPostgres && _parents is not null;
        }

        private ValueExpression ValueOf(AggregateMeasure measure)
        {
            var at = _measures.IndexOf(measure);
            return new ValueExpression("g", ModelOf(measure, at));
        }

        private ColumnModel ModelOf(AggregateMeasure measure, int at) => measure.ColumnOf(_query.Table, NameOf(at));

        private static string NameOf(int measure) => $"measure {measure}";
    }
}
