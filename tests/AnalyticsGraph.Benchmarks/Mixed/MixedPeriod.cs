using System.Globalization;
using AnalyticsGraph.Benchmarks.Measuring;

namespace AnalyticsGraph.Benchmarks.Mixed;

/// <summary>What was measured in a part of the time.</summary>
internal sealed class MixedPeriod
{
    /// <summary>Points that were acknowledged.</summary>
    public long Points { get; set; }

    /// <summary>How often a batch was refused because too much waited for ClickHouse.</summary>
    public int Refused { get; set; }

    /// <summary>How long it took.</summary>
    public TimeSpan Elapsed { get; set; }

    /// <summary>Milliseconds of each write.</summary>
    public List<double> Writes { get; } = [];

    /// <summary>Milliseconds of each answer, by its kind.</summary>
    public SortedDictionary<string, List<double>> Reads { get; } = new(StringComparer.Ordinal);

    public List<MixedSample> Samples { get; } = [];

    /// <summary>Bytes of the server's memory, in the middle of the samples.</summary>
    public double ServerMemory => Spread.Of(Samples.Select(sample => (double)sample.Server)).Median;

    /// <summary>Points a second.</summary>
    public double Rate => Points / Elapsed.TotalSeconds;

    /// <summary>One cell for each column of the report.</summary>
    public string[] Cells() =>
    [
        string.Create(CultureInfo.InvariantCulture, $"{Rate:N0}/s"),
        string.Create(CultureInfo.InvariantCulture, $"{Refused}"),
        string.Create(CultureInfo.InvariantCulture, $"{At(Writes, 0.5):0.0}, {At(Writes, 0.99):0.0} ms"),
        string.Create(CultureInfo.InvariantCulture, $"{ServerMemory / (1 << 20):0} MiB"),
        string.Create(CultureInfo.InvariantCulture, $"{Spread.Of(Samples.Select(sample => (double)sample.Engines)).Median / (1 << 20):0} MiB"),
        string.Create(CultureInfo.InvariantCulture, $"{Samples.Max(sample => sample.Waiting) / (double)(1 << 20):0.0} MiB"),
        string.Create(CultureInfo.InvariantCulture, $"{Samples.Max(sample => sample.Parts)}"),
    ];

    /// <summary>One line for each kind of question.</summary>
    public IEnumerable<string> ReadLines() => Reads.Select(read => string.Create(CultureInfo.InvariantCulture, $"{read.Key}: {read.Value.Count} asked, {At(read.Value, 0.5):0.0} ms in the middle, {At(read.Value, 0.99):0.0} at 99 %"));

    private static double At(List<double> values, double share) => values.Count == 0 ? double.NaN : values.Order().ElementAt((int)(values.Count * share));
}
