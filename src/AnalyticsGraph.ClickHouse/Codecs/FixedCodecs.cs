using System.Globalization;
using System.Numerics;
using AnalyticsGraph.ClickHouse.Native;

namespace AnalyticsGraph.ClickHouse.Codecs;

/// <summary>Numbers and truth values, by block copy.</summary>
internal sealed class FixedCodec<T>(ClickHouseType type) : ColumnCodec(type)
    where T : unmanaged
{
    public override async ValueTask<ClickHouseColumn> ReadAsync(NativeReader reader, int rows, CancellationToken ct) =>
        new FixedColumn<T>(Type, await reader.ReadArrayAsync<T>(rows, ct).ConfigureAwait(false), rows, rented: true);

    public override ClickHouseColumn? FromArray<TValue>(TValue[] values) =>
        // The runtime lets sbyte[] pass for byte[]; the exact type must match.
        typeof(TValue) == typeof(T) ? new FixedColumn<T>(Type, (T[])(object)values, values.Length, rented: false) : null;

    public override ClickHouseColumn FromObjects(IReadOnlyList<object?> values)
    {
        var array = new T[values.Count];
        for (var row = 0; row < array.Length; row++)
        {
            try
            {
                array[row] = values[row] is null ? default : ScalarValue.To<T>(values[row]!);
            }
            catch (Exception e) when (e is InvalidCastException or FormatException or OverflowException)
            {
                throw Unfit(values[row], row, e);
            }
        }
        return new FixedColumn<T>(Type, array, array.Length, rented: false);
    }
}

/// <summary>Fixed-size values with another form in .NET.</summary>
internal sealed class ConvertedCodec<TRaw, T>(ClickHouseType type, Conversion<TRaw, T> conversion) : ColumnCodec(type)
    where TRaw : unmanaged
{
    public override async ValueTask<ClickHouseColumn> ReadAsync(NativeReader reader, int rows, CancellationToken ct) =>
        Column(await reader.ReadArrayAsync<TRaw>(rows, ct).ConfigureAwait(false), rows, rented: true);

    public override ClickHouseColumn? FromArray<TValue>(TValue[] values)
    {
        if (typeof(TValue) == typeof(TRaw))
            return Column((TRaw[])(object)values, values.Length, rented: false);
        if (typeof(TValue) != typeof(T) || typeof(T).IsClass)
            return null;
        var typed = (T[])(object)values;
        var raw = new TRaw[typed.Length];
        for (var row = 0; row < raw.Length; row++)
            raw[row] = Raw(typed[row]!, typed[row], row);
        return Column(raw, raw.Length, rented: false);
    }

    public override ClickHouseColumn FromObjects(IReadOnlyList<object?> values)
    {
        var raw = new TRaw[values.Count];
        for (var row = 0; row < raw.Length; row++)
        {
            if (values[row] is not { } value)
                continue;
            try
            {
                raw[row] = conversion.ToRaw(ScalarValue.To<T>(value));
            }
            catch (Exception e) when (e is InvalidCastException or FormatException or OverflowException)
            {
                throw Unfit(value, row, e);
            }
        }
        return Column(raw, raw.Length, rented: false);
    }

    private TRaw Raw(object boxed, T value, int row)
    {
        try
        {
            return conversion.ToRaw(value);
        }
        catch (OverflowException e)
        {
            throw Unfit(boxed, row, e);
        }
    }

    private ConvertedColumn<TRaw, T> Column(TRaw[] raw, int count, bool rented) => new(Type, conversion, raw, count, rented);
}

/// <summary>Turns objects of related types into the one a column holds.</summary>
internal static class ScalarValue
{
    /// <exception cref="InvalidCastException">The value has no such form.</exception>
    public static T To<T>(object value)
    {
        if (value is T same)
            return same;
        object converted = value switch
        {
            DateTimeOffset instant when typeof(T) == typeof(DateTime) => instant.UtcDateTime,
            DateTimeOffset instant when typeof(T) == typeof(DateOnly) => DateOnly.FromDateTime(instant.UtcDateTime),
            DateTime instant when typeof(T) == typeof(DateOnly) => DateOnly.FromDateTime(instant),
            DateOnly day when typeof(T) == typeof(DateTime) => day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc),
            TimeOnly time when typeof(T) == typeof(TimeSpan) => time.ToTimeSpan(),
            string text when typeof(T) == typeof(Guid) => Guid.Parse(text),
            string text when typeof(T) == typeof(System.Net.IPAddress) => System.Net.IPAddress.Parse(text),
            ClickHouseDecimal exact when typeof(T) == typeof(decimal) => (decimal)exact,
            string text when typeof(T) == typeof(ClickHouseDecimal) => ClickHouseDecimal.Parse(text),
            _ when typeof(T) == typeof(ClickHouseDecimal) => ClickHouseDecimal.FromDecimal(Convert.ToDecimal(value, CultureInfo.InvariantCulture)),
            _ when typeof(T) == typeof(BigInteger) => Integer(value),
            _ when typeof(T) == typeof(Int128) => (Int128)Integer(value),
            _ when typeof(T) == typeof(UInt128) => (UInt128)Integer(value),
            Int128 or UInt128 or BigInteger when typeof(T).IsPrimitive => FromInteger(Integer(value), typeof(T)),
            _ => Convert.ChangeType(value, typeof(T), CultureInfo.InvariantCulture),
        };
        return (T)converted;
    }

    private static BigInteger Integer(object value) => value switch
    {
        BigInteger big => big,
        Int128 wide => wide,
        UInt128 wide => wide,
        ulong number => number,
        string text => BigInteger.Parse(text, CultureInfo.InvariantCulture),
        _ => Convert.ToInt64(value, CultureInfo.InvariantCulture),
    };

    private static object FromInteger(BigInteger value, Type type) => Convert.ChangeType(value.Sign < 0 ? (object)(long)value : (ulong)value, type, CultureInfo.InvariantCulture);
}
