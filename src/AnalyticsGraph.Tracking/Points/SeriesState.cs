using System.Text;

namespace AnalyticsGraph.Tracking.Points;

/// <summary>A series while a group adds to it.</summary>
internal sealed class SeriesState(SeriesKey key, GroupState.RunState run, SeriesSummary? summary)
{
    public SeriesKey Key { get; } = key;

    public GroupState.RunState Run { get; } = run;

    /// <summary>What it has, the group's points included; null while there are none.</summary>
    public SeriesSummary? Summary { get; private set; } = summary;

    /// <summary>Whether the group has added to it.</summary>
    public bool IsChanged { get; private set; }

    /// <summary>The metric's key as it travels: encoded once for all points.</summary>
    public byte[] KeyText { get; } = Encoding.UTF8.GetBytes(key.Key);

    /// <summary>The label as it travels.</summary>
    public byte[] LabelText { get; } = Encoding.UTF8.GetBytes(key.Label);

    /// <summary>Adds a point that it did not have.</summary>
    public void Add(in SeriesPoint point)
    {
        Summary ??= new SeriesSummary();
        Summary.Add(point);
        IsChanged = true;
    }
}
