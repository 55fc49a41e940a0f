using System.Globalization;
using AnalyticsGraph.LocalClickHouse.Engine;

namespace AnalyticsGraph.LocalClickHouse.Http;

/// <summary>The figures of <c>X-ClickHouse-Summary</c> and <c>X-ClickHouse-Progress</c>: numbers as strings, as ClickHouse writes them.</summary>
internal static class Summary
{
    internal static string Write(QueryFigures figures, TimeSpan elapsed)
    {
        (string Name, long Value)[] members =
        [
            ("read_rows", figures.ReadRows), ("read_bytes", figures.ReadBytes), ("written_rows", figures.WrittenRows), ("written_bytes", figures.WrittenBytes),
            ("total_rows_to_read", 0), ("result_rows", figures.ResultRows), ("result_bytes", figures.ResultBytes), ("elapsed_ns", (long)elapsed.TotalNanoseconds),
        ];
        return $"{{{string.Join(',', members.Select(m => string.Create(CultureInfo.InvariantCulture, $"\"{m.Name}\":\"{m.Value}\"")))}}}";
    }
}
