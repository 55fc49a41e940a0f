namespace AnalyticsGraph.Analytics.Jobs;

/// <summary>A change of the number of a job's workers, and what it did to the speed. Null where no record tells.</summary>
internal sealed record WorkerChange(DateTimeOffset Time, long GlobalStep, int WorkersBefore, int WorkersAfter, double? SpeedBefore, double? SpeedAfter);

/// <summary>Finds the changes in a job's records, which come one after another; keeps no more of them than it needs.</summary>
/// <param name="records">Over how many records the speed is the mean of, on either side of a change.</param>
internal sealed class WorkerChanges(int records)
{
    private readonly Queue<double> _last = new();
    private readonly List<(RuntimeRecord Record, int Before, int After, double? SpeedBefore, List<double> SpeedsAfter)> _changes = [];
    private int? _workers;

    /// <summary>The changes so far, oldest first.</summary>
    public IReadOnlyList<WorkerChange> Changes =>
        [.. _changes.Select(change => new WorkerChange(
            DateTimeOffset.FromUnixTimeMilliseconds(change.Record.Time), change.Record.GlobalStep, change.Before, change.After, change.SpeedBefore, Mean(change.SpeedsAfter)))];

    /// <summary>Takes the next record. One that tells of no worker changes nothing.</summary>
    public void Add(RuntimeRecord record, int workers)
    {
        if (workers == 0)
        {
            return;
        }

        if (_workers is { } before && before != workers)
        {
            _changes.Add((record, before, workers, Mean(_last), []));
            _last.Clear();
        }

        _workers = workers;
        if (double.IsNaN(record.Speed))
        {
            return;
        }

        // Only records of the same number of workers count for either side.
        if (_changes.Count > 0 && _changes[^1].SpeedsAfter.Count < records)
        {
            _changes[^1].SpeedsAfter.Add(record.Speed);
        }

        _last.Enqueue(record.Speed);
        if (_last.Count > records)
        {
            _last.Dequeue();
        }
    }

    private static double? Mean(IReadOnlyCollection<double> speeds) => speeds.Count == 0 ? null : speeds.Average();
}
