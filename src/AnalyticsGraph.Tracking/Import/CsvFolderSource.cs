using System.Runtime.CompilerServices;
using System.Text;

namespace AnalyticsGraph.Tracking.Import;

/// <summary>
/// A folder of CSV files (RFC 4180, UTF-8), one a table, named after it, with a header. An empty field without quotes is null, one with quotes the empty text. PostgreSQL reads
/// the rows; here only the header is.
/// </summary>
internal sealed class CsvFolderSource(string folder) : TableSource
{
    public override async IAsyncEnumerable<SourceTable> ReadTablesAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var files = Directory.GetFiles(folder, "*.csv").Order(StringComparer.Ordinal).ToArray();
        if (files.Length == 0)
            throw new ImportException($"The folder '{folder}' holds no .csv file.");
        foreach (var file in files)
        {
            ct.ThrowIfCancellationRequested();
            var columns = await ReadHeaderAsync(file, ct).ConfigureAwait(false);
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

    private static async Task<string[]> ReadHeaderAsync(string file, CancellationToken ct)
    {
        using var reader = new StreamReader(file, Encoding.UTF8);
        var header = await reader.ReadLineAsync(ct).ConfigureAwait(false);
        if (string.IsNullOrWhiteSpace(header))
            throw new ImportException($"The file '{file}' has no header: its first line must name the columns.");
        var names = new List<string>();
        var name = new StringBuilder();
        var isQuoted = false;
        foreach (var c in header)
        {
            if (c == '"')
            {
                // A doubled quote ends and begins a quoted stretch: the name gets one of them.
                if (!isQuoted && name.Length > 0)
                    name.Append('"');
                isQuoted = !isQuoted;
            }
            else if (c == ',' && !isQuoted)
            {
                names.Add(name.ToString());
                name.Clear();
            }
            else
            {
                name.Append(c);
            }
        }

        names.Add(name.ToString());
        if (isQuoted || names.Distinct(StringComparer.OrdinalIgnoreCase).Count() != names.Count)
            throw new ImportException($"The header of '{file}' is no list of distinct columns: {header}");
        return [.. names];
    }
}
