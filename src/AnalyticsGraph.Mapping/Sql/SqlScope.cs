using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Sql;

/// <summary>A statement under composition with what every fragment needs: the caller's policies, the limits, and the time it reads as of.</summary>
internal sealed class SqlScope(SqlBuilder sql, IPolicyProvider policies, MappingLimits limits, RequestContext request, ForeignKeys? foreign = null, DateTime? asOf = null)
{
    public SqlBuilder Sql { get; } = sql;

    public MappingLimits Limits { get; } = limits;

    /// <summary>The time to read as of; null for the present.</summary>
    public DateTime? AsOf => asOf;

    /// <summary>What the filter found in the other store.</summary>
    public ForeignKeys Foreign => foreign ?? throw new InvalidOperationException("A filter reaches into the other store, but its keys were not asked for.");

    /// <summary>
    /// The table with its alias; replacing tables are read with <c>FINAL</c>. A table that is read as of a time comes with its history: the condition on the time is part of the policy, which every read has.
    /// </summary>
    public void AppendTable(TableModel table, string alias)
    {
        if (table.VersionsOf is not null || (asOf is not null && table.History is not null))
        {
            HistorySource.Append(Sql, table.VersionsOf ?? table, alias);
            return;
        }

        Sql.AppendName(table.Table).Append(" AS ").Append(alias);
        if (table.ReadsFinal)
        {
            Sql.Append(" FINAL");
        }
    }

    /// <summary>The narrow index that can be read in a table's place; null if there is none, it lacks a column, or the caller's policy may need others.</summary>
    public RowIndex? IndexOf(TableModel table, IEnumerable<string> columns) =>
        table.Index is { } index && Sql.IsPostgres && (asOf is null || table.History is null) && policies.GetPolicy(table, request) is null
        && columns.All(index.Columns.Contains) && table.Only.All(only => index.Columns.Contains(only.Column))
            ? index
            : null;

    /// <summary>Appends <c> AND policy</c>: the time that is read as of, the type's standing policy and the caller's. Nothing where the caller may see all of the present.</summary>
    public void AppendAndPolicy(TableModel table, string alias)
    {
        if (asOf is { } moment && table.VersionsOf is not null)
        {
            HistorySource.AppendAndKnownAt(Sql, moment, alias);
        }
        else if (asOf is { } time && table.History is not null)
        {
            HistorySource.AppendAndTrueAt(Sql, time, alias);
        }

        AppendAndConstants(table.Only, table.Columns, alias);
        if (policies.GetPolicy(table.VersionsOf ?? table, request) is { } policy)
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
