using AnalyticsGraph.Analytics.Aggregates;

namespace AnalyticsGraph.Analytics.Runs;

/// <summary>The best runs by a metric.</summary>
/// <param name="metric">The metric's column.</param>
/// <param name="runs">The runs, the best first, and their values of the metric.</param>
/// <param name="others">The other columns, parallel to the runs.</param>
/// <param name="hasMore">Whether more runs have the metric.</param>
internal sealed class Leaderboard(string metric, IReadOnlyList<(long Run, double Value)> runs, IReadOnlyList<(string Name, DataColumnKind Kind, object?[] Values)> others, bool hasMore)
{
    public int Count => runs.Count;

    public bool HasMore => hasMore;

    public IEnumerable<LeaderboardRow> Rows => runs.Select((run, i) => new LeaderboardRow(
        i + 1, run.Run, run.Value, [.. others.Select(column => new DataValue(column.Name, column.Kind, null, column.Values[i]))]));

    public IEnumerable<DataColumn> Wide =>
    [
        new DataColumn("run", DataColumnKind.Id, "Run", [.. runs.Select(run => (object?)run.Run)]),
        new DataColumn(metric, DataColumnKind.Number, null, [.. runs.Select(run => (object?)run.Value)]),
        .. others.Select(column => new DataColumn(column.Name, column.Kind, null, column.Values)),
    ];

    public IEnumerable<DataColumn> Long
    {
        get
        {
            var names = others.Select(column => column.Name).Prepend(metric).ToList();
            var values = others.Select(column => (column.Kind, column.Values)).Prepend((Kind: DataColumnKind.Number, Values: [.. runs.Select(run => (object?)run.Value)])).ToList();
            var cells = runs.SelectMany((run, row) => names.Select((name, column) => (run.Run, Name: name, values[column].Kind, Value: values[column].Values[row]))).ToList();
            return
            [
                new DataColumn("run", DataColumnKind.Id, "Run", [.. cells.Select(cell => (object?)cell.Run)]),
                new DataColumn("name", DataColumnKind.Text, null, [.. cells.Select(cell => (object?)cell.Name)]),
                new DataColumn("text", DataColumnKind.Text, null, [.. cells.Select(cell => cell.Kind == DataColumnKind.Text ? cell.Value : null)]),
                new DataColumn("number", DataColumnKind.Number, null, [.. cells.Select(cell => cell.Kind == DataColumnKind.Number ? cell.Value : null)]),
            ];
        }
    }
}

/// <summary>A run of a leaderboard.</summary>
internal sealed record LeaderboardRow(int Place, long RunId, double Value, IReadOnlyList<DataValue> Values);
