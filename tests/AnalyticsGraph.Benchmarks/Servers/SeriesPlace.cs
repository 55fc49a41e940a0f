using System.Globalization;

namespace AnalyticsGraph.Benchmarks.Servers;

/// <summary>Where the series are.</summary>
/// <param name="Socket">ClickHouse's Unix socket.</param>
/// <param name="ExperimentId">The experiment's internal id.</param>
/// <param name="RunId">The run's.</param>
internal sealed record SeriesPlace(string Socket, long ExperimentId, long RunId)
{
    /// <summary>Where the child tells it.</summary>
    public const string Path = "/series";

    public static SeriesPlace Parse(string text)
    {
        var parts = text.Split(' ', 3);
        return new(parts[2], long.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{ExperimentId} {RunId} {Socket}");
}
