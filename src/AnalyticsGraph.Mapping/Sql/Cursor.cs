using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text;
using AnalyticsGraph.Mapping.Rows;

namespace AnalyticsGraph.Mapping.Sql;

/// <summary>
/// A place in an order, opaque to callers: URL-safe Base64 of a version, the order's signature, each term's class and value, and a checksum. It names values, not a row,
/// so it stays good when rows come and go. Whoever forges one only reaches another place of the same, policed rows.
/// </summary>
internal static class Cursor
{
    private const byte Version = 1;
    private const int Checksum = 4;
    private const int Header = 1 + sizeof(ulong);

    /// <summary>Writes the cursor of a row.</summary>
    /// <param name="buffer">Where to; grown as needed.</param>
    /// <param name="signature">The order's.</param>
    /// <param name="values">The terms' columns.</param>
    /// <param name="row">The row.</param>
    /// <returns>The number of bytes.</returns>
    public static int Write(ref byte[] buffer, ulong signature, ReadOnlySpan<RowValues> values, int row)
    {
        Reserve(ref buffer, 0, Header);
        buffer[0] = Version;
        BinaryPrimitives.WriteUInt64LittleEndian(buffer.AsSpan(1), signature);
        var at = Header;
        foreach (var column in values)
        {
            at = WriteValue(ref buffer, at, column, row);
        }

        Reserve(ref buffer, at, Checksum);
        BinaryPrimitives.WriteUInt32LittleEndian(buffer.AsSpan(at), Sum(buffer.AsSpan(0, at)));
        return at + Checksum;
    }

    /// <summary>Reads a cursor back.</summary>
    /// <param name="name">The argument, for messages.</param>
    /// <param name="text">What the caller gave.</param>
    /// <param name="order">The order it must belong to.</param>
    /// <returns>The value of each term; null for a missing one.</returns>
    /// <exception cref="GraphQL.Errors.GraphQLException">It is no cursor, or one of another order.</exception>
    public static object?[] Read(string name, string text, OrderPlan order)
    {
        // As long as the ordered values are: the request's size is its limit.
        var bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        if (Base64Url.DecodeFromChars(text, bytes, out _, out var length) != OperationStatus.Done
            || length < Header + Checksum
            || bytes[0] != Version
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(length - Checksum)) != Sum(bytes.AsSpan(0, length - Checksum)))
        {
            throw InputErrors.Bad($"`{name}` is no cursor; take cursors as they come in `cursor`, `startCursor` and `endCursor`.");
        }

        if (BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(1)) != order.Signature)
        {
            throw InputErrors.Bad($"`{name}` is a cursor of another list or another `order`; page on with the order that the cursor comes from.");
        }

        return ReadValues(bytes.AsSpan(Header, length - Header - Checksum), order.Terms)
            ?? throw InputErrors.Bad($"`{name}` is no cursor of this list; begin again from the first page.");
    }

    private static int WriteValue(ref byte[] buffer, int at, RowValues column, int row)
    {
        if (column.IsNull(row))
        {
            Reserve(ref buffer, at, 1);
            buffer[at] = 2;
            return at + 1;
        }

        Reserve(ref buffer, at, 17);
        buffer[at] = 0;
        switch (column)
        {
            case Int64Values integers:
                BinaryPrimitives.WriteInt64LittleEndian(buffer.AsSpan(at + 1), integers.Values[row]);
                return at + 9;
            case DoubleValues doubles when double.IsNaN(doubles.Values[row]):
                buffer[at] = 1;
                return at + 1;
            case DoubleValues doubles:
                BinaryPrimitives.WriteDoubleLittleEndian(buffer.AsSpan(at + 1), doubles.Values[row]);
                return at + 9;
            case BooleanValues booleans:
                buffer[at + 1] = booleans.Values[row] ? (byte)1 : (byte)0;
                return at + 2;
            case UuidValues uuids:
                uuids.Values[row].TryWriteBytes(buffer.AsSpan(at + 1));
                return at + 17;
            case TextValues texts:
                var text = texts[row];
                Reserve(ref buffer, at, 5 + text.Length);
                BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(at + 1), text.Length);
                text.CopyTo(buffer.AsSpan(at + 5));
                return at + 5 + text.Length;
            default:
                throw new InvalidOperationException("Arrays are not ordered by.");
        }
    }

    private static object?[]? ReadValues(ReadOnlySpan<byte> bytes, ImmutableArray<OrderTerm> terms)
    {
        var values = new object?[terms.Length];
        for (var i = 0; i < values.Length; i++)
        {
            if (bytes.IsEmpty || bytes[0] > 2)
            {
                return null;
            }

            var kind = bytes[0];
            bytes = bytes[1..];
            var expression = terms[i].Value;
            if (kind == 0)
            {
                values[i] = ReadValue(ref bytes, expression.Type);
                if (values[i] is null)
                {
                    return null;
                }
            }
            else if (kind == 1 ? !expression.MayBeNaN : !expression.IsNullable)
            {
                return null;
            }
            else
            {
                values[i] = kind == 1 ? double.NaN : null;
            }
        }

        return bytes.IsEmpty ? values : null;
    }

    private static object? ReadValue(ref ReadOnlySpan<byte> bytes, SqlType type)
    {
        var size = type switch
        {
            SqlType.Boolean => 1,
            SqlType.Uuid => 16,
            SqlType.Text => bytes.Length < 4 ? int.MaxValue : BinaryPrimitives.ReadInt32LittleEndian(bytes),
            _ => 8,
        };
        bytes = type == SqlType.Text && bytes.Length >= 4 ? bytes[4..] : bytes;
        if ((uint)size > (uint)bytes.Length)
        {
            return null;
        }

        var value = bytes[..size];
        bytes = bytes[size..];
        return type switch
        {
            SqlType.Boolean => value[0] != 0,
            SqlType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(value),
            SqlType.Double => BinaryPrimitives.ReadDoubleLittleEndian(value) is var number && double.IsNaN(number) ? null : number,
            SqlType.Uuid => new Guid(value),
            SqlType.Timestamp => Timestamps.ToDateTime(BinaryPrimitives.ReadInt64LittleEndian(value)),
            SqlType.Interval => new TimeSpan(BinaryPrimitives.ReadInt64LittleEndian(value)),
            _ => FilterValues.Convert(Encoding.UTF8.GetString(value), SqlType.Text),
        };
    }

    private static uint Sum(ReadOnlySpan<byte> bytes)
    {
        var sum = 2166136261u;
        foreach (var b in bytes)
        {
            sum = (sum ^ b) * 16777619;
        }

        return sum;
    }

    private static void Reserve(ref byte[] buffer, int at, int more)
    {
        if (buffer.Length < at + more)
        {
            Array.Resize(ref buffer, Math.Max(buffer.Length * 2, at + more));
        }
    }
}
