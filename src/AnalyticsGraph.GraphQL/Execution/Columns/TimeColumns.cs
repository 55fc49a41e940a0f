namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>Moments as microseconds since 1970-01-01T00:00:00Z: DateTime.</summary>
/// <inheritdoc cref="ArrayColumn{T}"/>
public sealed class DateTimeColumn(long[] values, bool[]? nulls = null, int count = -1) : ArrayColumn<long>(values, nulls, count)
{
    /// <inheritdoc />
    public override void Write(int row, ResponseWriter writer) => writer.WriteUnixMicroseconds(Values[row]);
}

/// <summary>Moments as milliseconds since 1970-01-01T00:00:00Z: DateTime.</summary>
/// <inheritdoc cref="ArrayColumn{T}"/>
public sealed class UnixMillisecondsColumn(long[] values, bool[]? nulls = null, int count = -1) : ArrayColumn<long>(values, nulls, count)
{
    /// <inheritdoc />
    public override void Write(int row, ResponseWriter writer) => writer.WriteUnixMilliseconds(Values[row]);
}

/// <summary>Lengths of time: Duration, as ISO 8601.</summary>
/// <inheritdoc cref="ArrayColumn{T}"/>
public sealed class DurationColumn(TimeSpan[] values, bool[]? nulls = null, int count = -1) : ArrayColumn<TimeSpan>(values, nulls, count)
{
    /// <inheritdoc />
    public override void Write(int row, ResponseWriter writer) => writer.WriteDuration(Values[row]);
}
