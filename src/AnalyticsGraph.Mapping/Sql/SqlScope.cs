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

    /// <summary>Appends <c> AND policy</c>, or nothing where the caller may see all.</summary>
    public void AppendAndPolicy(TableModel table, string alias)
    {
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
        if (policies.GetPolicy(table, request) is { } policy)
        {
            Sql.Append('(');
            policy.AppendTo(Sql, alias);
            Sql.Append(')');
        }
        else
        {
            Sql.Append("TRUE");
        }
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
