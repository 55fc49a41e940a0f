using System.Buffers;
using System.Text;

namespace AnalyticsGraph.Tracking.Import;

/// <summary>Rows in the text format of PostgreSQL's COPY, for sources that have values instead of text.</summary>
internal sealed class CopyText(Stream target)
{
    // Below what the runtime holds for large objects.
    private const int FlushAt = 16 * 1024;

    private static readonly SearchValues<char> Special = SearchValues.Create("\\\t\n\r\0");

    private readonly StringBuilder _rows = new();

    /// <summary>Adds a row; null is a null.</summary>
    public async ValueTask AddAsync(IReadOnlyList<string?> row, CancellationToken ct)
    {
        for (var i = 0; i < row.Count; i++)
        {
            if (i > 0)
                _rows.Append('\t');
            if (row[i] is { } value)
                Append(value);
            else
                _rows.Append("\\N");
        }

        _rows.Append('\n');
        if (_rows.Length >= FlushAt)
            await FlushAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Writes what was added.</summary>
    public async ValueTask FlushAsync(CancellationToken ct)
    {
        await target.WriteAsync(Encoding.UTF8.GetBytes(_rows.ToString()), ct).ConfigureAwait(false);
        _rows.Clear();
    }

    private void Append(ReadOnlySpan<char> value)
    {
        for (int special; (special = value.IndexOfAny(Special)) >= 0; value = value[(special + 1)..])
        {
            _rows.Append(value[..special]).Append(value[special] switch
            {
                '\\' => "\\\\",
                '\t' => "\\t",
                '\n' => "\\n",
                '\r' => "\\r",
                _ => throw new ImportException("A text holds the character U+0000, which PostgreSQL cannot store. Remove it at the source. Nothing was imported."),
            });
        }

        _rows.Append(value);
    }
}
