namespace AnalyticsGraph.Mapping.Model;

/// <summary>A store of rows: the enum <c>Store</c> of <c>schema/mapping.graphql</c>.</summary>
public enum Store
{
    /// <summary>PostgreSQL: the source of truth for entities.</summary>
    Postgres,

    /// <summary>ClickHouse: series and what is derived from them.</summary>
    ClickHouse,
}
