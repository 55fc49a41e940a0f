using System.Text;
using AnalyticsGraph.Mapping.Rows;

namespace AnalyticsGraph.Mapping;

/// <summary>The rows that a filter means, with the columns that were asked for.</summary>
public sealed class SelectedRows
{
    private readonly RowValues[] _columns;

    internal SelectedRows(long[] keys, RowValues[] columns, bool hasMore) => (Keys, _columns, HasMore) = (keys, columns, hasMore);

    /// <summary>How many there are.</summary>
    public int Count => Keys.Length;

    /// <summary>The key of each. A row that has several of the related rows asked for comes several times, one after another.</summary>
    public long[] Keys { get; }

    /// <summary>Whether there are more than were allowed.</summary>
    public bool HasMore { get; }

    /// <summary>A column's texts; null where there is none.</summary>
    /// <param name="column">Which of the columns that were asked for.</param>
    public string?[] Texts(int column)
    {
        var values = (TextValues)_columns[column];
        var texts = new string?[Count];
        for (var row = 0; row < texts.Length; row++)
        {
            texts[row] = values.IsNull(row) ? null : Encoding.UTF8.GetString(values[row]);
        }

        return texts;
    }

    /// <summary>A column's integers; null where there is none.</summary>
    /// <param name="column">Which of the columns that were asked for.</param>
    public long?[] Integers(int column)
    {
        var values = (Int64Values)_columns[column];
        return [.. Enumerable.Range(0, Count).Select(row => values.IsNull(row) ? (long?)null : values.Values[row])];
    }

    /// <summary>A column's numbers; null where there is none.</summary>
    /// <param name="column">Which of the columns that were asked for.</param>
    public double?[] Numbers(int column) => _columns[column] is DoubleValues values
        ? [.. Enumerable.Range(0, Count).Select(row => values.IsNull(row) ? (double?)null : values.Values[row])]
        : Array.ConvertAll(Integers(column), value => (double?)value);
}
