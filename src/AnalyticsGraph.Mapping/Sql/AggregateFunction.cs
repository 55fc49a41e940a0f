namespace AnalyticsGraph.Mapping.Sql;

/// <summary>What can be computed of a field's values in a group of rows.</summary>
internal enum AggregateFunction
{
    /// <summary>Rows with a value; of no field: all rows.</summary>
    Count,

    /// <summary>Different values; NaN is one.</summary>
    Distinct,

    /// <summary>Values that are NaN.</summary>
    NanCount,

    /// <summary>The sum without NaN; null without numbers.</summary>
    Sum,

    /// <summary>The mean without NaN; null without numbers.</summary>
    Avg,

    /// <summary>The least value, NaN left out.</summary>
    Min,

    /// <summary>The greatest value, NaN left out.</summary>
    Max,
}
