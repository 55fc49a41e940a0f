using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Mapping.Rows;

namespace AnalyticsGraph.Mapping.Sessions;

/// <summary>Columns of a Native block as typed columns of rows.</summary>
internal static class ClickHouseColumns
{
    public static ValuesBuilder NewBuilder(ValueShape shape, int expected)
    {
        ValuesBuilder builder = shape.Kind switch
        {
            ValueKind.Boolean => new BooleanBuilder(expected),
            ValueKind.Double => new DoubleBuilder(expected),
            ValueKind.Uuid => new UuidBuilder(expected),
            ValueKind.Text or ValueKind.JsonBinary => new TextBuilder(expected),
            _ => new Int64Builder(expected),
        };
        return shape.IsArray ? new ArrayBuilder(expected, builder) : builder;
    }

    /// <summary>Appends the first rows of a column.</summary>
    public static void Append(ValuesBuilder builder, ClickHouseColumn column, ValueShape shape, int rows)
    {
        if (builder is ArrayBuilder array)
        {
            AppendArrays(array, column, rows);
            return;
        }

        if (column.Type.Unwrapped.Kind == ClickHouseTypeKind.Map)
        {
            MapJson.Append((TextBuilder)builder, column, rows);
            return;
        }

        for (var row = 0; row < rows; row++)
        {
            if (column.IsNull(row))
            {
                builder.AddNull();
            }
            else
            {
                Add(builder, column, shape.Kind, row);
            }
        }
    }

    private static void Add(ValuesBuilder builder, ClickHouseColumn column, ValueKind kind, int row)
    {
        switch (builder)
        {
            case TextBuilder texts:
                texts.Add(((ClickHouseStringColumn)column).Utf8(row));
                break;
            case DoubleBuilder doubles:
                doubles.Add(column is ClickHouseColumn<double> d ? d[row] : ((ClickHouseColumn<float>)column)[row]);
                break;
            case BooleanBuilder booleans:
                booleans.Add(((ClickHouseColumn<bool>)column)[row]);
                break;
            case UuidBuilder uuids:
                uuids.Add(((ClickHouseColumn<Guid>)column)[row]);
                break;
            case Int64Builder integers:
                integers.Add(kind == ValueKind.Timestamp ? Timestamps.FromDateTime(((ClickHouseColumn<DateTime>)column)[row]) : Integer(column, row));
                break;
        }
    }

    private static long Integer(ClickHouseColumn column, int row) => column switch
    {
        ClickHouseColumn<long> c => c[row],
        ClickHouseColumn<int> c => c[row],
        ClickHouseColumn<uint> c => c[row],
        ClickHouseColumn<short> c => c[row],
        ClickHouseColumn<ushort> c => c[row],
        ClickHouseColumn<sbyte> c => c[row],
        ClickHouseColumn<byte> c => c[row],

        // What does not fit into a Long is an error of the field rather than another number.
        ClickHouseColumn<ulong> c => checked((long)c[row]),
        _ => throw new InvalidCastException($"{column.Name} ({column.Type}) is no integer of up to 64 bits."),
    };

    private static void AppendArrays(ArrayBuilder builder, ClickHouseColumn column, int rows)
    {
        for (var row = 0; row < rows; row++)
        {
            if (column.IsNull(row))
            {
                builder.AddNull();
                continue;
            }

            var (items, from, to) = column switch
            {
                ClickHouseArrayColumn<string> c => (c.Items, c.Offsets[row], c.Offsets[row + 1]),
                ClickHouseArrayColumn<long> c => (c.Items, c.Offsets[row], c.Offsets[row + 1]),
                ClickHouseArrayColumn<int> c => (c.Items, c.Offsets[row], c.Offsets[row + 1]),
                ClickHouseArrayColumn<uint> c => (c.Items, c.Offsets[row], c.Offsets[row + 1]),
                ClickHouseArrayColumn<ulong> c => (c.Items, c.Offsets[row], c.Offsets[row + 1]),
                ClickHouseArrayColumn<double> c => (c.Items, c.Offsets[row], c.Offsets[row + 1]),
                ClickHouseArrayColumn<float> c => (c.Items, c.Offsets[row], c.Offsets[row + 1]),
                ClickHouseArrayColumn<bool> c => ((ClickHouseColumn)c.Items, c.Offsets[row], c.Offsets[row + 1]),
                _ => throw new InvalidCastException($"{column.Name} ({column.Type}) is no array that the mapping reads."),
            };
            for (var item = from; item < to; item++)
            {
                if (items.IsNull(item))
                {
                    builder.Items.AddNull();
                }
                else
                {
                    Add(builder.Items, items, ValueKind.Int64, item);
                }
            }

            builder.Add(to - from);
        }
    }
}
