using AnalyticsGraph.Tracking.Dimensions;
using AnalyticsGraph.Tracking.Points;
using AnalyticsGraph.Tracking.Writing;

namespace AnalyticsGraph.Server.Hosting;

/// <summary>The write side of one server: what runs in the background, and what mutations call.</summary>
internal sealed class TrackingServices : IAsyncDisposable
{
    private static readonly TimeSpan CopyInterval = TimeSpan.FromMilliseconds(500);
    private readonly DimensionCopier _copier;

    /// <summary>Composes the write side; nothing runs yet.</summary>
    /// <param name="stores">The stores.</param>
    /// <param name="loggers">For the background work.</param>
    public TrackingServices(Stores stores, ILoggerFactory loggers)
    {
        var options = new PointLogOptions();
        Flusher = new PointFlusher(stores.Postgres, stores.ClickHouse, options, loggers.CreateLogger<PointFlusher>());
        Points = new PointLog(stores.Postgres, Flusher, options, loggers.CreateLogger<PointLog>());
        Entities = new TrackingStore(stores.Postgres);
        _copier = new DimensionCopier(stores.Postgres, stores.ClickHouse, CopyInterval, loggers.CreateLogger<DimensionCopier>());
    }

    /// <summary>Moves acknowledged points to ClickHouse.</summary>
    public PointFlusher Flusher { get; }

    /// <summary>Acknowledges points.</summary>
    public PointLog Points { get; }

    /// <summary>Creates and changes entities.</summary>
    public TrackingStore Entities { get; }

    /// <summary>Starts the background work; what an earlier server left behind is settled first.</summary>
    public void Start()
    {
        Flusher.Start();
        _copier.Start();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Points.DisposeAsync();
        await _copier.DisposeAsync();
        await Flusher.DisposeAsync();
    }
}
