using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace AnalyticsGraph.Benchmarks.Servers;

/// <summary>
/// What a server holds: memory, and how many pooled connections are in use, as Npgsql's and HttpClient's own counters say: PostgreSQL's and ClickHouse's. Made before the pools are.
/// </summary>
internal sealed class HeldResources : IDisposable
{
    /// <summary>Where a child tells it.</summary>
    public const string Path = "/held";

    /// <summary>Where it is told after all garbage was collected and its memory given back.</summary>
    public const string CollectedPath = "/held/collected";

    private readonly ConcurrentDictionary<string, long> _observed = [];
    private readonly MeterListener _listener = new();
    private long _http;

    public HeldResources()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument is { Meter.Name: "Npgsql", Name: "db.client.connection.count" or "db.client.connections.usage" } or { Meter.Name: "System.Net.Http", Name: "http.client.open_connections" })
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.Start();
    }

    public override string ToString()
    {
        _observed.Clear();
        _listener.RecordObservableInstruments();
        return string.Create(CultureInfo.InvariantCulture, $"{_observed.Count} {_observed.Values.Sum()} {Interlocked.Read(ref _http)} {Environment.WorkingSet} {GC.GetTotalMemory(forceFullCollection: false)}");
    }

    /// <summary>Gives back what only waits for the collector. Twice, because pools let go of their arrays when a collection has passed.</summary>
    public static void Collect()
    {
        for (var i = 0; i < 2; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Take(Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string? state = null;
        var pool = "";
        foreach (var tag in tags)
        {
            state = tag.Key.EndsWith("state", StringComparison.Ordinal) ? tag.Value as string : state;
            pool += $"{tag.Value} ";
        }

        if (instrument.Meter.Name == "Npgsql")
        {
            if (state == "used")
            {
                _observed[pool] = value;
            }
        }
        else if (state == "active")
        {
            Interlocked.Add(ref _http, value);
        }
    }
}
