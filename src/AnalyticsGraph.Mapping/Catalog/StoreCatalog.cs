using System.Collections.Frozen;
using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Catalog;

/// <summary>A real table of a store.</summary>
/// <param name="Columns">Its columns by name.</param>
/// <param name="Indexes">The leading columns of its indexes (in ClickHouse of its sort key), in their order; null where it has none by design (a view).</param>
/// <param name="IsReplacing">Whether its rows are versions until merged (ClickHouse's replacing engines).</param>
internal sealed record CatalogTable(FrozenDictionary<string, ColumnModel> Columns, IReadOnlyList<string[]>? Indexes, bool IsReplacing = false);

/// <summary>The real tables of a store by the name that <c>@table</c> gives them: bare, or with schema or database.</summary>
internal sealed record StoreCatalog(FrozenDictionary<string, CatalogTable> Tables);
