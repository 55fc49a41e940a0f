namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>32-bit integers: Int.</summary>
/// <inheritdoc cref="ArrayColumn{T}"/>
public sealed class Int32Column(int[] values, bool[]? nulls = null, int count = -1) : ArrayColumn<int>(values, nulls, count)
{
    /// <inheritdoc />
    public override void Write(int row, ResponseWriter writer) => writer.WriteInt64(Values[row]);
}

/// <summary>64-bit integers: Long, or Int where the values are known to fit.</summary>
/// <inheritdoc cref="ArrayColumn{T}"/>
public sealed class Int64Column(long[] values, bool[]? nulls = null, int count = -1) : ArrayColumn<long>(values, nulls, count)
{
    // -9223372036854775808
    internal override int MostBytes => 20;

    /// <inheritdoc />
    public override void Write(int row, ResponseWriter writer) => writer.WriteInt64(Values[row]);

    /// <inheritdoc />
    public override void WriteRange(int start, int end, ResponseWriter writer)
    {
        if (Nulls is not null)
        {
            base.WriteRange(start, end, writer);
            return;
        }

        var first = true;
        foreach (var value in Values.AsSpan(start, end - start))
        {
            if (!first)
            {
                writer.WriteByte((byte)',');
            }

            first = false;
            writer.WriteInt64(value);
        }
    }
}

/// <summary>Doubles: Double, or Float where the values are known to be finite. NaN and infinities are written as strings.</summary>
/// <inheritdoc cref="ArrayColumn{T}"/>
public sealed class DoubleColumn(double[] values, bool[]? nulls = null, int count = -1) : ArrayColumn<double>(values, nulls, count)
{
    // -2.2250738585072014E-308
    internal override int MostBytes => 24;

    /// <inheritdoc />
    public override void Write(int row, ResponseWriter writer) => writer.WriteDouble(Values[row]);

    /// <inheritdoc />
    public override void WriteRange(int start, int end, ResponseWriter writer)
    {
        if (Nulls is not null)
        {
            base.WriteRange(start, end, writer);
            return;
        }

        var first = true;
        foreach (var value in Values.AsSpan(start, end - start))
        {
            if (!first)
            {
                writer.WriteByte((byte)',');
            }

            first = false;
            writer.WriteDouble(value);
        }
    }
}

/// <summary>Singles, written with the digits of a single.</summary>
/// <inheritdoc cref="ArrayColumn{T}"/>
public sealed class SingleColumn(float[] values, bool[]? nulls = null, int count = -1) : ArrayColumn<float>(values, nulls, count)
{
    /// <inheritdoc />
    public override void Write(int row, ResponseWriter writer) => writer.WriteSingle(Values[row]);
}

/// <summary>Decimals, written with all their digits.</summary>
/// <inheritdoc cref="ArrayColumn{T}"/>
public sealed class DecimalColumn(decimal[] values, bool[]? nulls = null, int count = -1) : ArrayColumn<decimal>(values, nulls, count)
{
    /// <inheritdoc />
    public override void Write(int row, ResponseWriter writer) => writer.WriteDecimal(Values[row]);
}

/// <summary>Booleans.</summary>
/// <inheritdoc cref="ArrayColumn{T}"/>
public sealed class BooleanColumn(bool[] values, bool[]? nulls = null, int count = -1) : ArrayColumn<bool>(values, nulls, count)
{
    /// <inheritdoc />
    public override void Write(int row, ResponseWriter writer) => writer.WriteBoolean(Values[row]);
}
