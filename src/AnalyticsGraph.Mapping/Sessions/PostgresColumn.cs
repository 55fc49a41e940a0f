using System.Buffers.Binary;
using AnalyticsGraph.Mapping.Rows;
using Npgsql;

namespace AnalyticsGraph.Mapping.Sessions;

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
