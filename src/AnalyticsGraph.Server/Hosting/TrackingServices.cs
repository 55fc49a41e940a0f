using AnalyticsGraph.GraphQL.Topics;
using AnalyticsGraph.Tracking.Dimensions;
using AnalyticsGraph.Tracking.Points;
using AnalyticsGraph.Tracking.Writing;

namespace AnalyticsGraph.Server.Hosting;

/// <summary>The write side of one server: what runs in the background, and what mutations call.</summary>
internal sealed class TrackingServices : IAsyncDisposable
{
    private static readonly TimeSpan CopyInterval = TimeSpan.FromMilliseconds(500);
    // Part of a stop that shall take seconds at most; what does not get through stays safe in PostgreSQL.
    private static readonly TimeSpan SettleTimeout = TimeSpan.FromSeconds(3);
    private readonly ILogger _logger;
    private readonly DimensionCopier _copier;

    /// <summary>Composes the write side; nothing runs yet.</summary>
    /// <param name="stores">The stores.</param>
    /// <param name="loggers">For the background work.</param>
    public TrackingServices(Stores stores, ILoggerFactory loggers)
    {
        _logger = loggers.CreateLogger<TrackingServices>();
        var options = new PointLogOptions();
        Flusher = new PointFlusher(stores.Postgres, stores.ClickHouse, options, loggers.CreateLogger<PointFlusher>());
        Points = new PointLog(stores.Postgres, Flusher, Topics, options, loggers.CreateLogger<PointLog>());
        Entities = new TrackingStore(stores.Postgres, Topics);
        _copier = new DimensionCopier(stores.Postgres, stores.ClickHouse, CopyInterval, loggers.CreateLogger<DimensionCopier>());
    }

    /// <summary>Tells subscribers of this server what was committed by it.</summary>
    public InProcessTopics Topics { get; } = new();

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

    /// <summary>Commits what callers wait for, brings to ClickHouse what waits if that goes quickly, and ends the background work.</summary>
    public async ValueTask DisposeAsync()
    {
        await Points.DisposeAsync();
        using (var limit = new CancellationTokenSource(SettleTimeout))
        {
            try
            {
                await Flusher.FlushAsync(limit.Token);
                await _copier.CopyAsync(limit.Token);
            }
            catch (Exception fault) when (fault is OperationCanceledException or Npgsql.NpgsqlException or ClickHouse.ClickHouseException)
            {
                _logger.LogWarning("Points or names did not reach ClickHouse before the stop ({Reason}). They are safe in PostgreSQL; the next start brings them.", fault.Message);
            }
        }

        await _copier.DisposeAsync();
        await Flusher.DisposeAsync();
    }
}
