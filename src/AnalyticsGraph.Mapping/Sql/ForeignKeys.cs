using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Rows;

namespace AnalyticsGraph.Mapping.Sql;

/// <summary>
/// The keys that a request's filter found in the other store, by the condition: the relation it is about, the filter object it stands in, and its operator. The object alone does not tell it: all empty
/// ones are the same, and so are those of a variable that is used twice.
/// </summary>
internal sealed class ForeignKeys
{
    private readonly List<(RelationField Relation, ArgumentValues Filter, string Operator, KeySet Keys)> _found = [];

    public void Add(RelationField relation, ArgumentValues filter, string name, KeySet keys) => _found.Add((relation, filter, name, keys));

    public KeySet Of(RelationField relation, ArgumentValues filter, string name) =>
        _found.Find(found => ReferenceEquals(found.Relation, relation) && ReferenceEquals(found.Filter, filter) && found.Operator == name).Keys
        ?? throw new InvalidOperationException("A condition on the other store was not resolved before its statement was composed.");
}

/// <summary>The distinct keys of the rows that meet a condition, for a filter of the other store.</summary>
internal static class ForeignKeyStatement
{
    public static SqlStatement Compose(SqlScope scope, RelationField relation, ArgumentValues filter, bool isNegated, int limit)
    {
        var sql = scope.Sql;
        var alias = sql.NextAlias();
        sql.Append("SELECT DISTINCT ");
        for (var i = 0; i < relation.To.Length; i++)
        {
            // As it is compared in the other store: by its value.
            sql.Append(i == 0 ? "" : ", ");
            new ValueExpression(alias, relation.Target.Column(relation.To[i])).AppendTo(sql);
        }

        sql.Append(" FROM ");
        scope.AppendTable(relation.Target, alias);
        sql.Append(" WHERE ");
        scope.AppendPolicy(relation.Target, alias);
        scope.AppendAndConstants(relation.Only, relation.Target.Columns, alias);
        sql.Append(isNegated ? " AND NOT coalesce(TRUE" : "");
        new FilterComposer(scope).AppendAnd(relation.Target, alias, filter);
        sql.Append(isNegated ? ", FALSE)" : "").Append(" LIMIT ").AppendParameter((long)limit, SqlType.Int64);
        return sql.Build();
    }
}
