using System.Collections.Immutable;
using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Sql;

/// <summary>
/// A field's value as it is grouped by and aggregated. Both stores must see the same values as equal and in the same order: texts are compared by their bytes, UUIDs and documents as
/// texts, an enum's spellings as its first one, NaN with any bits as one value, and -0 as 0.
/// </summary>
internal sealed class AggregateValue
{
    private readonly ColumnKind _columnKind;
    private readonly EnumModel? _enum;

    /// <summary>A field's value.</summary>
    /// <param name="table">The table.</param>
    /// <param name="alias">Its alias.</param>
    /// <param name="field">The field.</param>
    /// <param name="prefix">What its column begins with, in an embedded object.</param>
    /// <param name="isOuter">Whether the row may be missing.</param>
    public AggregateValue(TableModel table, string alias, LeafField field, string prefix, bool isOuter = false)
    {
        var column = table.Column(prefix + (field is JsonField json ? json.Column : ((ColumnField)field).Column));
        Plain = field is JsonField { Path: var path } ? new ValueExpression(alias, column, path, field.Kind) : new ValueExpression(alias, column, isOuter);
        (_columnKind, _enum) = (field is JsonField ? ColumnKind.Text : column.Kind, field.Enum);
    }

    /// <summary>A column's value.</summary>
    /// <param name="expression">The column.</param>
    /// <param name="kind">Its kind.</param>
    public AggregateValue(ValueExpression expression, ColumnKind kind) => (Plain, _columnKind) = (expression, kind);

    /// <summary>The value as it stands.</summary>
    public ValueExpression Plain { get; }

    /// <summary>The type that it is compared as.</summary>
    public SqlType Type => Plain.Type == SqlType.Uuid ? SqlType.Text : Plain.Type;

    /// <summary>Appends the value in its one form.</summary>
    public void AppendTo(SqlBuilder sql)
    {
        switch (Type)
        {
            case SqlType.Text when sql.IsPostgres:
                AppendPostgresText(sql);
                break;
            case SqlType.Text:
                AppendClickHouseText(sql);
                break;
            case SqlType.Double when sql.IsPostgres:
                sql.Append('(');
                Plain.AppendTo(sql);
                sql.Append(" + 0)");
                break;
            case SqlType.Double:
                AppendNumber(sql, () =>
                {
                    Plain.AppendTo(sql);
                    sql.Append(" + 0");
                });
                break;
            default:
                Plain.AppendTo(sql);
                break;
        }
    }

    /// <summary>Appends the number at which the value's bin begins.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="width">The bins' width: for integers a whole number.</param>
    public void AppendBin(SqlBuilder sql, double width)
    {
        if (Type == SqlType.Double)
        {
            AppendNumber(sql, () => new NumberBins(width).AppendStartOf(sql, Plain));
            return;
        }

        // The remainder has the sign of the value, but a bin begins below it; the lowest one at the least number, unless it is whole.
        var lowest = long.MinValue - (long.MinValue % (long)width);
        sql.Append("(CASE WHEN ");
        AppendInteger(sql);
        sql.Append(" < ").AppendParameter(lowest, SqlType.Int64).Append(" THEN ").AppendParameter(long.MinValue, SqlType.Int64).Append(" ELSE ");
        AppendInteger(sql);
        sql.Append(" - ((");
        AppendInteger(sql);
        sql.Append(" % ").AppendParameter((long)width, SqlType.Int64).Append(") + ").AppendParameter((long)width, SqlType.Int64).Append(") % ")
            .AppendParameter((long)width, SqlType.Int64).Append(" END)");
    }

    /// <summary>Appends the moment at which the value's unit of time begins in a zone.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="unit">The unit in lower case; one of those that the schema has.</param>
    /// <param name="zone">An IANA zone.</param>
    public void AppendTime(SqlBuilder sql, string unit, string zone)
    {
        sql.Append(sql.IsPostgres ? "date_trunc('" : "toTimeZone(toDateTime64(dateTrunc('").Append(unit).Append("', ");
        Plain.AppendTo(sql);
        sql.Append(", ").AppendParameter(zone, SqlType.Text).Append(')');
        if (!sql.IsPostgres)
        {
            sql.Append(", 6, ").AppendParameter(zone, SqlType.Text).Append("), 'UTC')");
        }
    }

    private void AppendInteger(SqlBuilder sql)
    {
        sql.Append(sql.IsPostgres ? "" : "toInt64(");
        Plain.AppendTo(sql);
        sql.Append(sql.IsPostgres ? "::bigint" : ")");
    }

    private void AppendNumber(SqlBuilder sql, Action appendNumber)
    {
        if (sql.IsPostgres || !Plain.MayBeNaN)
        {
            appendNumber();
            return;
        }

        sql.Append("if(isNaN(");
        Plain.AppendTo(sql);
        sql.Append("), nan, ");
        appendNumber();
        sql.Append(')');
    }

    private void AppendPostgresText(SqlBuilder sql)
    {
        sql.Append('(');
        if (_enum is null)
        {
            Plain.AppendTo(sql);
            sql.Append("::text");
        }
        else
        {
            var (spellings, firsts) = Spellings(_enum);
            sql.Append("coalesce((").AppendParameter(firsts, SqlType.Text, isArray: true).Append(")[array_position(").AppendParameter(spellings, SqlType.Text, isArray: true).Append(", ");
            Plain.AppendTo(sql);
            sql.Append("::text)], ");
            Plain.AppendTo(sql);
            sql.Append("::text)");
        }

        sql.Append(" COLLATE \"C\")");
    }

    private void AppendClickHouseText(SqlBuilder sql)
    {
        if (_enum is not null)
        {
            var (spellings, firsts) = Spellings(_enum);
            sql.Append("transform(");
            Plain.AppendTo(sql);
            sql.Append(", ").AppendParameter(spellings, SqlType.Text, isArray: true).Append(", ").AppendParameter(firsts, SqlType.Text, isArray: true).Append(", ");
            Plain.AppendTo(sql);
            sql.Append(')');
            return;
        }

        sql.Append(_columnKind == ColumnKind.Uuid ? "toString(" : "");
        Plain.AppendTo(sql);
        sql.Append(_columnKind == ColumnKind.Uuid ? ")" : "");
    }

    private static (string[] Spellings, string[] Firsts) Spellings(EnumModel model)
    {
        ImmutableArray<(string Spelling, string First)> pairs = [.. model.Values.SelectMany(value => model.TextsOf(value).Select(text => (text, model.TextsOf(value)[0])))];
        return ([.. pairs.Select(pair => pair.Spelling)], [.. pairs.Select(pair => pair.First)]);
    }
}
