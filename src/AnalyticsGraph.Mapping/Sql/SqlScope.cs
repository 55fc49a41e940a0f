using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Sql;

/// <summary>A statement under composition with what every fragment needs: the caller's policies and the limits.</summary>
internal sealed class SqlScope(SqlBuilder sql, IPolicyProvider policies, MappingLimits limits, RequestContext request, ForeignKeys? foreign = null)
{
    public SqlBuilder Sql { get; } = sql;

    public MappingLimits Limits { get; } = limits;

    /// <summary>What the filter found in the other store.</summary>
    public ForeignKeys Foreign => foreign ?? throw new InvalidOperationException("A filter reaches into the other store, but its keys were not asked for.");

    /// <summary>The table with its alias; replacing tables are read with <c>FINAL</c>.</summary>
    public void AppendTable(TableModel table, string alias)
    {
        Sql.AppendName(table.Table).Append(" AS ").Append(alias);
        if (table.ReadsFinal)
        {
            Sql.Append(" FINAL");
        }
    }

    /// <summary>The narrow index that can be read in a table's place; null if there is none, it lacks a column, or the caller's policy may need others.</summary>
    public RowIndex? IndexOf(TableModel table, IEnumerable<string> columns) =>
        table.Index is { } index && Sql.IsPostgres && policies.GetPolicy(table, request) is null
        && columns.All(index.Columns.Contains) && table.Only.All(only => index.Columns.Contains(only.Column))
            ? index
            : null;

    /// <summary>Appends <c> AND policy</c>: the type's standing one and the caller's. Nothing where the caller may see all.</summary>
    public void AppendAndPolicy(TableModel table, string alias)
    {
        AppendAndConstants(table.Only, table.Columns, alias);
        if (policies.GetPolicy(table, request) is { } policy)
        {
            Sql.Append(" AND (");
            policy.AppendTo(Sql, alias);
            Sql.Append(')');
        }
    }

    /// <summary>Appends the policy as a condition of its own.</summary>
    public void AppendPolicy(TableModel table, string alias)
    {
        Sql.Append("TRUE");
        AppendAndPolicy(table, alias);
    }

    /// <summary>Appends <c> AND alias.column = constant</c> for each constant of a mapping directive.</summary>
    public void AppendAndConstants(IEnumerable<ColumnConstant> constants, IReadOnlyDictionary<string, ColumnModel> columns, string alias)
    {
        foreach (var constant in constants)
        {
            var column = columns[constant.Column];
            Sql.Append(" AND ");
            new ValueExpression(alias, column).AppendTo(Sql);
            Sql.Append(" = ").AppendParameter(ConstantValues.Parse(column, constant.Value), SqlTypes.Of(column.Kind));
        }
    }
}
