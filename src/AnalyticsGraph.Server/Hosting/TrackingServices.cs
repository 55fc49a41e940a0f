using AnalyticsGraph.GraphQL.Topics;
using AnalyticsGraph.Tracking.Dimensions;
using AnalyticsGraph.Tracking.Ingest;
using AnalyticsGraph.Tracking.Points;
using AnalyticsGraph.Tracking.Rollups;
using AnalyticsGraph.Tracking.Staging;
using AnalyticsGraph.Tracking.Writing;

namespace AnalyticsGraph.Server.Hosting;

/// <summary>The write side of one server: what runs in the background, and what mutations call.</summary>
internal sealed class TrackingServices : IAsyncDisposable
{
    private static readonly TimeSpan CopyInterval = TimeSpan.FromMilliseconds(500);
    // Part of a stop that shall take seconds at most; what does not get through stays safe in PostgreSQL.
    private static readonly TimeSpan SettleTimeout = TimeSpan.FromSeconds(3);
    private readonly ILogger _logger;

    /// <summary>Composes the write side; nothing runs yet.</summary>
    /// <param name="stores">The stores.</param>
    /// <param name="loggers">For the background work.</param>
    /// <param name="limits">Of writes; null for the defaults.</param>
    public TrackingServices(Stores stores, ILoggerFactory loggers, ServerLimits? limits = null)
    {
        _logger = loggers.CreateLogger<TrackingServices>();
        limits ??= new ServerLimits();
        var options = limits.Log;
        Flusher = new PointFlusher(stores.Postgres, stores.ClickHouse, options, loggers.CreateLogger<PointFlusher>());
        Points = new PointLog(stores.Postgres, Flusher, Topics, options, loggers.CreateLogger<PointLog>());
        Rows = new RowLog(stores.Postgres, Flusher, Topics, options);
        Staging = new SeriesStaging(stores.Postgres, Flusher, Topics, options, loggers.CreateLogger<SeriesStaging>());
        Ingestion = new Ingestion(stores.Postgres, stores.ClickHouse, Points, Staging, limits.Ingest);
        Entities = new TrackingStore(stores.Postgres, Topics);
        Rollups = new RollupBuilder(stores.Postgres, stores.ClickHouse, Flusher, limits.Rollups, loggers.CreateLogger<RollupBuilder>());
        Copier = new DimensionCopier(stores.Postgres, stores.ClickHouse, CopyInterval, loggers.CreateLogger<DimensionCopier>());
    }

    /// <summary>Tells subscribers of this server what was committed by it.</summary>
    public InProcessTopics Topics { get; } = new();

    /// <summary>Moves what was acknowledged to ClickHouse.</summary>
    public PointFlusher Flusher { get; }

    /// <summary>Acknowledges what is added to runs.</summary>
    public PointLog Points { get; }

    /// <summary>Acknowledges what is added to jobs, datasets and prediction sets.</summary>
    public RowLog Rows { get; }

    /// <summary>Creates and changes entities.</summary>
    public TrackingStore Entities { get; }

    /// <summary>Takes bodies that are larger than a group.</summary>
    public SeriesStaging Staging { get; }

    /// <summary>Takes rows in bulk.</summary>
    public Ingestion Ingestion { get; }

    /// <summary>Summarizes long series.</summary>
    public RollupBuilder Rollups { get; }

    /// <summary>Copies changed entities to ClickHouse.</summary>
    public DimensionCopier Copier { get; }

    /// <summary>Starts the background work; what an earlier server left behind is settled first.</summary>
    public void Start()
    {
        Flusher.Start();
        Staging.Start();
        Copier.Start();
        Rollups.Start();
    }

    /// <summary>Commits what callers wait for, brings to ClickHouse what waits if that goes quickly, and ends the background work.</summary>
    public async ValueTask DisposeAsync()
    {
        await Rollups.DisposeAsync();
        await Points.DisposeAsync();
        await Staging.DisposeAsync();
        using (var limit = new CancellationTokenSource(SettleTimeout))
        {
            try
            {
                await Flusher.FlushAsync(limit.Token);
                await Copier.CopyAsync(limit.Token);
            }
            catch (Exception fault) when (fault is OperationCanceledException or Npgsql.NpgsqlException or ClickHouse.ClickHouseException)
            {
                _logger.LogWarning("Points or names did not reach ClickHouse before the stop ({Reason}). They are safe in PostgreSQL; the next start brings them.", fault.Message);
            }
        }

        await Copier.DisposeAsync();
        await Flusher.DisposeAsync();
    }
}
