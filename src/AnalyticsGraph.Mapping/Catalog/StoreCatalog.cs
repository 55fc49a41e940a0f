using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;
using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Catalog;

/// <summary>A real table of a store.</summary>
/// <param name="Columns">Its columns by name.</param>
/// <param name="Indexes">Its indexes (in ClickHouse its sort key); null where it has none by design (a view).</param>
/// <param name="IsReplacing">Whether its rows are versions until merged (ClickHouse's replacing engines).</param>
internal sealed record CatalogTable(FrozenDictionary<string, ColumnModel> Columns, IReadOnlyList<CatalogIndex>? Indexes, bool IsReplacing = false);

/// <summary>The real tables of a store by the name that <c>@table</c> gives them: bare, or with schema or database.</summary>
internal sealed record StoreCatalog(FrozenDictionary<string, CatalogTable> Tables);

/// <summary>An index.</summary>
/// <param name="Columns">Its columns in their order; expressions are left out.</param>
/// <param name="IsUnique">Whether no two rows may have the same values in exactly these columns.</param>
/// <param name="Predicate">The condition that its rows meet, as the store prints it; null if it has all rows.</param>
internal sealed partial record CatalogIndex(string[] Columns, bool IsUnique = false, string? Predicate = null)
{
    /// <summary>The index as rows are searched by it; null if it has not all rows, or leaves out others than those of long texts.</summary>
    public SearchIndex? ToSearchIndex() =>
        Predicate is null ? new SearchIndex([.. Columns], null, 0)
        : ShortText().Match(Predicate) is { Success: true } match ? new SearchIndex([.. Columns], match.Groups[1].Value, int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture))
        : null;

    [GeneratedRegex("""^\(length\("?(\w+)"?\) <= (\d{1,9})\)$""", RegexOptions.CultureInvariant)]
    private static partial Regex ShortText();
}
