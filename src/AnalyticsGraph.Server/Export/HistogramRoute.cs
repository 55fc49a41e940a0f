using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.Server.Export;

/// <summary>
/// <c>metricHistogram</c>: a row for each bin. What is in none has a row if there is any: below the first edge one without <c>from</c>, above the last edge one without <c>to</c>, NaN one with neither.
/// </summary>
internal sealed class HistogramRoute : ExportRoute
{
    /// <inheritdoc />
    public override IReadOnlyDictionary<string, GraphQLType> ArgumentsOf(Schema schema) => new Dictionary<string, GraphQLType>(Of(schema.Query, "metricHistogram"));

    /// <inheritdoc />
    public override async Task<ClickHouseQuery> ComposeAsync(ExportCall call)
    {
        string[] names = [.. call.Arguments.Names];
        using var data = await call.AskAsync($"metricHistogram{call.Pass(names)} {{ edges counts nanCount below above }}", names);
        var histogram = data.RootElement.GetProperty("data").GetProperty("metricHistogram");
        object?[] edges = [.. histogram.GetProperty("edges").EnumerateArray().Select(ExportRows.Double)];
        long[] counts = [.. histogram.GetProperty("counts").EnumerateArray().Select(ExportRows.Long)];
        var rows = new ExportRows(("from", "Nullable(Float64)"), ("to", "Nullable(Float64)"), ("count", "Int64"));
        AddOutside("below", null, edges.FirstOrDefault());
        for (var bin = 0; bin < counts.Length; bin++)
        {
            rows.Add(edges[bin], edges[bin + 1], counts[bin]);
        }

        AddOutside("above", edges.LastOrDefault(), null);
        AddOutside("nanCount", null, null);
        return rows.ToQuery();

        void AddOutside(string field, object? from, object? to)
        {
            if (ExportRows.Long(histogram.GetProperty(field)) is > 0 and var count)
            {
                rows.Add(from, to, count);
            }
        }
    }
}
