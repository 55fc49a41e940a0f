namespace AnalyticsGraph.Mapping.Rows;

/// <summary>
/// Moments as microseconds since 1970-01-01T00:00:00Z. What lies outside the years 1 to 9999 (PostgreSQL's infinities too) reads as the nearest moment within.
/// </summary>
internal static class Timestamps
{
    private const long PostgresEpoch = 946_684_800_000_000;

    private static readonly long Least = -(DateTime.UnixEpoch.Ticks / TimeSpan.TicksPerMicrosecond);
    private static readonly long Greatest = (DateTime.MaxValue.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>From PostgreSQL's microseconds since 2000.</summary>
    public static long FromPostgres(long micros) => Math.Clamp(micros, Least - PostgresEpoch, Greatest - PostgresEpoch) + PostgresEpoch;

    public static DateTime ToDateTime(long micros) =>
        new(DateTime.UnixEpoch.Ticks + (Math.Clamp(micros, Least, Greatest) * TimeSpan.TicksPerMicrosecond), DateTimeKind.Utc);

    public static long FromDateTime(DateTime utc) => (utc.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
}
