using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace AnalyticsGraph.Tracking.Points;

/// <summary>
/// Points as one block of ClickHouse's Native format: for each column its name, its type, and the values one after another. Blocks of this shape are joined by laying
/// their columns' bytes end to end, so that what the log holds is never decoded on its way to ClickHouse.
/// </summary>
internal sealed class PointBlock
{
    // Texts travel as String and become LowCardinality in the table: no dictionary to merge here.
    private static readonly (string Name, string Type, int Width)[] Layout =
    [
        ("experiment_id", "Int64", 8), ("key", "String", 0), ("label", "String", 0), ("run_id", "Int64", 8),
        ("scope", "Enum8('RUN' = 0, 'RESULT' = 1, 'EPOCH' = 2, 'BATCH' = 3)", 1), ("rank", "Int32", 4), ("epoch", "Int64", 8), ("step", "Int64", 8),
        ("time", "DateTime64(3, 'UTC')", 8), ("value", "Float64", 8), ("model_id", "Int64", 8), ("dataset_id", "Int64", 8), ("seq", "Int64", 8), ("group_id", "UInt64", 8),
    ];

    private static readonly byte[][] Headers = [.. Layout.Select(column => Header(column.Name, column.Type))];

    private readonly Column[] _columns = [.. Layout.Select(_ => new Column())];

    /// <summary>The columns of <c>metric_point</c> in the order of a block.</summary>
    public static string ColumnList { get; } = string.Join(", ", Layout.Select(column => column.Name));

    /// <summary>The number of points.</summary>
    public int Count { get; private set; }

    /// <summary>The size of the columns' data in bytes.</summary>
    public long Bytes => _columns.Sum(column => (long)column.Length);

    /// <summary>Adds a point.</summary>
    public void Add(long experimentId, in SeriesKey series, in SeriesPoint point, long seq, long groupId)
    {
        _columns[0].Add(experimentId);
        _columns[1].Add(series.Key);
        _columns[2].Add(series.Label);
        _columns[3].Add(series.RunId);
        _columns[4].Add((byte)series.Scope);
        _columns[5].Add(series.Rank);
        _columns[6].Add(point.Position.Epoch);
        _columns[7].Add(point.Position.Step);
        _columns[8].Add(point.Position.Time);
        _columns[9].Add(BitConverter.DoubleToInt64Bits(point.Value));
        _columns[10].Add(point.ModelId);
        _columns[11].Add(point.DatasetId);
        _columns[12].Add(seq);
        _columns[13].Add(groupId);
        Count++;
    }

    /// <summary>The block in Native format.</summary>
    public byte[] ToNative()
    {
        var head = new MemoryStream();
        WriteVarint(head, (ulong)Layout.Length);
        WriteVarint(head, (ulong)Count);
        var result = new byte[checked((int)(head.Length + Bytes + Headers.Sum(h => h.Length)))];
        var at = (int)head.Length;
        head.GetBuffer().AsSpan(0, at).CopyTo(result);
        for (var i = 0; i < _columns.Length; i++)
        {
            Headers[i].CopyTo(result, at);
            at += Headers[i].Length;
            _columns[i].Written.CopyTo(result.AsSpan(at));
            at += _columns[i].Length;
        }

        return result;
    }

    /// <summary>The payload of a log row: the block, deflated.</summary>
    public byte[] ToPayload()
    {
        var payload = new MemoryStream();
        using (var deflate = new DeflateStream(payload, CompressionLevel.Fastest))
            deflate.Write(ToNative());
        return payload.ToArray();
    }

    /// <summary>Joins a payload to the block.</summary>
    /// <param name="payload">What <see cref="ToPayload"/> returned.</param>
    /// <param name="bytes">The expected size of its columns.</param>
    /// <exception cref="InvalidDataException">The payload is no block of this shape: the log is damaged.</exception>
    public void Append(byte[] payload, int bytes)
    {
        using var deflate = new DeflateStream(new MemoryStream(payload), CompressionMode.Decompress);
        var native = new MemoryStream(bytes + 1024);
        deflate.CopyTo(native);
        var rest = native.GetBuffer().AsSpan(0, (int)native.Length);
        var columns = ReadVarint(ref rest);
        var rows = checked((int)ReadVarint(ref rest));
        if (columns != (ulong)Layout.Length)
            throw new InvalidDataException($"A payload of the point log has {columns} columns instead of {Layout.Length}.");
        for (var i = 0; i < Layout.Length; i++)
        {
            if (!rest.StartsWith(Headers[i]))
                throw new InvalidDataException($"A payload of the point log has another column than {Layout[i].Name} {Layout[i].Type} at place {i}.");
            rest = rest[Headers[i].Length..];
            var length = Layout[i].Width > 0 ? rows * Layout[i].Width : LengthOfTexts(rest, rows);
            _columns[i].Add(rest[..length]);
            rest = rest[length..];
        }

        Count += rows;
    }

    private static int LengthOfTexts(ReadOnlySpan<byte> data, int rows)
    {
        var rest = data;
        for (var i = 0; i < rows; i++)
        {
            var length = (int)ReadVarint(ref rest);
            rest = rest[length..];
        }

        return data.Length - rest.Length;
    }

    private static byte[] Header(string name, string type)
    {
        var header = new MemoryStream();
        foreach (var text in new[] { name, type })
        {
            WriteVarint(header, (ulong)text.Length);
            header.Write(Encoding.ASCII.GetBytes(text));
        }

        return header.ToArray();
    }

    private static void WriteVarint(MemoryStream to, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            to.WriteByte((byte)(value | 0x80));
        to.WriteByte((byte)value);
    }

    private static ulong ReadVarint(scoped ref Span<byte> rest)
    {
        ReadOnlySpan<byte> read = rest;
        var value = ReadVarint(ref read);
        rest = rest[^read.Length..];
        return value;
    }

    private static ulong ReadVarint(scoped ref ReadOnlySpan<byte> rest)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = rest[0];
            rest = rest[1..];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }
    }

    private sealed class Column
    {
        private byte[] _data = [];

        public int Length { get; private set; }

        public ReadOnlySpan<byte> Written => _data.AsSpan(0, Length);

        public void Add(byte value) => Reserve(1)[0] = value;

        public void Add(int value) => BinaryPrimitives.WriteInt32LittleEndian(Reserve(sizeof(int)), value);

        public void Add(long value) => BinaryPrimitives.WriteInt64LittleEndian(Reserve(sizeof(long)), value);

        public void Add(ReadOnlySpan<byte> values) => values.CopyTo(Reserve(values.Length));

        public void Add(string text)
        {
            var length = Encoding.UTF8.GetByteCount(text);
            for (var rest = length; ; rest >>= 7)
            {
                Add((byte)(rest >= 0x80 ? rest | 0x80 : rest));
                if (rest < 0x80)
                    break;
            }

            Encoding.UTF8.GetBytes(text, Reserve(length));
        }

        private Span<byte> Reserve(int length)
        {
            if (Length + length > _data.Length)
                Array.Resize(ref _data, Math.Max(Math.Max(256, _data.Length * 2), Length + length));
            Length += length;
            return _data.AsSpan(Length - length, length);
        }
    }
}
