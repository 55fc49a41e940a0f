using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Mapping.Rows;

/// <summary>How a selected value is read.</summary>
internal enum ValueKind
{
    Boolean,
    Int64,
    Double,
    Text,
    JsonBinary,
    Uuid,
    Timestamp,
    Interval,
}

/// <summary>How a selected column is read.</summary>
/// <param name="Kind">Its kind, or its items'.</param>
/// <param name="IsArray">Whether it is an array.</param>
/// <param name="IsNullable">Whether it can be null.</param>
internal readonly record struct ValueShape(ValueKind Kind, bool IsArray, bool IsNullable)
{
    public static ValueShape Of(ColumnModel column) => new(Of(column.Kind), column.IsArray, column.IsNullable);

    public static ValueShape Of(ValueExpression expression) => new(
        expression.Type switch
        {
            SqlType.Boolean => ValueKind.Boolean,
            SqlType.Int64 => ValueKind.Int64,
            SqlType.Double => ValueKind.Double,
            SqlType.Uuid => ValueKind.Uuid,
            SqlType.Timestamp => ValueKind.Timestamp,
            SqlType.Interval => ValueKind.Interval,
            _ => ValueKind.Text,
        },
        false,
        expression.IsNullable);

    private static ValueKind Of(ColumnKind kind) => kind switch
    {
        ColumnKind.Boolean => ValueKind.Boolean,
        ColumnKind.Integer => ValueKind.Int64,
        ColumnKind.Double or ColumnKind.Single or ColumnKind.Decimal => ValueKind.Double,
        ColumnKind.Uuid => ValueKind.Uuid,
        ColumnKind.Timestamp or ColumnKind.LocalTimestamp or ColumnKind.Date => ValueKind.Timestamp,
        ColumnKind.Interval => ValueKind.Interval,
        ColumnKind.JsonBinary => ValueKind.JsonBinary,
        _ => ValueKind.Text,
    };
}
