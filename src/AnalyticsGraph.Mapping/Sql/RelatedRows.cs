using System.Collections.Immutable;
using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Sql;

/// <summary>The rows that a relation leads to, as part of a statement: through its link table, narrowed by its constants and the caller's policy.</summary>
/// <param name="scope">The statement.</param>
/// <param name="relation">The relation.</param>
/// <param name="fromAlias">The alias that has the relation's <c>from</c> values.</param>
/// <param name="fromColumns">The columns of that alias, if they are not named like the relation's.</param>
internal sealed class RelatedRows(SqlScope scope, RelationField relation, string fromAlias, ImmutableArray<string> fromColumns = default)
{
    private readonly SqlBuilder _sql = scope.Sql;
    private string? _target;
    private readonly ImmutableArray<string> _from = fromColumns.IsDefault ? relation.From : fromColumns;

    /// <summary>The columns of the target, or of the link, that equal the relation's <c>from</c>; with their alias after <see cref="AppendSource"/>.</summary>
    public ImmutableArray<string> KeyColumns => relation.Through?.From ?? relation.To;

    /// <summary>The alias of <see cref="KeyColumns"/>.</summary>
    public string KeyAlias { get; private set; } = "";

    /// <summary>Takes the aliases, for statements whose columns stand before their source.</summary>
    /// <returns>The target's alias.</returns>
    public string TakeAliases()
    {
        _target ??= _sql.NextAlias();
        KeyAlias = KeyAlias.Length > 0 ? KeyAlias : relation.Through is null ? _target : _sql.NextAlias();
        return _target;
    }

    /// <summary>Appends <c>target AS tN</c>, with the link joined to it.</summary>
    /// <returns>The target's alias.</returns>
    public string AppendSource()
    {
        var target = TakeAliases();
        if (relation.Through is not { } link)
        {
            scope.AppendTable(relation.Target, target);
            return target;
        }

        _sql.AppendName(link.Table).Append(" AS ").Append(KeyAlias).Append(" JOIN ");
        scope.AppendTable(relation.Target, target);
        _sql.Append(" ON ");
        for (var i = 0; i < link.To.Length; i++)
        {
            _sql.Append(i == 0 ? "" : " AND ").AppendColumn(target, relation.To[i]).Append(" = ").AppendColumn(KeyAlias, link.To[i]);
        }

        return target;
    }

    /// <summary>Appends <c>key = from</c> for every pair of columns.</summary>
    public void AppendJoin()
    {
        for (var i = 0; i < KeyColumns.Length; i++)
        {
            _sql.Append(i == 0 ? "" : " AND ").AppendColumn(KeyAlias, KeyColumns[i]).Append(" = ").AppendColumn(fromAlias, _from[i]);
        }
    }

    /// <summary>Appends the key's columns.</summary>
    /// <param name="before">What stands before the first one.</param>
    public void AppendKeys(string before)
    {
        for (var i = 0; i < KeyColumns.Length; i++)
        {
            _sql.Append(i == 0 ? before : ", ").AppendColumn(KeyAlias, KeyColumns[i]);
        }
    }

    /// <summary>Appends <c> AND ...</c> for the relation's constants and the policy.</summary>
    /// <param name="target">The target's alias.</param>
    public void AppendAndRest(string target)
    {
        scope.AppendAndConstants(relation.Only, relation.Target.Columns, target);
        if (relation.Through is { } link)
        {
            scope.AppendAndConstants(link.Only, link.Columns, KeyAlias);
        }

        scope.AppendAndPolicy(relation.Target, target);
    }

    /// <summary>
    /// Appends whether there is such a row. PostgreSQL plans a correlated EXISTS as a semi-join; for ClickHouse it is a membership in a set that does not depend on the row.
    /// </summary>
    /// <param name="isNegated">Whether there must be none.</param>
    /// <param name="appendAnd">Appends further conditions, each with its own <c> AND </c>, on the target's alias.</param>
    public void AppendExists(bool isNegated, Action<string> appendAnd)
    {
        if (_sql.IsPostgres)
        {
            _sql.Append(isNegated ? "NOT EXISTS (SELECT 1 FROM " : "EXISTS (SELECT 1 FROM ");
            var target = AppendSource();
            _sql.Append(" WHERE ");
            AppendJoin();
            AppendAndRest(target);
            appendAnd(target);
            _sql.Append(')');
            return;
        }

        _sql.Append(isNegated ? "NOT coalesce(" : "coalesce(");
        AppendTuple(fromAlias, _from);
        _sql.Append(" IN (SELECT ");
        AppendMembers(appendAnd);
        _sql.Append("), FALSE)");
    }

    private void AppendMembers(Action<string> appendAnd)
    {
        TakeAliases();
        AppendKeys("");
        _sql.Append(" FROM ");
        var target = AppendSource();
        _sql.Append(" WHERE TRUE");
        AppendAndRest(target);
        appendAnd(target);
    }

    private void AppendTuple(string alias, ImmutableArray<string> columns)
    {
        _sql.Append(columns.Length > 1 ? "(" : "");
        for (var i = 0; i < columns.Length; i++)
        {
            _sql.Append(i == 0 ? "" : ", ").AppendColumn(alias, columns[i]);
        }

        _sql.Append(columns.Length > 1 ? ")" : "");
    }
}
