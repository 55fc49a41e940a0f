using System.Diagnostics.CodeAnalysis;
using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Sessions;

/// <summary>A request's sessions with both stores.</summary>
/// <param name="Postgres">PostgreSQL.</param>
/// <param name="ClickHouse">ClickHouse; null where none is configured, and then no mapped type lives there.</param>
[SuppressMessage("Design", "CA1001", Justification = "Nobody asks the semaphore for a handle, which is all that it would dispose.")]
public sealed record StoreSessions(PostgresSession Postgres, ClickHouseSession? ClickHouse)
{
    // Each takes a connection, or a place among the queries of all requests, and filters may put a thousand of them.
    private const int MostForeign = 4;

    private SemaphoreSlim? _foreignPlaces;

    /// <summary>A place for each question that filters put to the other store at the same time.</summary>
    internal SemaphoreSlim ForeignPlaces => LazyInitializer.EnsureInitialized(ref _foreignPlaces, () => new SemaphoreSlim(MostForeign));

    internal StoreSession For(Store store) => store == Store.Postgres ? Postgres
        : ClickHouse ?? throw new InvalidOperationException("No ClickHouse is configured.");
}
