using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Sql;

/// <summary>
/// One term of an order. In both directions the class comes first (a number or other value 0, NaN 1, missing 2), then the value. Where PostgreSQL's own order is just
/// that, the term is the bare expression, so that an index serves it.
/// </summary>
internal sealed record OrderTerm(ValueExpression Value, bool Descending)
{
    /// <summary>Appends the term of an ORDER BY.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="reverse">Whether the whole order is turned around, to read a page backwards.</param>
    /// <param name="name">The name under which a statement within this one has selected the value; null for the value itself.</param>
    public void AppendTo(SqlBuilder sql, bool reverse, string? name = null)
    {
        if (sql.IsPostgres)
        {
            AppendPostgres(sql, reverse, name);
        }
        else
        {
            AppendClickHouse(sql, reverse);
        }
    }

    private void AppendPostgres(SqlBuilder sql, bool reverse, string? name)
    {
        var nulls = Value.IsNullable ? (reverse ? " NULLS FIRST" : " NULLS LAST") : "";

        // PostgreSQL sorts NaN after all numbers, so only a descending order has to move it.
        if (Descending && Value.MayBeNaN)
        {
            sql.Append('(');
            AppendValue(sql, name);
            sql.Append(" = 'NaN')").Append(reverse ? " DESC" : "").Append(nulls).Append(", ");
        }

        AppendValue(sql, name);
        sql.Append(Descending != reverse ? " DESC" : "").Append(nulls);
    }

    private void AppendValue(SqlBuilder sql, string? name)
    {
        if (name is null)
        {
            Value.AppendTo(sql);
        }
        else
        {
            sql.AppendName(name);
        }
    }

    private void AppendClickHouse(SqlBuilder sql, bool reverse)
    {
        if (Value.IsNullable || Value.MayBeNaN)
        {
            // coalesce: isNaN of null is null.
            sql.Append("multiIf(isNull(");
            Value.AppendTo(sql);
            sql.Append("), 2, ");
            if (Value.MayBeNaN)
            {
                sql.Append("coalesce(isNaN(");
                Value.AppendTo(sql);
                sql.Append("), 0), 1, ");
            }

            sql.Append("0)").Append(reverse ? " DESC, " : ", ");
        }

        Value.AppendTo(sql);
        sql.Append(Descending != reverse ? " DESC" : "");
    }
}
