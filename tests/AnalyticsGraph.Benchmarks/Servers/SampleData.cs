using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Server.Hosting;
using AnalyticsGraph.Tracking.Rules;
using AnalyticsGraph.Tracking.Writing;

namespace AnalyticsGraph.Benchmarks.Servers;

/// <summary>
/// What the stores hold: an experiment of 60 runs with 5 params each, another of 1,000, and a run with two series. All of it is written by the product's own write path, in batches of the
/// size that clients send. Values vary in 32 bits and times have jitter, so that neither compresses better than real ones.
/// </summary>
internal static class SampleData
{
    public const string ListExperiment = "benchmark list";
    public const string LongListExperiment = "benchmark long list";
    public const int LongListRuns = 1_000;
    public const string SeriesExperiment = "benchmark series";
    public const string ShortKey = "loss";
    public const int ShortPoints = 1_000;
    public const string LongKey = "long_loss";
    public const int LongPoints = 1_000_000;
    private const int Runs = 60;
    private const int BatchPoints = 1_000;
    private static readonly string[] Params = ["depth", "eta", "gamma", "rounds", "seed"];
    private static readonly DateTimeOffset Start = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Writes what is not there yet.</summary>
    /// <returns>The experiment and the run of the series.</returns>
    public static async Task<(long ExperimentId, long RunId)> EnsureAsync(Stores stores, TrackingServices tracking)
    {
        await using var command = stores.Postgres.CreateCommand(
            "SELECT experiment_id, id FROM run WHERE experiment_id = (SELECT id FROM experiment WHERE name = $1) AND end_time IS NOT NULL");
        command.Parameters.AddWithValue(SeriesExperiment);
        await using (var reader = await command.ExecuteReaderAsync())
        {
            if (await reader.ReadAsync())
            {
                return (reader.GetInt64(0), reader.GetInt64(1));
            }
        }

        var random = new Random(1);
        await WriteListAsync(tracking, random, ListExperiment, Runs);
        await WriteListAsync(tracking, random, LongListExperiment, LongListRuns);
        var written = await WriteSeriesAsync(tracking, random);

        // The two ways of writing a time drop different zeros of its end: so there are none.
        await using var times = stores.Postgres.CreateCommand(
            "UPDATE run SET end_time = date_trunc('milliseconds', end_time) + interval '1 microsecond', update_time = date_trunc('milliseconds', update_time) + interval '1 microsecond'");
        await times.ExecuteNonQueryAsync();

        // Neither side of a comparison shall have merges running beside it.
        await tracking.Flusher.FlushAsync();
        await stores.ClickHouse.ExecuteAsync(new ClickHouseQuery("OPTIMIZE TABLE metric_point FINAL"));
        Value(await tracking.Entities.UpdateRunAsync(new UpdateRunRequest { RunId = written.RunId, Status = "FINISHED" }, Caller.Anonymous));
        return written;
    }

    private static async Task WriteListAsync(TrackingServices tracking, Random random, string name, int runs)
    {
        var experiment = Value(await tracking.Entities.CreateExperimentAsync(new CreateExperimentRequest { Name = name, ArtifactLocation = "s3://runs" }, Caller.Anonymous));
        for (var i = 0; i < runs; i++)
        {
            Value(await tracking.Entities.CreateRunAsync(
                new CreateRunRequest
                {
                    ExperimentId = experiment,
                    Name = $"bright-swan-{i}",
                    User = "ada",
                    Status = i % 3 == 0 ? "FAILED" : "FINISHED",
                    StartTime = Start.AddMilliseconds((i * 60_000) + (random.Next(6_000) * 10) + 7),
                    Params = [.. Params.Select(key => new KeyText(key, random.Next(10_000).ToString()))],
                },
                Caller.Anonymous));
        }
    }

    private static async Task<(long ExperimentId, long RunId)> WriteSeriesAsync(TrackingServices tracking, Random random)
    {
        var experiment = Value(await tracking.Entities.CreateExperimentAsync(new CreateExperimentRequest { Name = SeriesExperiment }, Caller.Anonymous));
        var run = Value(await tracking.Entities.CreateRunAsync(new CreateRunRequest { ExperimentId = experiment, Name = "long run" }, Caller.Anonymous));
        foreach (var (key, points) in new[] { (ShortKey, ShortPoints), (LongKey, LongPoints) })
        {
            for (var first = 0; first < points; first += BatchPoints)
            {
                Value(await tracking.Points.LogBatchAsync(
                    new LogBatchRequest { RunId = run, Metrics = [.. Enumerable.Range(first, BatchPoints).Select(step => Point(key, step, random))] }, Caller.Anonymous));
            }
        }

        return (experiment, run);
    }

    // A falling curve under noise of 32 bits.
    private static MetricInput Point(string key, int step, Random random) => new()
    {
        Key = key,
        Step = step,
        Time = Start.AddMilliseconds((step * 100L) + random.Next(90)),
        Value = (1000.0 / (step + 100)) + (random.NextInt64(1L << 32) / (double)(1L << 32)),
    };

    private static T Value<T>(Outcome<T> outcome) =>
        outcome.Succeeded ? outcome.Value! : throw new InvalidOperationException(string.Join(' ', outcome.Errors.Select(error => error.Message)));
}
