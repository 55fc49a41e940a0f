using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Sessions;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Mapping;

/// <summary>A filter of a mapped type, ready to stand in a statement of C#: the caller's policy, and the keys that it needed from the other store, are part of it.</summary>
public sealed class MappedFilter
{
    private readonly StoreSession _session;
    private readonly TableModel _table;
    private readonly ArgumentValues? _where;
    private readonly ForeignKeys? _foreign;

    internal MappedFilter(StoreSession session, TableModel table, ArgumentValues? where, ForeignKeys? foreign) =>
        (_session, _table, _where, _foreign) = (session, table, where, foreign);

    /// <summary>Whether every row of the type meets it, and may be seen.</summary>
    public bool IsEverything => _where is null or { Values.IsEmpty: true } && _session.SeesAll(_table);

    /// <summary>Begins a statement for the store of the type.</summary>
    public SqlBuilder NewStatement() => new(_session.Store);

    /// <summary>Appends the type's table as <c>table AS alias</c>.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="alias">An alias of it.</param>
    public void AppendTable(SqlBuilder sql, string alias) => _session.NewScope(sql, _foreign, null).AppendTable(_table, alias);

    /// <summary>Appends the filter as a condition.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="alias">The alias of the table whose rows are meant.</param>
    public void AppendTo(SqlBuilder sql, string alias)
    {
        var scope = _session.NewScope(sql, _foreign, null);
        scope.AppendPolicy(_table, alias);
        new FilterComposer(scope).AppendAnd(_table, alias, _where);
    }

    /// <summary>Appends conditions on a number that the statement has computed.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="alias">The alias of the query within, whose column the number is.</param>
    /// <param name="column">The column.</param>
    /// <param name="operators">A coerced <c>DoubleOperationFilterInput</c>.</param>
    /// <param name="path">Its place in the arguments, for messages.</param>
    public void AppendConditions(SqlBuilder sql, string alias, string column, ArgumentValues operators, string path)
    {
        var value = new ValueExpression(alias, AggregateColumns.Of(column, SqlType.Double, isNullable: true));
        var field = new ColumnField(column, new FieldType("Double", false, false, false), ScalarKind.Double, null, true, column);
        new FilterComposer(_session.NewScope(sql, _foreign, null)).AppendOperators(new FilterPlace(_table, _table, alias, "", path, 1), new LeafConditions(sql, value, field, path), operators);
    }
}
