using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Sessions;

/// <summary>A request's sessions with both stores.</summary>
/// <param name="Postgres">PostgreSQL.</param>
/// <param name="ClickHouse">ClickHouse; null where none is configured, and then no mapped type lives there.</param>
public sealed record StoreSessions(PostgresSession Postgres, ClickHouseSession? ClickHouse)
{
    internal StoreSession For(Store store) => store == Store.Postgres ? Postgres
        : ClickHouse ?? throw new InvalidOperationException("No ClickHouse is configured.");
}
