using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;

namespace AnalyticsGraph.Tracking.Import;

/// <summary>
/// A plain pg_dump, gzipped or not: its COPY blocks are read by table and column name, in whatever order they come; every other line is passed over.
/// Memory holds one buffer, or the longest line if that is longer.
/// </summary>
internal sealed partial class DumpSource : TableSource
{
    private readonly string _path;
    private readonly FileStream _file;
    private readonly Stream _text;
    private byte[] _buffer = new byte[256 * 1024];
    private int _at;
    private int _end;
    private long _lines;

    public DumpSource(string path)
    {
        _path = path;
        _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 64 * 1024, FileOptions.SequentialScan | FileOptions.Asynchronous);
        Span<byte> magic = stackalloc byte[5];
        var read = _file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        _file.Position = 0;
        if (magic[..read].SequenceEqual("PGDMP"u8))
            throw new ImportException($"'{path}' is a dump in PostgreSQL's custom format. Turn it into a plain one: pg_restore --file={Path.ChangeExtension(path, ".sql")} {path}");
        _text = read >= 2 && magic[0] == 0x1F && magic[1] == 0x8B ? new GZipStream(_file, CompressionMode.Decompress) : _file;
    }

    public override async IAsyncEnumerable<SourceTable> ReadTablesAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var tables = 0;
        var inserts = false;
        while (await ReadLineAsync(ct).ConfigureAwait(false) is { } line)
        {
            if (line.Span.StartsWith("COPY "u8))
            {
                var statement = Encoding.UTF8.GetString(line.Span);
                if (CopyLine().Match(statement) is not { Success: true } copy)
                    throw new ImportException($"Line {_lines} of '{_path}' is no COPY statement as pg_dump writes it, with all names on one line: '{statement}'. Nothing was imported.");
                tables++;
                var taken = false;
                var table = Unquote(copy.Groups["table"].Value);
                string[] columns = [.. ColumnName().Matches(copy.Groups["columns"].Value).Select(match => Unquote(match.Value))];
                if (columns.Length == 0)
                {
                    await CopyRowsAsync(table, Stream.Null, _ => { }, ct).ConfigureAwait(false);
                    continue;
                }

                yield return new SourceTable(
                    table,
                    columns,
                    (target, progress, token) =>
                    {
                        taken = true;
                        return CopyRowsAsync(table, target, progress, token);
                    });
                if (!taken)
                    await CopyRowsAsync(table, Stream.Null, _ => { }, ct).ConfigureAwait(false);
            }
            else if (line.Span.StartsWith("SET client_encoding"u8) && !line.Span.StartsWith("SET client_encoding = 'UTF8'"u8))
            {
                throw new ImportException($"'{_path}' is not in UTF-8. Dump again with pg_dump --encoding=UTF8.");
            }
            else
            {
                inserts |= line.Span.StartsWith("INSERT INTO "u8);
            }
        }

        if (tables == 0)
        {
            throw new ImportException(inserts
                ? $"'{_path}' holds INSERT statements. Dump again without --inserts, so that rows come as COPY blocks."
                : $"'{_path}' is no plain pg_dump: it holds no COPY block.");
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await _text.DisposeAsync().ConfigureAwait(false);
        await _file.DisposeAsync().ConfigureAwait(false);
    }

    [GeneratedRegex("""^COPY (?:(?:[\w$]+|"(?:[^"]|"")+")\.)?(?<table>[\w$]+|"(?:[^"]|"")+") (?:\((?<columns>.*)\))? FROM stdin;$""", RegexOptions.ExplicitCapture)]
    private static partial Regex CopyLine();

    [GeneratedRegex("""[\w$]+|"(?:[^"]|"")*" """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex ColumnName();

    private static string Unquote(string name) => name.StartsWith('"') ? name[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal) : name;

    /// <summary>Copies rows up to the line <c>\.</c>: as many whole lines at once as the buffer holds.</summary>
    private async Task CopyRowsAsync(string table, Stream target, Action<double?> progress, CancellationToken ct)
    {
        while (true)
        {
            var (length, isEnd) = WholeRows(_buffer.AsSpan(_at, _end - _at));
            await target.WriteAsync(_buffer.AsMemory(_at, length), ct).ConfigureAwait(false);
            _lines += _buffer.AsSpan(_at, length).Count((byte)'\n');
            _at += length;
            if (isEnd)
            {
                _lines++;
                _at += Math.Min("\\.\n"u8.Length, _end - _at);
                return;
            }

            progress((double)_file.Position / Math.Max(1, _file.Length));
            if (!await FillAsync(ct).ConfigureAwait(false))
                throw new ImportException($"'{_path}' ends in the middle of the table {table}: the dump is cut off. Nothing was imported.");
        }
    }

    private static (int Length, bool IsEnd) WholeRows(ReadOnlySpan<byte> rows)
    {
        if (rows.StartsWith("\\.\n"u8))
            return (0, true);
        var end = rows.IndexOf("\n\\.\n"u8);
        return end >= 0 ? (end + 1, true) : (rows.LastIndexOf((byte)'\n') + 1, false);
    }

    private async ValueTask<ReadOnlyMemory<byte>?> ReadLineAsync(CancellationToken ct)
    {
        _lines++;
        var searched = 0;
        while (true)
        {
            var found = _buffer.AsSpan(_at + searched, _end - _at - searched).IndexOf((byte)'\n');
            if (found >= 0)
            {
                var line = _buffer.AsMemory(_at, searched + found);
                _at += searched + found + 1;
                return line;
            }

            searched = _end - _at;
            if (await FillAsync(ct).ConfigureAwait(false))
                continue;
            if (_at == _end)
                return null;
            var last = _buffer.AsMemory(_at, _end - _at);
            _at = _end;
            return last;
        }
    }

    /// <summary>Reads more behind what is unread, with a larger buffer if that fills it.</summary>
    private async ValueTask<bool> FillAsync(CancellationToken ct)
    {
        _buffer.AsSpan(_at, _end - _at).CopyTo(_buffer);
        (_at, _end) = (0, _end - _at);
        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, _buffer.Length * 2);
        try
        {
            var read = await _text.ReadAsync(_buffer.AsMemory(_end), ct).ConfigureAwait(false);
            _end += read;
            return read > 0;
        }
        catch (InvalidDataException fault)
        {
            throw new ImportException($"'{_path}' is damaged: {fault.Message} Nothing more was imported.", fault);
        }
    }
}
