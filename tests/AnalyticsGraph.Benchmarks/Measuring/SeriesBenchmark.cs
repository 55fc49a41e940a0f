using System.Globalization;
using System.Text;
using AnalyticsGraph.Benchmarks.Servers;

namespace AnalyticsGraph.Benchmarks.Measuring;

/// <summary>How long a series takes through GraphQL, and how long ClickHouse takes for it alone.</summary>
/// <param name="child">The server.</param>
/// <param name="place">Where its series are.</param>
/// <param name="rounds">How many rounds are measured.</param>
internal sealed class SeriesBenchmark(ChildProcess child, SeriesPlace place, int rounds) : IDisposable
{
    private const int WarmUps = 200;
    private readonly StoreComparison _comparison = new(child.Address, place.Socket);

    /// <summary>A series as it is.</summary>
    /// <param name="requests">How many requests of each kind a round has.</param>
    public Task<Finding> WholeAsync(int requests) => RunAsync(
        "series of 1,000 points", requests, SampleData.ShortKey, "", "step, value", " ORDER BY epoch, step, time");

    /// <summary>A long series, thinned.</summary>
    /// <param name="requests">How many requests of each kind a round has.</param>
    public Task<Finding> ThinnedAsync(int requests) => RunAsync(
        "LTTB to 1,000 of 1,000,000 points", requests, SampleData.LongKey, ", sample: {lttb: {points: 1000}}", "largestTriangleThreeBuckets(1000)(step, value)", "");

    public void Dispose() => _comparison.Dispose();

    private async Task<Finding> RunAsync(string name, int requests, string key, string arguments, string columns, string order)
    {
        var id = Convert.ToBase64String(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"Run:{place.RunId}")));
        var query = $"{{ run(id: \"{id}\") {{ series(key: \"{key}\"{arguments}) {{ steps values }} }} }}";
        var sql = string.Create(
            CultureInfo.InvariantCulture,
            $"SELECT {columns} FROM metric_point WHERE experiment_id = {place.ExperimentId} AND key = '{key}' AND label = '' AND run_id = {place.RunId} AND scope = 'RUN' AND rank = 0{order}");
        var answer = await _comparison.AnswerAsync(query);
        if (answer.GetProperty("run").GetProperty("series").GetProperty("steps").GetArrayLength() < SampleData.ShortPoints - 2)
        {
            throw new InvalidDataException($"The series is not what was asked for: {answer}");
        }

        var found = await _comparison.RunAsync(query, sql, requests, Math.Min(WarmUps, requests * 2), rounds);
        return new Finding(
            name, "latency", found.Ratio, $"{found.Server.Median:0.00} ms", $"{found.Raw.Median:0.00} ms", $"at 1 connection; fastest {found.Fastest:0.00} : {found.FastestRaw:0.00} ms");
    }
}
