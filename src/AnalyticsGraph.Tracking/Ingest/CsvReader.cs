using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.Tracking.Rules;

namespace AnalyticsGraph.Tracking.Ingest;

/// <summary>
/// Rows as comma-separated values (RFC 4180) behind a header. An empty field is a missing value. A column of maps is spread over columns that say its name, a point and the name of
/// the entry: <c>features.Alcohol</c>.
/// </summary>
internal sealed class CsvReader(Stream body, IngestLimits limits) : RowReader
{
    private readonly PieceBuffer _buffer = new(body, limits.MaxPieceBytes);
    private readonly List<(int Column, byte[] Entry)> _fields = [];
    private byte[] _scratch = new byte[256];
    private long _line = 1;
    private bool _hasHeader;

    public override async Task<bool> ReadAsync(RowChunk chunk, CancellationToken ct)
    {
        while (true)
        {
            ReadBuffered(chunk);
            if (chunk.IsFull)
                return true;
            if (await _buffer.MoreAsync(ct).ConfigureAwait(false))
                continue;

            // The last record needs no end.
            if (_buffer.Rest.Length > 0)
            {
                if (!TryFindEnd(_buffer.Rest, out _, out var lines) && lines < 0)
                    throw Broken(chunk, "A field in quotes does not end.");
                ReadRecord(chunk, _buffer.Rest, lines);
                _buffer.Take(_buffer.Rest.Length);
            }

            return _hasHeader ? false : throw new IngestException(ErrorCodes.BadUserInput, "The body is empty: CSV begins with a line that names its columns.");
        }
    }

    public override ValueTask DisposeAsync()
    {
        _buffer.Dispose();
        return ValueTask.CompletedTask;
    }

    private void ReadBuffered(RowChunk chunk)
    {
        while (!chunk.IsFull && TryFindEnd(_buffer.Rest, out var end, out var lines))
        {
            ReadRecord(chunk, _buffer.Rest[..end], lines);
            _buffer.Take(end + 1);
        }
    }

    /// <summary>Where the record that begins here ends: at a line's end that is not within quotes.</summary>
    /// <param name="rest">What is there.</param>
    /// <param name="end">The line's end.</param>
    /// <param name="lines">How many lines it has; -1 if it ends within quotes.</param>
    private static bool TryFindEnd(ReadOnlySpan<byte> rest, out int end, out int lines)
    {
        (end, lines) = (0, 1);
        var inQuotes = false;
        for (int next; (next = inQuotes ? rest[end..].IndexOfAny((byte)'"', (byte)'\n') : rest[end..].IndexOfAny((byte)'"', (byte)'\n')) >= 0; end++)
        {
            end += next;
            if (rest[end] == (byte)'"')
                inQuotes = !inQuotes;
            else if (!inQuotes)
                return true;
            else
                lines++;
        }

        if (inQuotes)
            lines = -1;
        return false;
    }

    private void ReadRecord(RowChunk chunk, ReadOnlySpan<byte> record, int lines)
    {
        var line = _line;
        _line += lines;
        if (record.EndsWith("\r"u8))
            record = record[..^1];
        if (!_hasHeader)
        {
            ReadHeader(chunk, record.StartsWith(Encoding.UTF8.Preamble) ? record[Encoding.UTF8.Preamble.Length..] : record);
            return;
        }

        if (record.IsEmpty)
            return;
        chunk.Begin(line);
        var field = 0;
        for (var isLast = false; !isLast; field++)
        {
            var text = NextField(chunk, ref record, out isLast);
            if (field == _fields.Count)
                throw chunk.Wrong(chunk.Present, null, $"It has more than the {_fields.Count} fields of the header.");
            if (text.Length > 0)
                Set(chunk, _fields[field].Column, _fields[field].Entry, text);
        }

        if (field < _fields.Count)
            throw chunk.Wrong(chunk.Present, null, $"It has {field} fields, and the header {_fields.Count}.");
        chunk.End();
    }

    private void ReadHeader(RowChunk chunk, ReadOnlySpan<byte> record)
    {
        for (var isLast = false; !isLast;)
        {
            var name = NextField(chunk, ref record, out isLast);
            var point = name.IndexOf((byte)'.');
            var (column, entry) = (chunk.Stream.Find(name, 0), Array.Empty<byte>());
            if (column < 0 && point > 0 && chunk.Stream.Find(name[..point], 0) is >= 0 and var maps && chunk.Stream.Columns[maps].Kind is ColumnKind.Numbers or ColumnKind.Texts)
                (column, entry) = (maps, name[(point + 1)..].ToArray());
            var told = InputRules.Shortened(Encoding.UTF8.GetString(name));
            if (column < 0 || (entry.Length == 0 && chunk.Stream.Columns[column].Kind is ColumnKind.Numbers or ColumnKind.Texts))
            {
                throw Wrong($"The header names '{told}', which is no column; known are {string.Join(", ", chunk.Stream.Columns.Select(Told))}.");
            }

            if (_fields.Exists(field => field.Column == column && field.Entry.AsSpan().SequenceEqual(entry)))
                throw Wrong($"The header names '{told}' twice.");
            _fields.Add((column, entry));
        }

        _hasHeader = true;

        static IngestException Wrong(string message) => new(ErrorCodes.BadUserInput, $"Line 1: {message}") { Line = 1 };
    }

    private static string Told(IngestColumn column) => column.Kind is ColumnKind.Numbers or ColumnKind.Texts ? $"{column.Name}.NAME" : column.Name;

    private IngestException Broken(RowChunk chunk, string message) => new(ErrorCodes.BadUserInput, $"Line {_line}: {message}") { Line = _line, Row = _hasHeader ? chunk.RowsBefore + chunk.Count + 1 : null };

    private ReadOnlySpan<byte> NextField(RowChunk chunk, ref ReadOnlySpan<byte> record, out bool isLast)
    {
        if (!record.StartsWith("\""u8))
        {
            var end = record.IndexOf((byte)',');
            isLast = end < 0;
            var plain = isLast ? record : record[..end];
            record = isLast ? [] : record[(end + 1)..];
            return plain;
        }

        var used = 0;
        if (_scratch.Length < record.Length)
            _scratch = new byte[record.Length * 2];
        for (var rest = record[1..]; ;)
        {
            var quote = rest.IndexOf((byte)'"');
            if (quote < 0)
                throw chunk.Wrong(chunk.Present, null, "A field in quotes does not end.");
            rest[..quote].CopyTo(_scratch.AsSpan(used));
            used += quote;
            rest = rest[(quote + 1)..];
            if (rest.StartsWith("\""u8))
            {
                _scratch[used++] = (byte)'"';
                rest = rest[1..];
                continue;
            }

            isLast = rest.IsEmpty;
            if (!isLast && rest[0] != (byte)',')
                throw chunk.Wrong(chunk.Present, null, "A comma must follow a field in quotes.");
            record = isLast ? [] : rest[1..];
            return _scratch.AsSpan(0, used);
        }
    }

    private static void Set(RowChunk chunk, int column, byte[] entry, ReadOnlySpan<byte> text)
    {
        var kind = chunk.Stream.Columns[column].Kind;
        switch (kind)
        {
            case ColumnKind.Text:
                chunk.Set(column, text);
                return;
            case ColumnKind.Json when IngestValues.IsObject(text):
                chunk.Set(column, text);
                return;
            case ColumnKind.Whole when Utf8Parser.TryParse(text, out long whole, out var used) && used == text.Length:
                chunk.Set(column, whole);
                return;
            case ColumnKind.Number when IngestValues.TryNumber(text, out var number):
                chunk.Set(column, number);
                return;
            case ColumnKind.Time when IngestValues.TryTime(text, out var time):
                chunk.Set(column, time);
                return;
            case ColumnKind.Numbers when IngestValues.TryNumber(text, out var number):
                chunk.Entries(column).Add(chunk.NameOf(chunk.Present, column, entry), number);
                return;
            case ColumnKind.Texts:
                if (!Utf8.IsValid(text))
                    throw chunk.NoText(chunk.Present, column);
                chunk.Entries(column).Add(chunk.NameOf(chunk.Present, column, entry), Encoding.UTF8.GetString(text));
                return;
        }

        var expected = kind switch
        {
            ColumnKind.Whole => "a whole number of 64 bits",
            ColumnKind.Time => IngestValues.ExpectedTime,
            ColumnKind.Json => "a JSON object",
            _ => "a number, NaN, Infinity or -Infinity",
        };
        throw chunk.Wrong(chunk.Present, chunk.Stream.Columns[column].Name, $"It must be {expected}, not {InputRules.Shortened(Encoding.UTF8.GetString(text))}.");
    }
}
