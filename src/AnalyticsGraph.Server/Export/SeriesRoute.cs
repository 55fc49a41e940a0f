using System.Text.Json;
using AnalyticsGraph.Analytics.Export;
using AnalyticsGraph.Analytics.Series;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.Mapping.Rows;

namespace AnalyticsGraph.Server.Export;

/// <summary>
/// The points of series: <c>Run.series</c> of many runs, or of all metrics where no <c>key</c> is given. Whole points come straight from ClickHouse; thinned and smoothed ones are the graph's answers.
/// </summary>
internal sealed class SeriesRoute : ExportRoute
{
    // Whole points know those before `scale`.
    internal static readonly string[] OfSeries = ["key", "label", "scope", "rank", "from", "to", "minValue", "maxValue", "scale", "sample", "smoothing"];

    /// <inheritdoc />
    public override IReadOnlyDictionary<string, GraphQLType> ArgumentsOf(Schema schema) => new Dictionary<string, GraphQLType>(
        Runs(schema).Concat(Of((ComplexType)schema.Types["Run"], "series").Select(argument => KeyValuePair.Create(argument.Key, argument.Value.Nullable))));

    /// <inheritdoc />
    public override async Task<ClickHouseQuery> ComposeAsync(ExportCall call)
    {
        call.CheckFirst();
        if (call.Arguments.Get<long?>("from") > call.Arguments.Get<long?>("to"))
        {
            throw ExportException.BadInput("The window is empty: `from` is greater than `to`.");
        }

        var isWhole = !OfSeries[8..].Any(call.Arguments.Has);
        return isWhole ? await ComposeWholeAsync(call)
            : call.Arguments.Has("key") ? ComposeThinned(call)
            : throw ExportException.BadInput("Name the metric in `key`: without it points come whole, neither thinned nor smoothed.");
    }

    private static async Task<ClickHouseQuery> ComposeWholeAsync(ExportCall call)
    {
        var values = ValueWindow.Of(call.Arguments.Get<double?>("minValue"), call.Arguments.Get<double?>("maxValue"));
        var (ids, uuids, experiments) = (new List<long>(), new List<string>(), new List<long>());
        await foreach (var runs in call.RunsAsync("id uuid experiment { id }", 1000, []))
        {
            foreach (var run in runs)
            {
                ids.Add(GlobalId.ParseInt64(run.GetProperty("id").GetString()!, "Run"));
                uuids.Add(run.GetProperty("uuid").GetString()!);
                experiments.Add(GlobalId.ParseInt64(run.GetProperty("experiment").GetProperty("id").GetString()!, "Experiment"));
            }
        }

        await call.CatchUpAsync();
        var arguments = call.Arguments;
        var key = arguments.Get<string>("key");
        return new SeriesExport([.. ids], [.. uuids], [.. experiments])
        {
            // As the graph has it: one series of the metric. All metrics have all their series.
            Key = key,
            Label = arguments.Get<string>("label") ?? (key is null ? null : ""),
            Scope = arguments.Get<string>("scope") ?? (key is null ? null : "RUN"),
            Rank = arguments.Get<int?>("rank") ?? (key is null ? null : 0),
            From = arguments.Get<long?>("from"),
            To = arguments.Get<long?>("to"),
            Values = values,
        }.Compose(call.Mapping);
    }

    private static ClickHouseQuery ComposeThinned(ExportCall call)
    {
        var smooths = call.Arguments.Has("smoothing");
        var buckets = call.Arguments.Get<ArgumentValues>("sample")?.TryGet("bucket", out _) == true;
        List<(string, string)> columns = [("run", "String"), ("key", "String"), ("label", "String"), ("scope", "String"), ("step", "Int64"), ("time", "DateTime64(3, 'UTC')"), ("value", "Nullable(Float64)")];
        if (smooths)
        {
            columns.Add(("smoothed", "Nullable(Float64)"));
        }

        if (buckets)
        {
            columns.AddRange([("last_step", "Int64"), ("count", "Int64"), ("nan_count", "Int64"), ("min", "Nullable(Float64)"), ("max", "Nullable(Float64)")]);
        }

        var rows = new ExportRows([.. columns]);
        return rows.ToQuery(BlocksAsync(call, rows, smooths, buckets));
    }

    private static async IAsyncEnumerable<Block> BlocksAsync(ExportCall call, ExportRows rows, bool smooths, bool buckets)
    {
        // What is given, and not null: as for whole points, null is no more than what is left out.
        string[] given = [.. OfSeries.Where(call.Arguments.Has)];
        var selection = $"uuid series{call.Pass(given)} {{ key label scope steps times values{(smooths ? " smoothed" : "")}{(buckets ? " buckets { lastSteps counts nanCounts min max }" : "")} }}";

        // Smoothing reads every point, whatever it returns.
        await foreach (var runs in call.RunsAsync(selection, smooths ? 1 : 20, given[1..], ("key", "String!", call.Arguments.Json("key"))))
        {
            foreach (var run in runs)
            {
                Add(run.GetProperty("uuid").GetString()!, run.GetProperty("series"));
            }

            yield return rows.Take();
        }

        void Add(string run, JsonElement series)
        {
            var (key, label, scope) = (series.GetProperty("key").GetString(), series.GetProperty("label").GetString(), series.GetProperty("scope").GetString());
            var (steps, times, values) = (Items(series, "steps"), Items(series, "times"), Items(series, "values"));
            var smoothed = smooths ? Items(series, "smoothed") : [];
            var parts = buckets ? series.GetProperty("buckets") : default;
            var (lastSteps, counts, nans) = buckets ? (Items(parts, "lastSteps"), Items(parts, "counts"), Items(parts, "nanCounts")) : ([], [], []);
            var (lows, highs) = buckets ? (Items(parts, "min"), Items(parts, "max")) : ([], []);
            for (var i = 0; i < steps.Length; i++)
            {
                rows.Add(
                [
                    run, key, label, scope, ExportRows.Long(steps[i]), ExportRows.Time(times[i]), ExportRows.Double(values[i]),
                    .. smooths ? [ExportRows.Double(smoothed[i])] : Array.Empty<object?>(),
                    .. buckets
                        ? [ExportRows.Long(lastSteps[i]), ExportRows.Long(counts[i]), ExportRows.Long(nans[i]), ExportRows.Double(lows[i]), ExportRows.Double(highs[i])]
                        : Array.Empty<object?>(),
                ]);
            }
        }

        static JsonElement[] Items(JsonElement parent, string list) => [.. parent.GetProperty(list).EnumerateArray()];
    }
}
