using System.Text;
using System.Text.Json;
using AnalyticsGraph.Tracking.Rules;

namespace AnalyticsGraph.Tracking.Ingest;

/// <summary>Rows as JSON objects, one on each line; blank lines are none.</summary>
internal sealed class NdjsonReader(Stream body, IngestLimits limits) : RowReader
{
    private readonly PieceBuffer _buffer = new(body, limits.MaxPieceBytes);
    private byte[] _scratch = new byte[256];
    private int _searched;
    private long _line;

    public override async Task<bool> ReadAsync(RowChunk chunk, CancellationToken ct)
    {
        while (true)
        {
            ReadBuffered(chunk);
            if (chunk.IsFull)
                return true;
            if (await _buffer.MoreAsync(ct).ConfigureAwait(false))
                continue;

            // The last line needs no end.
            ReadLine(chunk, _buffer.Rest);
            _buffer.Take(_buffer.Rest.Length);
            return false;
        }
    }

    public override ValueTask DisposeAsync()
    {
        _buffer.Dispose();
        return ValueTask.CompletedTask;
    }

    private void ReadBuffered(RowChunk chunk)
    {
        while (!chunk.IsFull)
        {
            var rest = _buffer.Rest;
            var end = rest[_searched..].IndexOf((byte)'\n');
            if (end < 0)
            {
                _searched = rest.Length;
                return;
            }

            ReadLine(chunk, rest[..(_searched + end)]);
            _buffer.Take(_searched + end + 1);
            _searched = 0;
        }
    }

    private void ReadLine(RowChunk chunk, ReadOnlySpan<byte> line)
    {
        _line++;
        if (_line == 1 && line.StartsWith(Encoding.UTF8.Preamble))
            line = line[Encoding.UTF8.Preamble.Length..];
        if (line.TrimEnd(" \t\r"u8).IsEmpty)
            return;
        chunk.Begin(_line);
        var reader = new Utf8JsonReader(line);
        try
        {
            ReadRow(chunk, ref reader, line);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw chunk.Wrong(chunk.Present, null, $"It is no JSON object ({Reason(fault, reader.BytesConsumed)}).", inner: fault);
        }

        chunk.End();
    }

    // An invalid escape is told when the text is read, as an invalid operation.
    private static string Reason(Exception fault, long at) => fault is JsonException json ? $"byte {json.BytePositionInLine + 1}: {json.Message.Split(". ")[0].TrimEnd('.')}" : $"byte {at}: a text is invalid";

    private void ReadRow(RowChunk chunk, ref Utf8JsonReader reader, ReadOnlySpan<byte> line)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("It does not begin with '{'", null, 0, 0);
        for (var guess = 0; reader.Read() && reader.TokenType == JsonTokenType.PropertyName; guess++)
        {
            var name = TextOf(ref reader);
            var column = chunk.Stream.Find(name, guess);
            if (column < 0)
                throw chunk.Wrong(chunk.Present, null, $"There is no column '{InputRules.Shortened(Encoding.UTF8.GetString(name))}'; known are {string.Join(", ", chunk.Stream.ColumnNames)}.");
            guess = column;
            reader.Read();
            if (chunk.IsSet(column))
                throw chunk.Wrong(chunk.Present, chunk.Stream.Columns[column].Name, "It stands twice.");
            if (reader.TokenType != JsonTokenType.Null)
                Set(chunk, column, ref reader, line);
        }

        // Nothing may follow the object; the reader says so.
        reader.Read();
    }

    private void Set(RowChunk chunk, int column, ref Utf8JsonReader reader, ReadOnlySpan<byte> line)
    {
        var token = reader.TokenType;
        switch (chunk.Stream.Columns[column].Kind)
        {
            case ColumnKind.Text when token == JsonTokenType.String:
                chunk.Set(column, TextOf(ref reader));
                break;
            case ColumnKind.Whole when token == JsonTokenType.Number && reader.TryGetInt64(out var whole):
                chunk.Set(column, whole);
                break;
            case ColumnKind.Number when TryNumber(ref reader, out var number):
                chunk.Set(column, number);
                break;
            case ColumnKind.Time when token == JsonTokenType.String && IngestValues.TryTime(ref reader, out var time):
                chunk.Set(column, time);
                break;
            case ColumnKind.Time when token == JsonTokenType.Number && IngestValues.TryMilliseconds(reader.GetDouble(), out var time):
                chunk.Set(column, time);
                break;
            case ColumnKind.Json when token == JsonTokenType.StartObject:
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                chunk.Set(column, line[start..(int)reader.BytesConsumed]);
                break;
            case ColumnKind.Numbers or ColumnKind.Texts when token == JsonTokenType.StartObject:
                SetEntries(chunk, column, ref reader);
                break;
            default:
                throw Wrong(chunk, column, ref reader);
        }
    }

    private void SetEntries(RowChunk chunk, int column, ref Utf8JsonReader reader)
    {
        var entries = chunk.Entries(column);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = chunk.NameOf(chunk.Present, column, TextOf(ref reader));
            reader.Read();
            if (entries.HoldsTexts && reader.TokenType == JsonTokenType.String)
                entries.Add(name, reader.GetString()!);
            else if (!entries.HoldsTexts && TryNumber(ref reader, out var number))
                entries.Add(name, number);
            else if (reader.TokenType != JsonTokenType.Null)
                throw Wrong(chunk, column, ref reader);
        }

        // Given, even if it is empty: it may not stand twice.
        chunk.Mark(column);
    }

    private static bool TryNumber(ref Utf8JsonReader reader, out double number)
    {
        number = 0;
        return reader.TokenType == JsonTokenType.Number ? reader.TryGetDouble(out number) && double.IsFinite(number)
            : reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped && IngestValues.IsNamed(reader.ValueSpan, out number);
    }

    private static IngestException Wrong(RowChunk chunk, int column, ref Utf8JsonReader reader)
    {
        var expected = chunk.Stream.Columns[column].Kind switch
        {
            ColumnKind.Text => "a text",
            ColumnKind.Whole => "a whole number of 64 bits",
            ColumnKind.Number => "a number, \"NaN\", \"Infinity\" or \"-Infinity\"",
            ColumnKind.Time => "a text such as \"2026-01-31T12:00:00.123Z\", or milliseconds since 1970",
            ColumnKind.Numbers => "an object of numbers",
            ColumnKind.Texts => "an object of texts",
            _ => "an object",
        };
        var found = reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject ? "" : $", not {InputRules.Shortened(Encoding.UTF8.GetString(reader.ValueSpan))}";
        return chunk.Wrong(chunk.Present, chunk.Stream.Columns[column].Name, $"It must be {expected}{found}.");
    }

    private ReadOnlySpan<byte> TextOf(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
            return reader.ValueSpan;
        if (_scratch.Length < reader.ValueSpan.Length)
            _scratch = new byte[reader.ValueSpan.Length * 2];
        return _scratch.AsSpan(0, reader.CopyString(_scratch));
    }
}
