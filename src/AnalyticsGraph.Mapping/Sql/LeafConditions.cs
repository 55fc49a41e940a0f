using System.Text;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Sql;

/// <summary>
/// The operators of one field. Each operator is true or not; its n-form is the exact complement, rows without a value included. Comparisons are of numbers: NaN meets
/// none of them, but <c>eq</c> and <c>in</c> find it.
/// </summary>
/// <param name="sql">The statement.</param>
/// <param name="expression">The field's value.</param>
/// <param name="field">The field.</param>
/// <param name="path">The filter's place in the arguments, for messages.</param>
/// <param name="indexed">Up to how many characters an index of PostgreSQL has the text, if the condition shall be one to search it by; 0 for none.</param>
internal readonly struct LeafConditions(SqlBuilder sql, ValueExpression expression, LeafField field, string path, int indexed = 0)
{
    /// <summary>Appends one operator's condition.</summary>
    public void Append(string name, object? value, MappingLimits limits)
    {
        var isNegated = name is "neq" or "nin" or "ngt" or "ngte" or "nlt" or "nlte" or "ncontains" or "nstartsWith" or "nendsWith";
        var positive = isNegated ? name[1..] : name;
        if (value is null)
        {
            if (positive != "eq")
            {
                throw InputErrors.Bad($"{path}.{name}: null cannot be compared with; use `eq: null` or `neq: null` to ask whether there is a value.");
            }

            Value();
            sql.Append(isNegated ? " IS NOT NULL" : " IS NULL");
            return;
        }

        if (isNegated)
        {
            sql.Append("NOT coalesce(");
        }

        switch (positive)
        {
            case "eq": AppendIn([value]); break;
            case "in": AppendIn(Limited((object?[])value, limits)); break;
            case "contains": AppendLike("%", (string)value, "%"); break;
            case "startsWith": AppendLike("", (string)value, "%"); break;
            case "endsWith": AppendLike("%", (string)value, ""); break;
            case "gt": AppendComparison(" > ", value); break;
            case "gte": AppendComparison(" >= ", value); break;
            case "lt": AppendComparison(" < ", value); break;
            default: AppendComparison(" <= ", value); break;
        }

        if (isNegated)
        {
            sql.Append(", FALSE)");
        }
    }

    private object?[] Limited(object?[] values, MappingLimits limits) => values.Length <= limits.MaxConditions
        ? values
        : throw InputErrors.Limit($"{path}.in has {values.Length} values; at most {limits.MaxConditions} are allowed.");

    private void AppendIn(object?[] values)
    {
        var type = expression.Type;
        var found = FilterValues.ConvertAll(values, field, type).ToList();
        var hasNaN = expression.MayBeNaN && found.RemoveAll(value => value is double.NaN) > 0;
        var hasNull = values.Contains(null);

        if (found.Count == 0 && !hasNaN && !hasNull)
        {
            sql.Append("FALSE");
            return;
        }

        sql.Append('(');
        if (found.Count == 1)
        {
            Value();
            sql.Append(" = ").AppendParameter(found[0], type);

            // True of whatever equals it. The index has short texts alone, and is searched only if that is said.
            if (found[0] is string text && text.Length <= indexed)
            {
                sql.Append(" AND length(");
                Value();
                sql.Append(") <= ").AppendNumber(indexed);
            }
        }
        else if (found.Count > 1)
        {
            // ClickHouse compares members of a set by their bits, which zeros of both signs differ in.
            if (!sql.IsPostgres && found.Contains(0.0))
            {
                found.AddRange([0.0, -0.0]);
            }

            Value();
            sql.Append(sql.IsPostgres ? " = ANY(" : " IN ").AppendParameter(FilterValues.ToArray(found, type), type, isArray: true).Append(sql.IsPostgres ? ")" : "");
        }

        if (hasNaN)
        {
            sql.Append(found.Count > 0 ? " OR " : "");
            NaN.AppendIsNaN(sql, expression);
        }

        if (hasNull)
        {
            sql.Append(found.Count > 0 || hasNaN ? " OR " : "");
            Value();
            sql.Append(" IS NULL");
        }

        sql.Append(')');
    }

    private void AppendLike(string before, string text, string after)
    {
        if (FilterValues.Convert(text, SqlType.Text) is null)
        {
            sql.Append("FALSE");
            return;
        }

        var pattern = new StringBuilder(before);
        foreach (var c in text)
        {
            if (c is '%' or '_' or '\\')
            {
                pattern.Append('\\');
            }

            pattern.Append(c);
        }

        Value();
        sql.Append(" LIKE ").AppendParameter(pattern.Append(after).ToString(), SqlType.Text);
    }

    private void AppendComparison(string sign, object value)
    {
        var converted = FilterValues.Convert(value, expression.Type);
        if (converted is null or double.NaN)
        {
            sql.Append("FALSE");
            return;
        }

        // PostgreSQL takes NaN for the greatest of numbers.
        var mustExcludeNaN = expression.MayBeNaN && sql.IsPostgres && sign[1] == '>';
        sql.Append('(');
        Value();
        sql.Append(sign).AppendParameter(converted, expression.Type);
        if (mustExcludeNaN)
        {
            sql.Append(" AND ");
            Value();
            sql.Append(" <> 'NaN'");
        }

        sql.Append(')');
    }

    private void Value() => expression.AppendTo(sql);
}

/// <summary>NaN in either store's words.</summary>
internal static class NaN
{
    public static void AppendIsNaN(SqlBuilder sql, ValueExpression expression)
    {
        if (sql.IsPostgres)
        {
            expression.AppendTo(sql);
            sql.Append(" = 'NaN'");
        }
        else
        {
            sql.Append("isNaN(");
            expression.AppendTo(sql);
            sql.Append(')');
        }
    }
}
