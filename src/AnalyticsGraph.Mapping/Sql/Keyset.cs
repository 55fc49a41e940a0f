using System.Collections.Immutable;

namespace AnalyticsGraph.Mapping.Sql;

/// <summary>
/// The condition that a row stands strictly after (or before) a cursor's place. With a row's values as (class, value) pairs it reads
/// <c>t1 after v1 OR (t1 = v1 AND (t2 after v2 OR ...))</c>, each comparison written so that it is never unknown where it should be true.
/// </summary>
internal static class Keyset
{
    /// <summary>Appends the condition.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="terms">The order.</param>
    /// <param name="values">The cursor's value for each term: null for a missing one.</param>
    /// <param name="after">Whether rows after the place are meant, else those before it.</param>
    public static void Append(SqlBuilder sql, ImmutableArray<OrderTerm> terms, object?[] values, bool after)
    {
        if (IsRowComparison(sql, terms))
        {
            AppendRowComparison(sql, terms, values, after);
            return;
        }

        var isBounded = AppendBound(sql, terms[0], values[0], after);
        for (var i = 0; i < terms.Length; i++)
        {
            sql.Append('(');
            AppendBeyond(sql, terms[i], values[i], after);
            if (i + 1 < terms.Length)
            {
                sql.Append(" OR (");
                AppendEqual(sql, terms[i], values[i]);
                sql.Append(" AND ");
            }
        }

        for (var i = 0; i < terms.Length; i++)
        {
            sql.Append(i + 1 < terms.Length ? "))" : ")");
        }

        sql.Append(isBounded ? ")" : "");
    }

    /// <summary>
    /// Says once more, in a way that an index understands, where the rest of the order begins: <c>(t1 &lt;= v1 AND ...)</c>. Only where that is one range: where missing
    /// values or NaN follow at the far end it would be two.
    /// </summary>
    private static bool AppendBound(SqlBuilder sql, OrderTerm term, object? value, bool after)
    {
        var isGreater = term.Descending != after;
        if (term.Value.IsNullable || value is null or double.NaN || (term.Value.MayBeNaN && !(sql.IsPostgres && isGreater)))
        {
            return false;
        }

        sql.Append('(');
        term.Value.AppendTo(sql);
        sql.Append(isGreater ? " >= " : " <= ").AppendParameter(value, term.Value.Type).Append(" AND ");
        return true;
    }

    /// <summary>One row comparison does where all terms are of one table, run one way and have nothing but plain values: an index then starts at the very place.</summary>
    private static bool IsRowComparison(SqlBuilder sql, ImmutableArray<OrderTerm> terms) => sql.IsPostgres
        && terms.All(term => !term.Value.IsNullable && !term.Value.MayBeNaN && term.Descending == terms[0].Descending && term.Value.Alias == terms[0].Value.Alias);

    private static void AppendRowComparison(SqlBuilder sql, ImmutableArray<OrderTerm> terms, object?[] values, bool after)
    {
        sql.Append('(');
        for (var i = 0; i < terms.Length; i++)
        {
            sql.Append(i == 0 ? "" : ", ");
            terms[i].Value.AppendTo(sql);
        }

        sql.Append(terms[0].Descending != after ? ") > (" : ") < (");
        for (var i = 0; i < terms.Length; i++)
        {
            sql.Append(i == 0 ? "" : ", ").AppendParameter(values[i]!, terms[i].Value.Type);
        }

        sql.Append(')');
    }

    private static void AppendBeyond(SqlBuilder sql, OrderTerm term, object? value, bool after)
    {
        var expression = term.Value;
        switch (value)
        {
            case null when after:
                sql.Append("FALSE");
                break;
            case null:
                expression.AppendTo(sql);
                sql.Append(" IS NOT NULL");
                break;
            case double.NaN when after:
                AppendMissing(sql, expression, "FALSE");
                break;
            case double.NaN:
                AppendNumber(sql, expression);
                break;
            default:
                AppendBeyondValue(sql, term, value, after);
                break;
        }
    }

    private static void AppendBeyondValue(SqlBuilder sql, OrderTerm term, object value, bool after)
    {
        var expression = term.Value;
        var isGreater = term.Descending != after;
        sql.Append('(');
        expression.AppendTo(sql);
        sql.Append(isGreater ? " > " : " < ").AppendParameter(value, expression.Type);
        if (after)
        {
            // NaN and missing follow every value. PostgreSQL's > finds NaN itself.
            if (expression.MayBeNaN && !(sql.IsPostgres && isGreater))
            {
                sql.Append(" OR ");
                NaN.AppendIsNaN(sql, expression);
            }

            if (expression.IsNullable)
            {
                sql.Append(" OR ");
                AppendMissing(sql, expression, "FALSE");
            }
        }
        else if (expression.MayBeNaN && sql.IsPostgres && isGreater)
        {
            sql.Append(" AND ");
            AppendNumber(sql, expression);
        }

        sql.Append(')');
    }

    private static void AppendEqual(SqlBuilder sql, OrderTerm term, object? value)
    {
        switch (value)
        {
            case null:
                term.Value.AppendTo(sql);
                sql.Append(" IS NULL");
                break;
            case double.NaN:
                NaN.AppendIsNaN(sql, term.Value);
                break;
            default:
                term.Value.AppendTo(sql);
                sql.Append(" = ").AppendParameter(value, term.Value.Type);
                break;
        }
    }

    private static void AppendMissing(SqlBuilder sql, ValueExpression expression, string otherwise)
    {
        if (!expression.IsNullable)
        {
            sql.Append(otherwise);
            return;
        }

        expression.AppendTo(sql);
        sql.Append(" IS NULL");
    }

    private static void AppendNumber(SqlBuilder sql, ValueExpression expression)
    {
        if (sql.IsPostgres)
        {
            expression.AppendTo(sql);
            sql.Append(" <> 'NaN'");
            return;
        }

        sql.Append("NOT isNaN(");
        expression.AppendTo(sql);
        sql.Append(')');
    }
}
