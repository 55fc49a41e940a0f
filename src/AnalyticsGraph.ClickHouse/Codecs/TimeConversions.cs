namespace AnalyticsGraph.ClickHouse.Codecs;

internal sealed class DateConversion : Conversion<ushort, DateOnly>
{
    internal static readonly int Epoch = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    public override DateOnly ToValue(ushort raw) => DateOnly.FromDayNumber(Epoch + raw);

    public override ushort ToRaw(DateOnly value) => checked((ushort)(value.DayNumber - Epoch));
}

internal sealed class Date32Conversion : Conversion<int, DateOnly>
{
    // ClickHouse clamps text to these days; a number on the wire it would take as it is, and answer nonsense later.
    private static readonly DateOnly First = new(1900, 1, 1);
    private static readonly DateOnly Last = new(2299, 12, 31);

    public override DateOnly ToValue(int raw) => DateOnly.FromDayNumber(DateConversion.Epoch + raw);

    public override int ToRaw(DateOnly value) =>
        value >= First && value <= Last ? value.DayNumber - DateConversion.Epoch : throw new OverflowException("Date32 goes from 1900-01-01 to 2299-12-31.");
}

/// <summary>Seconds since 1970; in .NET always UTC (an unspecified kind is taken as UTC).</summary>
internal sealed class DateTimeConversion : Conversion<uint, DateTime>
{
    public override DateTime ToValue(uint raw) => DateTime.UnixEpoch.AddSeconds(raw);

    public override uint ToRaw(DateTime value) => checked((uint)Math.DivRem(DateTime64Conversion.TicksSinceEpoch(value), TimeSpan.TicksPerSecond, out _));
}

/// <summary>Units of 10^-scale seconds since 1970. .NET has 100 ns: finer digits are cut off towards the past; <see cref="ClickHouseColumn.RawValues"/> has them.</summary>
internal sealed class DateTime64Conversion(int scale) : Conversion<long, DateTime>
{
    public override DateTime ToValue(long raw) => DateTime.UnixEpoch.AddTicks(Scaled.ToTicks(raw, scale));

    public override long ToRaw(DateTime value) => Scaled.FromTicks(TicksSinceEpoch(value), scale);

    internal static long TicksSinceEpoch(DateTime value) => (value.Kind == DateTimeKind.Local ? value.ToUniversalTime() : value).Ticks - DateTime.UnixEpoch.Ticks;
}

internal sealed class TimeConversion : Conversion<int, TimeSpan>
{
    public override TimeSpan ToValue(int raw) => TimeSpan.FromSeconds(raw);

    public override int ToRaw(TimeSpan value) => checked((int)(value.Ticks / TimeSpan.TicksPerSecond));
}

internal sealed class Time64Conversion(int scale) : Conversion<long, TimeSpan>
{
    public override TimeSpan ToValue(long raw) => new(Scaled.ToTicks(raw, scale));

    public override long ToRaw(TimeSpan value) => Scaled.FromTicks(value.Ticks, scale);
}

/// <summary>Between .NET's ticks (10^-7 s) and ClickHouse's decimal fractions of a second.</summary>
internal static class Scaled
{
    private const int TickDigits = 7;

    public static long ToTicks(long raw, int scale) => scale <= TickDigits ? checked(raw * Power(TickDigits - scale)) : Floor(raw, Power(scale - TickDigits));

    public static long FromTicks(long ticks, int scale) => scale <= TickDigits ? Floor(ticks, Power(TickDigits - scale)) : checked(ticks * Power(scale - TickDigits));

    private static long Power(int digits)
    {
        var power = 1L;
        for (; digits > 0; digits--)
            power *= 10;
        return power;
    }

    private static long Floor(long value, long by)
    {
        var quotient = Math.DivRem(value, by, out var rest);
        return rest < 0 ? quotient - 1 : quotient;
    }
}
