using System.Text.Json;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.Server.Export;

/// <summary><c>compareRuns</c>: a row for each run, metric and position that has points; with <c>groupBy</c> for each group, metric and position.</summary>
internal sealed class CompareRoute : ExportRoute
{
    private const string Number = "Nullable(Float64)";

    /// <inheritdoc />
    public override IReadOnlyDictionary<string, GraphQLType> ArgumentsOf(Schema schema) => new Dictionary<string, GraphQLType>(Of(schema.Query, "compareRuns"));

    /// <inheritdoc />
    public override async Task<ClickHouseQuery> ComposeAsync(ExportCall call)
    {
        var ofGroups = call.Arguments.Has("groupBy");
        string[] smoothed = call.Arguments.Has("smoothing") ? ["smoothed"] : [];
        string[] lists = [.. ofGroups ? ["mean", "min", "max", "standardDeviation"] : new[] { "values" }, .. smoothed];
        string[] names = [.. call.Arguments.Names.Where(call.Arguments.Has)];
        using var data = await call.AskAsync(
            $"compareRuns{call.Pass(names)} {{ positions {(ofGroups ? "groups { value key runCounts" : "series { run { uuid } key counts")} {string.Join(' ', lists)} }} }}", names);
        var comparison = data.RootElement.GetProperty("data").GetProperty("compareRuns");
        long[] positions = [.. comparison.GetProperty("positions").EnumerateArray().Select(ExportRows.Long)];
        var rows = ofGroups
            ? new ExportRows(
                [("group", "Nullable(String)"), ("key", "String"), ("position", "Int64"), ("runs", "Int64"), ("mean", Number), ("min", Number), ("max", Number), ("standard_deviation", Number), .. smoothed.Select(name => (name, Number))])
            : new ExportRows([("run", "String"), ("key", "String"), ("position", "Int64"), ("count", "Int64"), ("value", Number), .. smoothed.Select(name => (name, Number))]);
        foreach (var series in comparison.GetProperty(ofGroups ? "groups" : "series").EnumerateArray())
        {
            var counts = Items(series, ofGroups ? "runCounts" : "counts");
            var columns = lists.Select(column => Items(series, column)).ToArray();
            var name = ofGroups ? series.GetProperty("value").GetString() : series.GetProperty("run").GetProperty("uuid").GetString();
            for (var i = 0; i < positions.Length; i++)
            {
                if (columns[0][i].ValueKind != JsonValueKind.Null)
                {
                    rows.Add([name, series.GetProperty("key").GetString(), positions[i], ExportRows.Long(counts[i]), .. columns.Select(column => ExportRows.Double(column[i]))]);
                }
            }
        }

        return rows.ToQuery();

        static JsonElement[] Items(JsonElement parent, string list) => [.. parent.GetProperty(list).EnumerateArray()];
    }
}
