using System.Buffers;
using System.IO.Compression;
using System.Runtime.InteropServices;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.ClickHouse.Compression;

namespace AnalyticsGraph.Tracking.Points;

/// <summary>
/// Rows of a series as one block of ClickHouse's Native format: for each column its name, its type, and the values one after another. Blocks of one table are joined by laying
/// their columns' bytes end to end, so that what the log holds is never decoded on its way to ClickHouse.
/// </summary>
/// <param name="table">Whose rows they are.</param>
/// <param name="rows">How many there will be at least: room is made for them.</param>
internal sealed class SeriesBlock(SeriesTable table, int rows = 0)
{
    private const byte InFrame = 0x06;
    private const int LongestVarint = 10;

    private readonly ByteColumn[] _parts = [.. table.Columns.SelectMany(column => column.Parts).Select(part => new ByteColumn(rows * Math.Max(part.Width, 1)))];
    private readonly ByteColumn _stamps = new(0);
    private int _at;

    /// <summary>Whose rows they are.</summary>
    public SeriesTable Table => table;

    /// <summary>The number of rows.</summary>
    public int Count { get; private set; }

    /// <summary>The size of the columns' data in bytes.</summary>
    public long Bytes => _parts.Sum(part => (long)part.Length);

    /// <summary>Adds the next column's value of the present row, as do the others of this name.</summary>
    public void Add(long value) => _parts[_at++].Add(value);

    public void Add(int value) => _parts[_at++].Add(value);

    public void Add(byte value) => _parts[_at++].Add(value);

    public void Add(double value) => _parts[_at++].Add(BitConverter.DoubleToInt64Bits(value));

    public void Add(string text) => _parts[_at++].Add(text);

    /// <summary>Adds a text that is UTF-8 already.</summary>
    public void AddText(ReadOnlySpan<byte> text) => _parts[_at++].AddText(text);

    public void AddOptional(long? value)
    {
        Add((byte)(value is null ? 1 : 0));
        Add(value ?? 0);
    }

    public void AddOptional(double? value)
    {
        Add((byte)(value is null ? 1 : 0));
        Add(value ?? 0);
    }

    public void AddOptional(string? text)
    {
        Add((byte)(text is null ? 1 : 0));
        Add(text ?? "");
    }

    public void AddMap(IReadOnlyCollection<KeyValuePair<string, double>> entries)
    {
        AddEntries(entries);
        foreach (var (_, value) in entries)
            _parts[_at].Add(BitConverter.DoubleToInt64Bits(value));
        _at++;
    }

    public void AddMap(IReadOnlyCollection<KeyValuePair<string, string>> entries)
    {
        AddEntries(entries);
        foreach (var (_, value) in entries)
            _parts[_at].Add(value);
        _at++;
    }

    /// <summary>The present row has all of its values.</summary>
    public void EndRow()
    {
        if (_at != _parts.Length)
            throw new InvalidOperationException($"A row of {table.Name} has values for {_at} of {_parts.Length} parts of its columns.");
        _at = 0;
        Count++;
    }

    /// <summary>The names of its columns.</summary>
    public IReadOnlyList<string> ColumnNames => [.. table.Columns.Select(column => column.Name), .. _stamps.Length > 0 ? table.StampNames : []];

    /// <summary>The block in Native format.</summary>
    public byte[] ToNative()
    {
        var native = GC.AllocateUninitializedArray<byte>(NativeLength());
        Write(native, asDeltas: false);
        return native;
    }

    /// <summary>
    /// The payload of a log row: the block in a frame of LZ4, whose whole numbers are the differences from row to row, of which next to nothing is left. Takes a tenth of the time of
    /// deflate.
    /// </summary>
    public byte[] ToPayload()
    {
        var length = NativeLength();
        var native = ArrayPool<byte>.Shared.Rent(length);
        var payload = ArrayPool<byte>.Shared.Rent(1 + Lz4Frame.MostLength(length));
        try
        {
            payload[0] = InFrame;
            Write(native, asDeltas: true);
            return payload[..(1 + Lz4Frame.Write(native.AsSpan(0, length), payload.AsSpan(1)))];
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(native);
            ArrayPool<byte>.Shared.Return(payload);
        }
    }

    private int NativeLength()
    {
        Span<byte> number = stackalloc byte[LongestVarint];
        var stamps = _stamps.Length > 0 ? table.Stamps : [];
        return checked((int)(WriteVarint(number, (ulong)(table.Columns.Count + stamps.Count)) + WriteVarint(number, (ulong)Count) + Bytes
            + table.Columns.Sum(column => column.Header.Length) + stamps.Sum(stamp => (long)stamp.Length + _stamps.Length)));
    }

    private void Write(Span<byte> to, bool asDeltas)
    {
        var stamps = _stamps.Length > 0 ? table.Stamps : [];
        var at = WriteVarint(to, (ulong)(table.Columns.Count + stamps.Count));
        at += WriteVarint(to[at..], (ulong)Count);
        var part = 0;
        foreach (var column in table.Columns)
        {
            Put(to, column.Header);
            for (var i = 0; i < column.Parts.Length; i++)
            {
                var data = to.Slice(at, _parts[part].Length);
                Put(to, _parts[part++].Written);
                if (asDeltas && column.IsWhole)
                    ToDeltas(data);
            }
        }

        foreach (var stamp in stamps)
        {
            Put(to, stamp);
            Put(to, _stamps.Written);
        }

        void Put(Span<byte> target, ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(target[at..]);
            at += bytes.Length;
        }
    }

    private static void ToDeltas(Span<byte> data)
    {
        var values = MemoryMarshal.Cast<byte, long>(data);
        for (var i = values.Length - 1; i > 0; i--)
            values[i] -= values[i - 1];
    }

    private static void FromDeltas(Span<byte> data)
    {
        var values = MemoryMarshal.Cast<byte, long>(data);
        for (var i = 1; i < values.Length; i++)
            values[i] += values[i - 1];
    }

    /// <summary>Joins a payload to the block.</summary>
    /// <param name="payload">What <see cref="ToPayload"/> returned.</param>
    /// <param name="groupId">Its group, which becomes the version of rows that have one.</param>
    /// <exception cref="InvalidDataException">The payload is no block of this table: the log is damaged.</exception>
    public void Append(ReadOnlySpan<byte> payload, long groupId)
    {
        if (payload[0] == InFrame)
        {
            if (!Lz4Frame.TryReadHeader(payload[1..], out _, out var length))
                throw new InvalidDataException("A payload of the log has no head of a frame: the log is damaged.");
            var native = ArrayPool<byte>.Shared.Rent(length);
            try
            {
                Lz4Frame.Read(payload[1..], native.AsSpan(0, length));
                AppendNative(native.AsSpan(0, length), groupId, areDeltas: true);
            }
            catch (ClickHouseFormatException fault)
            {
                throw new InvalidDataException($"A payload of the log is damaged: {fault.Message}", fault);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(native);
            }

            return;
        }

        // From before frames: no deflated block begins with that byte, whose type of block does not exist.
        using var deflate = new DeflateStream(new MemoryStream(payload.ToArray()), CompressionMode.Decompress);
        var inflated = new MemoryStream();
        deflate.CopyTo(inflated);
        AppendNative(inflated.GetBuffer().AsSpan(0, (int)inflated.Length), groupId, areDeltas: false);
    }

    private void AppendNative(ReadOnlySpan<byte> rest, long groupId, bool areDeltas)
    {
        var columns = ReadVarint(ref rest);
        var rows = checked((int)ReadVarint(ref rest));
        if (columns != (ulong)table.Columns.Count)
            throw new InvalidDataException($"A payload of the log for {table.Name} has {columns} columns instead of {table.Columns.Count}.");
        var part = 0;
        for (var i = 0; i < table.Columns.Count; i++)
        {
            var column = table.Columns[i];
            if (!rest.StartsWith(column.Header))
                throw new InvalidDataException($"A payload of the log for {table.Name} has another column than {column.Name} {column.Type} at place {i}.");
            rest = rest[column.Header.Length..];
            var values = rows;
            foreach (var (kind, width) in column.Parts)
            {
                var length = kind == SeriesTable.PartKind.Text ? LengthOfTexts(rest, values) : values * width;
                var data = rest[..length];
                rest = rest[length..];
                if (kind == SeriesTable.PartKind.Offsets)
                {
                    values = length == 0 ? 0 : checked((int)BitConverter.ToUInt64(data[^sizeof(ulong)..]));
                    _parts[part++].AddOffsets(data);
                }
                else
                {
                    var added = _parts[part++].Add(data);
                    if (areDeltas && column.IsWhole)
                        FromDeltas(added);
                }
            }
        }

        for (var row = 0; table.IsVersioned && row < rows; row++)
            _stamps.Add(groupId);
        Count += rows;
    }

    private void AddEntries<T>(IReadOnlyCollection<KeyValuePair<string, T>> entries)
    {
        _parts[_at].Add((long)_parts[_at].LastOffset + entries.Count);
        _at++;
        foreach (var (key, _) in entries)
            _parts[_at].Add(key);
        _at++;
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

    private static int WriteVarint(Span<byte> to, ulong value)
    {
        var at = 0;
        for (; value >= 0x80; value >>= 7)
            to[at++] = (byte)(value | 0x80);
        to[at++] = (byte)value;
        return at;
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
}
