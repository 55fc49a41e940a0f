using AnalyticsGraph.ClickHouse;

namespace AnalyticsGraph.Analytics.Series;

/// <summary>The columns of one block of the answer; those that the statement left out are empty.</summary>
internal readonly ref struct SeriesRows
{
    /// <summary>Takes the columns of a block by name.</summary>
    /// <param name="block">A block of <see cref="SeriesSql"/>'s answer.</param>
    public SeriesRows(Block block)
    {
        foreach (var column in block.Columns)
        {
            switch (column.Name)
            {
                case "question": Questions = column.As<uint>().Values; break;
                case "run_id": RunIds = column.As<long>().Values; break;
                case "part": Parts = column.As<byte>().Values; break;
                case "step": Steps = column.As<long>().Values; break;
                case "time": Times = column.As<long>().Values; break;
                case "value": Values = column.As<double>().Values; break;
                case "last_step": LastSteps = column.As<long>().Values; break;
                case "points": Counts = column.As<long>().Values; break;
                case "nans": NaNs = column.As<long>().Values; break;
                case "low": Lows = column.As<double>().Values; break;
                case "high": Highs = column.As<double>().Values; break;
                default: throw new InvalidOperationException($"The series statement has a column `{column.Name}` that nothing reads.");
            }
        }
    }

    public ReadOnlySpan<uint> Questions { get; }

    public ReadOnlySpan<long> RunIds { get; }

    public ReadOnlySpan<byte> Parts { get; }

    public ReadOnlySpan<long> Steps { get; }

    public ReadOnlySpan<long> Times { get; }

    public ReadOnlySpan<double> Values { get; }

    public ReadOnlySpan<long> LastSteps { get; }

    public ReadOnlySpan<long> Counts { get; }

    public ReadOnlySpan<long> NaNs { get; }

    public ReadOnlySpan<double> Lows { get; }

    public ReadOnlySpan<double> Highs { get; }

    /// <summary>The end of the stretch of rows, from a row on, that belong to the same question, run and part.</summary>
    /// <param name="start">The first row.</param>
    public int EndOfStretch(int start)
    {
        // Most blocks are one stretch: comparing whole spans of equal values is vectorised, so each column is searched on its own.
        var end = Until(Questions, start, Questions.Length);
        end = Until(RunIds, start, end);
        return Until(Parts, start, end);
    }

    private static int Until<T>(ReadOnlySpan<T> column, int start, int end)
        where T : IEquatable<T>
    {
        var at = column[start..end].IndexOfAnyExcept(column[start]);
        return at < 0 ? end : start + at;
    }
}
