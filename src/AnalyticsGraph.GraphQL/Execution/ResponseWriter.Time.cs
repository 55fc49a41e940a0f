using System.Buffers.Text;

namespace AnalyticsGraph.GraphQL.Execution;

public sealed partial class ResponseWriter
{
    /// <summary>Writes a moment as RFC 3339 in UTC: <c>"2026-01-02T03:04:05.678Z"</c>, with six decimals where it is no whole millisecond.</summary>
    /// <param name="utc">The moment in UTC; what is finer than a microsecond is cut off.</param>
    public void WriteDateTime(DateTime utc)
    {
        var span = GetSpan(32);
        span[0] = (byte)'"';
        WritePair(span, 1, utc.Year / 100);
        WritePair(span, 3, utc.Year % 100);
        span[5] = (byte)'-';
        WritePair(span, 6, utc.Month);
        span[8] = (byte)'-';
        WritePair(span, 9, utc.Day);
        span[11] = (byte)'T';
        WritePair(span, 12, utc.Hour);
        span[14] = (byte)':';
        WritePair(span, 15, utc.Minute);
        span[17] = (byte)':';
        WritePair(span, 18, utc.Second);
        span[20] = (byte)'.';

        var micros = (int)(utc.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond);
        span[21] = (byte)('0' + (micros / 100_000));
        WritePair(span, 22, micros / 1000 % 100);
        var end = 24;
        if (micros % 1000 != 0)
        {
            span[24] = (byte)('0' + (micros % 1000 / 100));
            WritePair(span, 25, micros % 100);
            end = 27;
        }

        span[end] = (byte)'Z';
        span[end + 1] = (byte)'"';
        Advance(end + 2);
    }

    /// <summary>Writes a moment like <see cref="WriteDateTime"/>.</summary>
    /// <param name="micros">Microseconds since 1970-01-01T00:00:00Z, of the years 1 to 9999.</param>
    public void WriteUnixMicroseconds(long micros) =>
        WriteDateTime(new DateTime(DateTime.UnixEpoch.Ticks + checked(micros * TimeSpan.TicksPerMicrosecond), DateTimeKind.Utc));

    /// <summary>Writes a moment like <see cref="WriteDateTime"/>.</summary>
    /// <param name="millis">Milliseconds since 1970-01-01T00:00:00Z, of the years 1 to 9999.</param>
    public void WriteUnixMilliseconds(long millis) =>
        WriteDateTime(new DateTime(DateTime.UnixEpoch.Ticks + checked(millis * TimeSpan.TicksPerMillisecond), DateTimeKind.Utc));

    /// <summary>Writes a length of time as ISO 8601: <c>"P1DT2H3M4.5S"</c>, <c>"-PT0.25S"</c>, <c>"PT0S"</c>.</summary>
    /// <param name="value">The length; days are 24 hours.</param>
    public void WriteDuration(TimeSpan value)
    {
        WriteRaw(value < TimeSpan.Zero ? "\"-P"u8 : "\"P"u8);
        var ticks = (ulong)(value.Ticks < 0 ? unchecked(-value.Ticks) : value.Ticks);
        WritePart(ticks / TimeSpan.TicksPerDay, (byte)'D');

        var inDay = ticks % TimeSpan.TicksPerDay;
        if (inDay != 0 || ticks == 0)
        {
            WriteByte((byte)'T');
            WritePart(inDay / TimeSpan.TicksPerHour, (byte)'H');
            WritePart(inDay / TimeSpan.TicksPerMinute % 60, (byte)'M');
            var inMinute = inDay % TimeSpan.TicksPerMinute;
            if (inMinute != 0 || ticks == 0)
            {
                WriteSeconds(inMinute);
            }
        }

        WriteByte((byte)'"');
    }

    private static void WritePair(Span<byte> span, int at, int value)
    {
        span[at] = (byte)('0' + (value / 10));
        span[at + 1] = (byte)('0' + (value % 10));
    }

    private void WritePart(ulong count, byte unit)
    {
        if (count != 0)
        {
            WriteInt64((long)count);
            WriteByte(unit);
        }
    }

    private void WriteSeconds(ulong ticks)
    {
        WriteInt64((long)(ticks / TimeSpan.TicksPerSecond));
        var fraction = ticks % TimeSpan.TicksPerSecond;
        if (fraction != 0)
        {
            var span = GetSpan(8);
            span[0] = (byte)'.';
            Utf8Formatter.TryFormat(fraction, span[1..], out var written, new System.Buffers.StandardFormat('D', 7));
            while (span[written] == (byte)'0')
            {
                written--;
            }

            Advance(written + 1);
        }

        WriteByte((byte)'S');
    }
}
