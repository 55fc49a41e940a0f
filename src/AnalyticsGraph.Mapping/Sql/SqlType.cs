using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Sql;

/// <summary>The types that parameters have; each has one form in either store.</summary>
public enum SqlType
{
    /// <summary>PostgreSQL <c>boolean</c>, ClickHouse <c>Bool</c>; a <see cref="bool"/>.</summary>
    Boolean,

    /// <summary>PostgreSQL <c>bigint</c>, ClickHouse <c>Int64</c>; a <see cref="long"/>. Compared with narrower columns it cannot overflow.</summary>
    Int64,

    /// <summary>PostgreSQL <c>double precision</c>, ClickHouse <c>Float64</c>; a <see cref="double"/>.</summary>
    Double,

    /// <summary>PostgreSQL <c>text</c>, ClickHouse <c>String</c>; a <see cref="string"/>.</summary>
    Text,

    /// <summary>A <see cref="Guid"/>.</summary>
    Uuid,

    /// <summary>PostgreSQL <c>timestamptz</c>, ClickHouse <c>DateTime64(6, 'UTC')</c>; a UTC <see cref="DateTime"/>.</summary>
    Timestamp,

    /// <summary>PostgreSQL <c>interval</c>; a <see cref="TimeSpan"/>.</summary>
    Interval,
}

internal static class SqlTypes
{
    /// <summary>The type that values of a column are compared and bound as.</summary>
    public static SqlType Of(ColumnKind kind) => kind switch
    {
        ColumnKind.Boolean => SqlType.Boolean,
        ColumnKind.Integer => SqlType.Int64,
        ColumnKind.Double or ColumnKind.Single or ColumnKind.Decimal => SqlType.Double,
        ColumnKind.Uuid => SqlType.Uuid,
        ColumnKind.Timestamp or ColumnKind.LocalTimestamp or ColumnKind.Date => SqlType.Timestamp,
        ColumnKind.Interval => SqlType.Interval,
        _ => SqlType.Text,
    };
}
