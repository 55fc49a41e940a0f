using System.Buffers.Binary;
using AnalyticsGraph.Mapping.Rows;
using AnalyticsGraph.Mapping.Sql;
using Npgsql;

namespace AnalyticsGraph.Mapping.Sessions;

/// <summary>Reads a statement's rows straight into typed columns. A row is complete in Npgsql's buffer once it is read, so the values come synchronously.</summary>
internal static class PostgresRowReader
{
    public static async Task<RowResult> ReadAsync(NpgsqlDataReader reader, StoreQuestion question, CancellationToken cancellationToken)
    {
        var columns = PostgresColumn.For(question);
        var slots = question.Parents is null ? question.Limit < 0 ? null : new SlotCounter(1, question.Limit) : new SlotCounter(question.Parents.Count, question.Limit);
        var slotOrdinal = question.Parents is null ? -1 : columns.Length;
        var count = 0;
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (slots is not null && !slots.Take(slotOrdinal < 0 ? 0 : (int)reader.GetInt64(slotOrdinal) - 1))
            {
                continue;
            }

            if (++count > question.MaxRows)
            {
                throw InputErrors.Limit($"The field reads more than {question.MaxRows} rows for all its parents together; read fewer with `first` or `where`.");
            }

            foreach (var column in columns)
            {
                column.Read(reader);
            }
        }

        return new RowResult(Array.ConvertAll(columns, column => column.Build()), count, slots?.ToGroups());
    }
}

/// <summary>Counts the rows of each slot, whose rows come together and in the slots' order, and turns away those beyond the limit.</summary>
internal sealed class SlotCounter(int slots, int limit)
{
    private readonly int[] _offsets = new int[slots + 1];
    private bool[]? _hasMore;
    private int _current;
    private int _inCurrent;
    private int _total;

    public bool Take(int slot)
    {
        if (slot != _current)
        {
            // The lateral subquery runs for one ordinal after the other: rows cannot come in another order.
            if (slot < _current)
            {
                throw new InvalidOperationException("Rows of a nested statement came out of their parents' order.");
            }

            while (_current < slot)
            {
                _offsets[++_current] = _total;
            }

            _inCurrent = 0;
        }

        if (limit >= 0 && _inCurrent == limit)
        {
            (_hasMore ??= new bool[_offsets.Length - 1])[slot] = true;
            return false;
        }

        _inCurrent++;
        _total++;
        return true;
    }

    public RowGroups ToGroups()
    {
        while (_current < _offsets.Length - 1)
        {
            _offsets[++_current] = _total;
        }

        return new RowGroups(_offsets, _hasMore);
    }
}

/// <summary>Reads one column of PostgreSQL's binary format.</summary>
internal sealed class PostgresColumn
{
    private readonly int _ordinal;
    private readonly ValueShape _shape;
    private readonly ValuesBuilder _builder;
    private byte[] _scratch = [];

    private PostgresColumn(int ordinal, ValueShape shape, int expected)
    {
        (_ordinal, _shape) = (ordinal, shape);
        _builder = shape.IsArray ? new ArrayBuilder(expected, NewBuilder(shape.Kind, expected)) : NewBuilder(shape.Kind, expected);
    }

    public static PostgresColumn[] For(StoreQuestion question)
    {
        var columns = new PostgresColumn[question.Shapes.Length];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = new PostgresColumn(i, question.Shapes[i], question.Expected);
        }

        return columns;
    }

    public RowValues Build() => _builder.Build();

    public void Read(NpgsqlDataReader reader)
    {
        if (_shape.IsNullable && reader.IsDBNull(_ordinal))
        {
            _builder.AddNull();
            return;
        }

        if (_shape.IsArray)
        {
            ReadArray(reader);
            return;
        }

        switch (_shape.Kind)
        {
            case ValueKind.Int64:
                ((Int64Builder)_builder).Add(reader.GetInt64(_ordinal));
                break;
            case ValueKind.Text:
                ReadText(reader, (TextBuilder)_builder);
                break;
            case ValueKind.Double:
                ((DoubleBuilder)_builder).Add(reader.GetDouble(_ordinal));
                break;
            case ValueKind.Timestamp:
                ((Int64Builder)_builder).Add(Timestamps.FromPostgres(reader.GetInt64(_ordinal)));
                break;
            case ValueKind.Boolean:
                ((BooleanBuilder)_builder).Add(reader.GetBoolean(_ordinal));
                break;
            case ValueKind.Uuid:
                ((UuidBuilder)_builder).Add(reader.GetGuid(_ordinal));
                break;
            default:
                var bytes = ReadBytes(reader);
                PostgresBinary.Add(_builder, _shape.Kind, bytes);
                break;
        }
    }

    /// <summary>Text is read to where it stays. Most fits into the room that is there; GetBytes tells its length only when asked for it.</summary>
    private void ReadText(NpgsqlDataReader reader, TextBuilder builder)
    {
        var (buffer, start, free) = builder.Reserve(16);
        var length = (int)reader.GetBytes(_ordinal, 0, buffer, start, free);
        if (length == free)
        {
            length = checked((int)reader.GetBytes(_ordinal, 0, null, 0, 0));
            (buffer, start, _) = builder.Reserve(length);
            reader.GetBytes(_ordinal, 0, buffer, start, length);
        }

        builder.Advance(length);
    }

    private ReadOnlySpan<byte> ReadBytes(NpgsqlDataReader reader)
    {
        var length = checked((int)reader.GetBytes(_ordinal, 0, null, 0, 0));
        if (_scratch.Length < length)
        {
            _scratch = new byte[Math.Max(length, _scratch.Length * 2)];
        }

        reader.GetBytes(_ordinal, 0, _scratch, 0, length);
        return _scratch.AsSpan(0, length);
    }

    /// <summary>The array format: dimensions, has-nulls, type; length and lower bound of each dimension; items, each with its length, -1 for null.</summary>
    private void ReadArray(NpgsqlDataReader reader)
    {
        var bytes = ReadBytes(reader);
        var dimensions = BinaryPrimitives.ReadInt32BigEndian(bytes);
        var count = dimensions == 0 ? 0 : 1;
        for (var i = 0; i < dimensions; i++)
        {
            count *= BinaryPrimitives.ReadInt32BigEndian(bytes[(12 + (i * 8))..]);
        }

        var array = (ArrayBuilder)_builder;
        var at = 12 + (dimensions * 8);
        for (var i = 0; i < count; i++)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(bytes[at..]);
            at += 4;
            if (length < 0)
            {
                array.Items.AddNull();
                continue;
            }

            PostgresBinary.Add(array.Items, _shape.Kind, bytes.Slice(at, length));
            at += length;
        }

        array.Add(count);
    }

    private static ValuesBuilder NewBuilder(ValueKind kind, int expected) => kind switch
    {
        ValueKind.Boolean => new BooleanBuilder(expected),
        ValueKind.Double => new DoubleBuilder(expected),
        ValueKind.Uuid => new UuidBuilder(expected),
        ValueKind.Text or ValueKind.JsonBinary => new TextBuilder(expected),
        _ => new Int64Builder(expected),
    };
}

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
