using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Sql;

/// <summary>A number or other value that is computed of a group's rows.</summary>
/// <param name="Field">The field; null to count the rows.</param>
/// <param name="Prefix">What its column begins with, in an embedded object.</param>
/// <param name="Function">The function.</param>
internal sealed record AggregateMeasure(LeafField? Field, string Prefix, AggregateFunction Function)
{
    /// <summary>The group's rows.</summary>
    public static AggregateMeasure Rows { get; } = new(null, "", AggregateFunction.Count);

    /// <summary>How the result is read, compared and written: as a field of this kind.</summary>
    public LeafField Result
    {
        get
        {
            var (type, kind) = AggregateFunctions.ResultOf(Function, Field?.Type ?? new FieldType("Long", false, false, false), Field?.Kind ?? ScalarKind.Long);
            return new ColumnField(Field?.Name ?? "count", type, kind, kind == ScalarKind.Enum ? Field!.Enum : null, true, "");
        }
    }

    /// <summary>The column that the measure makes.</summary>
    /// <param name="table">The table whose rows are aggregated.</param>
    /// <param name="name">The column's name.</param>
    public ColumnModel ColumnOf(TableModel table, string name)
    {
        var type = AggregateFunctions.IsCount(Function) ? SqlType.Int64 : Function == AggregateFunction.Avg ? SqlType.Double : new AggregateValue(table, "", Field!, Prefix).Type;
        return AggregateColumns.Of(name, type, !AggregateFunctions.IsCount(Function));
    }

    /// <summary>Appends the aggregate.</summary>
    public void AppendTo(SqlBuilder sql, TableModel table, string alias)
    {
        if (Field is null)
        {
            sql.Append(sql.IsPostgres ? "count(*)" : "toInt64(count())");
            return;
        }

        var value = new AggregateValue(table, alias, Field, Prefix);
        if (sql.IsPostgres)
        {
            AppendPostgres(sql, value);
        }
        else
        {
            AppendClickHouse(sql, value);
        }
    }

    private void AppendPostgres(SqlBuilder sql, AggregateValue value)
    {
        switch (Function)
        {
            case AggregateFunction.Count:
                Call("count(", value.Plain.AppendTo);
                break;
            case AggregateFunction.Distinct:
                Call("count(DISTINCT ", value.AppendTo);
                break;
            case AggregateFunction.NanCount when value.Plain.MayBeNaN:
                sql.Append("count(*) FILTER (WHERE ");
                NaN.AppendIsNaN(sql, value.Plain);
                sql.Append(')');
                break;
            case AggregateFunction.NanCount:
                sql.Append("0::bigint");
                break;
            case AggregateFunction.Sum when value.Type == SqlType.Int64:
                Call("sum(", value.Plain.AppendTo);
                sql.Append("::bigint");
                break;
            case AggregateFunction.Avg when value.Type == SqlType.Int64:
                Call("avg(", value.Plain.AppendTo);
                sql.Append("::float8");
                break;
            case AggregateFunction.Avg:
                // Not avg: it squares the values on its way, and fails where the squares are too large.
                sql.Append('(');
                Numbers("sum(");
                sql.Append(" / nullif(");
                Numbers("count(");
                sql.Append(", 0))");
                break;
            default:
                Numbers(Function switch { AggregateFunction.Sum => "sum(", AggregateFunction.Min => "min(", _ => "max(" });
                break;
        }

        void Call(string function, Action<SqlBuilder> argument)
        {
            sql.Append(function);
            argument(sql);
            sql.Append(')');
        }

        void Numbers(string function)
        {
            Call(function, value.AppendTo);
            if (value.Plain.MayBeNaN)
            {
                sql.Append(" FILTER (WHERE ");
                value.Plain.AppendTo(sql);
                sql.Append(" <> 'NaN')");
            }
        }
    }

    private void AppendClickHouse(SqlBuilder sql, AggregateValue value)
    {
        switch (Function)
        {
            case AggregateFunction.Count:
                Call("toInt64(count(", value.Plain.AppendTo, "))");
                break;
            case AggregateFunction.Distinct:
                Call("toInt64(uniqExact(", value.AppendTo, "))");
                break;
            case AggregateFunction.NanCount when value.Plain.MayBeNaN:
                Call("toInt64(countIf(isNaN(", value.Plain.AppendTo, ")))");
                break;
            case AggregateFunction.NanCount:
                sql.Append("toInt64(0)");
                break;

            // A sum of Int64 would wrap around silently; one of Int128 cannot, and refuses to become an Int64 that it does not fit into.
            case AggregateFunction.Sum when value.Type == SqlType.Int64:
                Call("accurateCast(sumOrNull(toInt128(", value.Plain.AppendTo, ")), 'Nullable(Int64)')");
                break;
            case AggregateFunction.Avg when value.Type == SqlType.Int64:
                Call("toFloat64(sumOrNull(toInt128(", value.Plain.AppendTo, "))) / ");
                Call("count(", value.Plain.AppendTo, ")");
                break;
            default:
                AppendNumbers(sql, value);
                break;
        }

        void Call(string function, Action<SqlBuilder> argument, string end)
        {
            sql.Append(function);
            argument(sql);
            sql.Append(end);
        }
    }

    private void AppendNumbers(SqlBuilder sql, AggregateValue value)
    {
        sql.Append(Function switch { AggregateFunction.Sum => "sumOrNull", AggregateFunction.Avg => "avgOrNull", AggregateFunction.Min => "minOrNull", _ => "maxOrNull" })
            .Append(value.Plain.MayBeNaN ? "If(" : "(");
        value.AppendTo(sql);
        if (value.Plain.MayBeNaN)
        {
            sql.Append(", NOT isNaN(");
            value.Plain.AppendTo(sql);
            sql.Append(')');
        }

        sql.Append(')');
    }
}

/// <summary>The columns of a statement that groups, for the one around it: they are compared, ordered and read like real ones.</summary>
internal static class AggregateColumns
{
    public static ColumnModel Of(string name, SqlType type, bool isNullable) => new(
        name,
        type switch
        {
            SqlType.Boolean => ColumnKind.Boolean,
            SqlType.Int64 => ColumnKind.Integer,
            SqlType.Double => ColumnKind.Double,
            SqlType.Timestamp => ColumnKind.Timestamp,
            SqlType.Interval => ColumnKind.Interval,
            _ => ColumnKind.Text,
        },
        IsArray: false,
        isNullable,
        "");
}
