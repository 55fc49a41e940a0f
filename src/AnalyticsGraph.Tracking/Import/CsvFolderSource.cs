using System.Runtime.CompilerServices;
using System.Text;

namespace AnalyticsGraph.Tracking.Import;

/// <summary>
/// A folder of CSV files (RFC 4180, UTF-8), one a table, named after it, with a header; or an export's folder, which has them in its folder <c>csv</c>. An empty field without quotes
/// is null, one with quotes the empty text. PostgreSQL reads the rows; here only the header is.
/// </summary>
internal sealed class CsvFolderSource(string folder) : TableSource
{
    private const int LongestHeader = 16 * 1024 * 1024;

    public override async IAsyncEnumerable<SourceTable> ReadTablesAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var files = FilesOf(folder);
        if (files.Length == 0 && Path.Combine(folder, "csv") is var inner && Directory.Exists(inner))
            files = FilesOf(inner);
        if (files.Length == 0)
            throw new ImportException($"The folder '{folder}' holds no .csv file, and neither does a folder 'csv' in it.");
        foreach (var file in files)
        {
            ct.ThrowIfCancellationRequested();
            var columns = ReadHeader(file);
            yield return new SourceTable(
                Path.GetFileNameWithoutExtension(file),
                columns,
                async (target, progress, token) =>
                {
                    progress(null);
                    await using var rows = File.OpenRead(file);
                    if (!await StartsWithMarkAsync(rows, token).ConfigureAwait(false))
                        rows.Position = 0;
                    await rows.CopyToAsync(target, token).ConfigureAwait(false);
                },
                IsCsv: true);
        }
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task<bool> StartsWithMarkAsync(Stream file, CancellationToken ct)
    {
        var mark = new byte[3];
        return await file.ReadAtLeastAsync(mark, 3, throwOnEndOfStream: false, ct).ConfigureAwait(false) == 3 && mark.AsSpan().SequenceEqual("\uFEFF"u8);
    }

    private static string[] FilesOf(string folder) => [.. Directory.GetFiles(folder, "*.csv").Order(StringComparer.Ordinal)];

    /// <summary>The names of the header, whose quoted ones may have line breaks.</summary>
    private static string[] ReadHeader(string file)
    {
        using var reader = new StreamReader(file, Encoding.UTF8);
        var names = new List<string>();
        var name = new StringBuilder();
        var isQuoted = false;
        var length = 0;
        for (int next; length < LongestHeader && (next = reader.Read()) >= 0 && (isQuoted || next is not ('\n' or '\r')); length++)
        {
            if (next == '"')
            {
                // A doubled quote ends and begins a quoted stretch: the name gets one of them.
                if (!isQuoted && name.Length > 0)
                    name.Append('"');
                isQuoted = !isQuoted;
            }
            else if (next == ',' && !isQuoted)
            {
                names.Add(name.ToString());
                name.Clear();
            }
            else
            {
                name.Append((char)next);
            }
        }

        if (isQuoted)
            throw new ImportException($"The header of '{file}' has a quote that nothing closes.");
        names.Add(name.ToString());
        if (names is [var only] && string.IsNullOrWhiteSpace(only))
            throw new ImportException($"The file '{file}' has no header: its first line must name the columns.");
        if (names.GroupBy(column => column, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new ImportException($"The header of '{file}' names the column '{twice.Key}' twice.");
        return [.. names];
    }
}
