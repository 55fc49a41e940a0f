using System.IO.Compression;
using System.Runtime.CompilerServices;

namespace AnalyticsGraph.Tracking.Import;

/// <summary>
/// A dump of MySQL, gzipped or not: the rows of its INSERT statements, with the columns that they or CREATE TABLE name. Other statements are passed over. Memory holds one row.
/// </summary>
internal sealed class MySqlDumpSource : TableSource
{
    private readonly FileStream _file;
    private readonly MySqlDumpReader _reader;

    public MySqlDumpSource(string path)
    {
        _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 64 * 1024, FileOptions.SequentialScan);
        var isZipped = _file.ReadByte() == 0x1F && _file.ReadByte() == 0x8B;
        _file.Position = 0;
        _reader = new MySqlDumpReader(path, isZipped ? new GZipStream(_file, CompressionMode.Decompress) : _file);
    }

    public override bool HasUtcTimestamps => _reader.HasUtcTimestamps;

    public override async IAsyncEnumerable<SourceTable> ReadTablesAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var columns = new Dictionary<string, string[]>(StringComparer.OrdinalIgnoreCase);
        var tables = 0;
        var next = _reader.NextStatement();
        while (next is not null)
        {
            ct.ThrowIfCancellationRequested();
            tables++;
            var statement = next;
            next = null;
            var names = ColumnsOf(statement)
                ?? throw new ImportException($"The dump inserts into {statement.Table} without naming the columns, and has no CREATE TABLE of it before. Dump with --complete-insert.");
            var copied = false;
            yield return new SourceTable(statement.Table, names, async (target, progress, token) =>
            {
                copied = true;
                var text = new CopyText(target);
                var current = statement;
                while (current is not null && current.Table == statement.Table && ColumnsOf(current) is { } own && own.SequenceEqual(names))
                {
                    while (!current.IsCreate && _reader.NextRow() is { } row)
                    {
                        if (row.Count != names.Length)
                            throw new ImportException($"A row of {statement.Table} has {row.Count} values for {names.Length} columns (line {_reader.Line} of the dump). Nothing was imported.");
                        await text.AddAsync(row, token).ConfigureAwait(false);
                    }

                    progress((double)_file.Position / Math.Max(1, _file.Length));
                    current = _reader.NextStatement();
                }

                await text.FlushAsync(token).ConfigureAwait(false);
                next = current;
            });
            if (!copied)
                throw new InvalidOperationException("Each table is copied before the next one is asked for.");
        }

        if (tables == 0)
            throw new ImportException($"'{_file.Name}' is no MySQL dump: it holds neither CREATE TABLE nor INSERT. A folder of CSV files and a SQLite file are taken, too.");

        // Without a list of its own, an INSERT has the columns of its CREATE TABLE.
        string[]? ColumnsOf(MySqlStatement found)
        {
            if (found.IsCreate)
                columns[found.Table] = found.Columns!;
            return found.Columns ?? columns.GetValueOrDefault(found.Table);
        }
    }

    public override ValueTask DisposeAsync()
    {
        _reader.Dispose();
        return _file.DisposeAsync();
    }
}
