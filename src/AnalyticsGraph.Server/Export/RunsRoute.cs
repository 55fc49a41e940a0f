using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.Server.Export;

/// <summary>
/// Runs with their params, tags and latest metrics: a row for each run and a column for each key (wide), or a row for each value (<c>long=true</c>). Wide metrics are the runs' own (scope RUN, no label,
/// rank 0); long ones are all.
/// </summary>
internal sealed class RunsRoute : ExportRoute
{
    private const int Page = 200;
    private const string Text = "Nullable(String)";
    private const string Moment = "Nullable(DateTime64(6, 'UTC'))";

    private static readonly string[] Kinds = ["params", "tags", "metrics"];

    /// <inheritdoc />
    public override IReadOnlyDictionary<string, GraphQLType> ArgumentsOf(Schema schema) => new Dictionary<string, GraphQLType>(
        [.. Runs(schema), .. Kinds.Select(kind => KeyValuePair.Create(kind, ListOf(schema, "String"))), new("long", schema.Types["Boolean"])]);

    /// <inheritdoc />
    public override async Task<ClickHouseQuery> ComposeAsync(ExportCall call)
    {
        call.CheckFirst();
        return call.Arguments.Get<bool>("long") ? ComposeLong(call) : await ComposeWideAsync(call);
    }

    private static async Task<ClickHouseQuery> ComposeWideAsync(ExportCall call)
    {
        var keys = await KeysAsync(call);
        (string, string)[] columns =
        [
            ("id", "String"), ("uuid", "String"), ("name", Text), ("experiment", "String"), ("user", Text), ("status", "String"), ("lifecycle_stage", "String"), ("start_time", Moment), ("end_time", Moment),
            .. keys[0].Select(key => ($"params.{key}", Text)), .. keys[1].Select(key => ($"tags.{key}", Text)), .. keys[2].Select(key => ($"metrics.{key}", "Nullable(Float64)")),
        ];
        if (columns.Length > call.Limits.MaxColumns)
        {
            throw ExportException.Limit(string.Create(
                CultureInfo.InvariantCulture, $"The runs have {columns.Length} columns; at most {call.Limits.MaxColumns} are exported (Export:MaxColumns). Name those you want in `params`, `tags` and `metrics`, or ask for `long=true`."));
        }

        var rows = new ExportRows(columns);
        return rows.ToQuery(BlocksAsync());

        async IAsyncEnumerable<Block> BlocksAsync()
        {
            Dictionary<string, int>[] places = [.. keys.Select(kind => kind.Select((key, place) => (key, place)).ToDictionary(pair => pair.key, pair => pair.place))];
            await foreach (var runs in RunsAsync(call, "id uuid name experiment { name } user status lifecycleStage startTime endTime", "scope: {eq: RUN}, label: {eq: \"\"}, rank: {eq: 0}", "key latest { value }"))
            {
                foreach (var run in runs)
                {
                    object?[] values =
                    [
                        TextOf(run, "id"), TextOf(run, "uuid"), TextOf(run, "name"), TextOf(run.GetProperty("experiment"), "name"), TextOf(run, "user"), TextOf(run, "status"), TextOf(run, "lifecycleStage"),
                        ExportRows.Time(run.GetProperty("startTime")), ExportRows.Time(run.GetProperty("endTime")),
                        .. Of(run, 0), .. Of(run, 1), .. Of(run, 2),
                    ];
                    rows.Add(values);
                }

                yield return rows.Take();
            }

            // What was logged since the columns were decided has none.
            object?[] Of(JsonElement run, int kind)
            {
                var values = new object?[places[kind].Count];
                foreach (var pair in places[kind].Count == 0 ? [] : run.GetProperty(Kinds[kind]).EnumerateArray().ToArray())
                {
                    if (places[kind].TryGetValue(TextOf(pair, "key")!, out var place))
                    {
                        values[place] = kind == 2 ? ExportRows.Double(pair.GetProperty("latest").GetProperty("value")) : TextOf(pair, "value");
                    }
                }

                return values;
            }
        }
    }

    private static ClickHouseQuery ComposeLong(ExportCall call)
    {
        var rows = new ExportRows(("run", "String"), ("kind", "String"), ("key", "String"), ("label", "String"), ("scope", "String"), ("rank", "Int32"), ("text", Text), ("value", "Nullable(Float64)"));
        return rows.ToQuery(BlocksAsync());

        async IAsyncEnumerable<Block> BlocksAsync()
        {
            await foreach (var runs in RunsAsync(call, "uuid", "", "key label scope rank latest { value }"))
            {
                foreach (var run in runs)
                {
                    var uuid = TextOf(run, "uuid");
                    foreach (var param in Items(run, "params"))
                    {
                        rows.Add(uuid, "param", TextOf(param, "key"), "", "", 0, TextOf(param, "value"), ExportRows.Double(param.GetProperty("number")));
                    }

                    foreach (var tag in Items(run, "tags"))
                    {
                        rows.Add(uuid, "tag", TextOf(tag, "key"), "", "", 0, TextOf(tag, "value"), null);
                    }

                    foreach (var metric in Items(run, "metrics"))
                    {
                        rows.Add(uuid, "metric", TextOf(metric, "key"), TextOf(metric, "label"), TextOf(metric, "scope"), metric.GetProperty("rank").GetInt32(), null, ExportRows.Double(metric.GetProperty("latest").GetProperty("value")));
                    }
                }

                yield return rows.Take();
            }
        }

        static JsonElement[] Items(JsonElement run, string list) => run.TryGetProperty(list, out var items) ? [.. items.EnumerateArray()] : [];
    }

    // A kind whose keys are named is asked for these, and not at all if there are none.
    private static IAsyncEnumerable<IReadOnlyList<JsonElement>> RunsAsync(ExportCall call, string selection, string ofMetrics, string metric)
    {
        var named = Kinds.Where(kind => call.Arguments.Texts(kind) is { Count: > 0 }).ToArray();
        foreach (var kind in Kinds.Where(kind => call.Arguments.Texts(kind) is not { Count: 0 }))
        {
            var conditions = string.Join(", ", new[] { named.Contains(kind) ? $"key: {{in: ${kind}}}" : "", kind == "metrics" ? ofMetrics : "" }.Where(condition => condition.Length > 0));
            selection += $" {kind}{(conditions.Length > 0 ? $"(where: {{{conditions}}})" : "")} {{ {kind switch { "params" => "key value number", "tags" => "key value", _ => metric }} }}";
        }

        return call.RunsAsync(selection, Page, named);
    }

    /// <summary>The keys of params, tags and metrics that are columns: those that are named, else all that the runs have.</summary>
    private static async Task<IReadOnlyList<string>[]> KeysAsync(ExportCall call)
    {
        var where = call.Where();
        (string Field, string Filter, string Conditions)[] aggregates =
        [
            ("paramsAggregate", "ParamFilterInput", ""), ("runTagsAggregate", "RunTagFilterInput", ""),
            ("runMetricsAggregate", "RunMetricFilterInput", """{"scope": {"eq": "RUN"}, "label": {"eq": ""}, "rank": {"eq": 0}}"""),
        ];
        var keys = Kinds.Select(call.Arguments.Texts).ToArray();
        int[] unnamed = [.. Enumerable.Range(0, Kinds.Length).Where(kind => keys[kind] is null)];
        if (unnamed.Length > 0)
        {
            using var found = await call.AskAsync(
                string.Join(' ', unnamed.Select(kind => $"{Kinds[kind]}: {aggregates[kind].Field}(where: ${Kinds[kind]}Of, groupBy: [{{key: {{}}}}]) {{ group {{ key }} }}")),
                [],
                [.. unnamed.Select(kind => ($"{Kinds[kind]}Of", aggregates[kind].Filter, (JsonNode?)Filter(aggregates[kind].Conditions)))]);
            foreach (var kind in unnamed)
            {
                keys[kind] = [.. found.RootElement.GetProperty("data").GetProperty(Kinds[kind]).EnumerateArray().Select(group => TextOf(group.GetProperty("group"), "key")!)];
            }
        }

        return [.. keys.Select(kind => (IReadOnlyList<string>)[.. kind!.Distinct()])];

        JsonObject Filter(string conditions)
        {
            var filter = conditions.Length == 0 ? [] : (JsonObject)JsonNode.Parse(conditions)!;
            if (where is not null)
            {
                filter["run"] = where.DeepClone();
            }

            return filter;
        }
    }

    private static string? TextOf(JsonElement parent, string field) => parent.GetProperty(field).GetString();
}
