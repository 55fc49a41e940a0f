using System.Text.Json;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.Server.Export;

/// <summary><c>correlations</c>: a row for each param and metric.</summary>
internal sealed class CorrelationsRoute : ExportRoute
{
    private const string Number = "Nullable(Float64)";

    /// <inheritdoc />
    public override IReadOnlyDictionary<string, GraphQLType> ArgumentsOf(Schema schema) => new Dictionary<string, GraphQLType>(Of(schema.Query, "correlations"));

    /// <inheritdoc />
    public override async Task<ClickHouseQuery> ComposeAsync(ExportCall call)
    {
        string[] names = [.. call.Arguments.Names];
        using var data = await call.AskAsync($"correlations{call.Pass(names)} {{ kind name runs categories pearson spearman varianceExplained importance }}", names);
        var rows = new ExportRows(
            ("kind", "String"), ("name", "String"), ("runs", "Int64"), ("categories", "Nullable(Int64)"), ("pearson", Number), ("spearman", Number), ("variance_explained", Number), ("importance", Number));
        foreach (var factor in data.RootElement.GetProperty("data").GetProperty("correlations").EnumerateArray())
        {
            var categories = factor.GetProperty("categories");
            rows.Add(
            [
                factor.GetProperty("kind").GetString(), factor.GetProperty("name").GetString(), ExportRows.Long(factor.GetProperty("runs")),
                categories.ValueKind == JsonValueKind.Null ? null : ExportRows.Long(categories),
                .. new[] { "pearson", "spearman", "varianceExplained", "importance" }.Select(name => ExportRows.Double(factor.GetProperty(name))),
            ]);
        }

        return rows.ToQuery();
    }
}
