using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Tracking.Points;
using AnalyticsGraph.Tracking.Rules;
using AnalyticsGraph.Tracking.Writing;
using Microsoft.Extensions.Logging.Abstractions;

namespace AnalyticsGraph.Tracking.Tests;

/// <summary>What operators see of points on their way.</summary>
[Collection("tracking")]
public sealed class PointMetricTests(TrackingEngines engines)
{
    [Fact]
    public async Task Metrics_Should_TellWhatWaitsAndForHowLong_When_ClickHouseIsAway()
    {
        await engines.Flusher.FlushAsync();
        var run = await engines.CreateRunAsync();
        var listens = false;
        var measured = new ConcurrentDictionary<string, double>();
        using var meters = new MeterListener();
        meters.InstrumentPublished = (instrument, listener) =>
        {
            // The gauges of this test's flusher alone; counters are the process's, and nothing else of this room runs now.
            if (instrument.Meter.Name == TrackingTelemetry.Name && (listens || !instrument.IsObservable))
                listener.EnableMeasurementEvents(instrument);
        };
        meters.SetMeasurementEventCallback<long>((instrument, value, _, _) => measured[instrument.Name] = value);
        meters.SetMeasurementEventCallback<double>((instrument, value, _, _) => measured[instrument.Name] = value);
        meters.Start();
        listens = true;
        await using var nowhere = new ClickHouseClient(new ClickHouseOptions { Port = 1, Retries = 0 });
        await using (var flusher = new PointFlusher(engines.Postgres, nowhere, new PointLogOptions { FlushInterval = TimeSpan.FromMilliseconds(20) }, NullLogger<PointFlusher>.Instance))
        {
            meters.RecordObservableInstruments();
            Assert.Equal((0, 0), (measured["analyticsgraph.points.pending"], measured["analyticsgraph.points.lag"]));
            var metrics = Enumerable.Range(0, 12).Select(i => new MetricInput { Key = "m", Step = i, Value = i });
            Assert.Empty((await engines.Log.LogBatchAsync(new LogBatchRequest { RunId = run, Metrics = [.. metrics] }, Caller.Anonymous)).Errors);
            Assert.Equal(12, measured["analyticsgraph.points.logged"]);
            flusher.Start();

            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            while (measured["analyticsgraph.points.pending"] < 12)
            {
                await Task.Delay(20, limit.Token);
                meters.RecordObservableInstruments();
            }

            Assert.True(measured["analyticsgraph.points.pending.size"] > 0);
            var lag = measured["analyticsgraph.points.lag"];
            meters.RecordObservableInstruments();
            Assert.True(lag > 0 && measured["analyticsgraph.points.lag"] >= lag);
        }

        await engines.Flusher.FlushAsync();

        Assert.Equal(12, measured["analyticsgraph.points.flushed"]);
        Assert.True(measured["analyticsgraph.points.flush.duration"] > 0 && measured["analyticsgraph.points.commit.duration"] > 0);
    }
}
