using System.Buffers.Binary;
using AnalyticsGraph.Mapping.Rows;

namespace AnalyticsGraph.Mapping.Sessions;

/// <summary>PostgreSQL's binary format of single values.</summary>
internal static class PostgresBinary
{
    public static void Add(ValuesBuilder builder, ValueKind kind, ReadOnlySpan<byte> bytes)
    {
        switch (kind)
        {
            case ValueKind.Int64:
                ((Int64Builder)builder).Add(bytes.Length switch
                {
                    2 => BinaryPrimitives.ReadInt16BigEndian(bytes),
                    4 => BinaryPrimitives.ReadInt32BigEndian(bytes),
                    _ => BinaryPrimitives.ReadInt64BigEndian(bytes),
                });
                break;
            case ValueKind.Double:
                ((DoubleBuilder)builder).Add(bytes.Length == 4 ? BinaryPrimitives.ReadSingleBigEndian(bytes) : BinaryPrimitives.ReadDoubleBigEndian(bytes));
                break;
            case ValueKind.Boolean:
                ((BooleanBuilder)builder).Add(bytes[0] != 0);
                break;
            case ValueKind.Uuid:
                ((UuidBuilder)builder).Add(new Guid(bytes, bigEndian: true));
                break;
            case ValueKind.Timestamp:
                ((Int64Builder)builder).Add(Timestamps.FromPostgres(BinaryPrimitives.ReadInt64BigEndian(bytes)));
                break;
            case ValueKind.Interval:
                // Microseconds, days, months; a month has thirty days, as in PostgreSQL's own comparison of intervals.
                var days = BinaryPrimitives.ReadInt32BigEndian(bytes[8..]) + (30L * BinaryPrimitives.ReadInt32BigEndian(bytes[12..]));
                ((Int64Builder)builder).Add((BinaryPrimitives.ReadInt64BigEndian(bytes) * TimeSpan.TicksPerMicrosecond) + (days * TimeSpan.TicksPerDay));
                break;
            case ValueKind.JsonBinary:
                // A version byte stands before the text.
                ((TextBuilder)builder).Add(bytes[1..]);
                break;
            default:
                ((TextBuilder)builder).Add(bytes);
                break;
        }
    }
}
