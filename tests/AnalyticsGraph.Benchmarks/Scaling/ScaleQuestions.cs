using System.Globalization;
using System.Text;

namespace AnalyticsGraph.Benchmarks.Scaling;

/// <summary>What is asked of the data. To add a question: one more entry, with the ids of <see cref="ScalePlace"/>.</summary>
internal static class ScaleQuestions
{
    /// <summary>Of series.</summary>
    public static IReadOnlyList<ScaleQuestion> OfPoints(ScalePlace place)
    {
        var (many, large, one, compared) = (place.Many, place.Large, place.Long, place.Compared);
        var oneRun = $"run(id: \"{Id("Run", one.FirstRun)}\")";
        var largeRun = $"run(id: \"{Id("Run", large.FirstRun)}\")";
        return
        [
            new("a short series", Query($"run(id: \"{Id("Run", many.FirstRun + 4321)}\") {{ series(key: \"loss\") {{ steps values }} }}"),
                $"SELECT step, value {Series(many, 4321)} ORDER BY epoch, step, time", "its points; not with others"),
            new("a series of 1M points, unthinned", Whole(place),
                $"SELECT step, value {Series(one, 0)} ORDER BY epoch, step, time", "its points") { MostMilliseconds = 400 },
            new("1M points to 1,000: LTTB", Query($"{oneRun} {{ series(key: \"loss\", sample: {{ lttb: {{ points: 1000 }} }}) {{ steps values }} }}"),
                $"SELECT largestTriangleThreeBuckets(1000)(step, value) {Series(one, 0)}", "its points") { MostRatio = 1.3 },
            new("1M points to 1,000: MIN_MAX", Query($"{oneRun} {{ series(key: \"loss\", sample: {{ minMax: {{ points: 1000 }} }}) {{ steps values }} }}"),
                $"SELECT intDiv(step, {one.Steps / 500}) AS bucket, argMin(step, value), min(value), argMax(step, value), max(value) {Series(one, 0)} GROUP BY bucket ORDER BY bucket", "its points") { MostRatio = 1.3 },
            new("1M points to 1,000: MIN_MAX, from points", Query($"{oneRun} {{ series(key: \"loss\", minValue: 0, sample: {{ minMax: {{ points: 1000 }} }}) {{ steps values }} }}"),
                $"SELECT intDiv(step, {one.Steps / 500}) AS bucket, argMin(step, (value, step)), min(value), argMax(step, (value, -step)), max(value) {Series(one, 0)} AND value >= 0 GROUP BY bucket ORDER BY bucket", "its points") { MostRatio = 1.3 },
            new("1M points to 1,000: BUCKET", Query($"{oneRun} {{ series(key: \"loss\", sample: {{ bucket: {{ points: 1000 }} }}) {{ steps values buckets {{ counts min max }} }} }}"),
                $"SELECT intDiv(step, {one.Steps / 1000}) AS bucket, count(), avg(value), min(value), max(value) {Series(one, 0)} GROUP BY bucket ORDER BY bucket", "its points") { MostRatio = 1.3 },
            new("the large experiment, a series to 1,000: BUCKET", Query($"{largeRun} {{ series(key: \"loss\", sample: {{ bucket: {{ points: 1000 }} }}) {{ steps values }} }}"),
                $"SELECT intDiv(step, {Math.Max(large.Steps / 1000, 1)}) AS bucket, count(), avg(value), min(value), max(value) {Series(large, 0)} GROUP BY bucket ORDER BY bucket", "its points") { MostMilliseconds = 10 },
            new("100 runs' series, LTTB to 200 points each", Query(
                    $"experiment(id: \"{Id("Experiment", compared.FirstExperiment)}\") {{ runs(first: 100) {{ nodes {{ id series(key: \"loss\", sample: {{ lttb: {{ points: 200 }} }}) {{ steps values }} }} }} }}"),
                $"SELECT run_id, largestTriangleThreeBuckets(200)(step, value) FROM metric_point WHERE experiment_id = {Text(compared.FirstExperiment)} AND key = 'loss' AND label = '' AND scope = 'RUN' AND rank = 0 GROUP BY run_id",
                "runs and points compared") { MostRatio = 1.5 },
            new("10,000 runs by a param: avg, p95, max of their points", ByParam("POINTS"),
                $"SELECT run.params['optimizer'] AS param, avg(value), quantileExactInclusive(0.95)(value), max(value) {Joined(many)} GROUP BY param ORDER BY param", "points") { MostRatio = 1.3 },
            new("10,000 runs by a param: avg, p95, max of their latest values", ByParam("SUMMARIES"),
                $"""
                SELECT param, avg(latest), quantileExactInclusive(0.95)(latest), max(latest)
                FROM (SELECT any(run.params['optimizer']) AS param, argMax(value, (epoch, step, time)) AS latest {Joined(many)} GROUP BY run_id) GROUP BY param ORDER BY param
                """, "runs; raw: points") { MostRatio = 1.3 },
            new("100 runs x 1,000 steps on one axis of 200 places", Query(
                    $"compareRuns(where: {{ experiment: {{ id: {{ eq: \"{Id("Experiment", compared.FirstExperiment)}\" }} }} }}, keys: [\"loss\"], points: 200) {{ positions series {{ values run {{ id }} }} }}"),
                $"SELECT run_id, intDiv(step, 5) AS place, avg(value) FROM metric_point WHERE experiment_id = {Text(compared.FirstExperiment)} AND key = 'loss' AND label = '' AND scope = 'RUN' AND rank = 0 GROUP BY run_id, place ORDER BY run_id, place",
                "runs and points compared") { MostRatio = 1.5 },
            new("the large experiment, all runs on one axis of 200 places", Query(
                    $"compareRuns(where: {{ experiment: {{ id: {{ eq: \"{Id("Experiment", large.FirstExperiment)}\" }} }} }}, keys: [\"loss\"], points: 200) {{ positions series {{ values run {{ id }} }} }}"),
                $"SELECT run_id, intDiv(step, {Text(Math.Max(large.Steps / 200, 1))}) AS place, avg(value) FROM metric_point WHERE experiment_id = {Text(large.FirstExperiment)} AND key = 'loss' AND label = '' AND scope = 'RUN' AND rank = 0 GROUP BY run_id, place ORDER BY run_id, place",
                "runs; their points while they have no rollups"),
        ];

        static string ByParam(string of) => Query($$"""
            metricAggregates(where: { experiment: { name: { startsWith: "{{ScaleData.Many}}" } } }, of: {{of}}, groupBy: [{ param: { key: "optimizer" } }],
                measures: [{ function: AVG, key: "loss" }, { function: QUANTILE, quantile: 0.95, key: "loss" }, { function: MAX, key: "loss" }]) { columns { name texts numbers } }
            """);

        static string Joined(ScaleGroup group) =>
            $"FROM metric_point INNER JOIN (SELECT id, params FROM run_dimension FINAL) AS run ON run.id = run_id WHERE metric_point.experiment_id BETWEEN {Text(group.FirstExperiment)} AND {Text(group.FirstExperiment + group.Experiments - 1)} AND key = 'loss' AND label = '' AND scope = 'RUN' AND rank = 0";
    }

    /// <summary>All points of the series of a million.</summary>
    public static string Whole(ScalePlace place) => Query($"run(id: \"{Id("Run", place.Long.FirstRun)}\") {{ series(key: \"loss\") {{ steps values }} }}");

    /// <summary>Where the same is exported.</summary>
    public static string Export(ScalePlace place) => $"/export/series?key=loss&runIds={Uri.EscapeDataString(Id("Run", place.Long.FirstRun))}&format=csv";

    /// <summary>Of lists of runs.</summary>
    public static IReadOnlyList<ScaleQuestion> OfRuns(ScalePlace place)
    {
        var experiment = $"experiment: {{ name: {{ eq: \"{ScaleData.Listed} 1\" }} }}";
        return
        [
            .. from param in ((string Key, string Value, string Share)[])[("optimizer", "adam", "50 %"), ("layers", "3", "10 %"), ("seed", "42", "1 %")]
               select new ScaleQuestion(
                   $"runs by metric and a param of {param.Share}, ordered by metric, first 100 of {place.Listed.AllRuns:N0}",
                   Query($$"""
                       runs(where: { {{experiment}}, metrics: { some: { key: { eq: "loss" }, latest: { value: { gt: 0.5 } } } }, params: { some: { key: { eq: "{{param.Key}}" }, value: { eq: "{{param.Value}}" } } } },
                           order: [{ metric: { key: "loss", stat: LATEST, direction: DESC } }], first: 100) { nodes { id name } }
                       """),
                   null,
                   "how rare the param is") { MostMilliseconds = place.Listed.AllRuns > 20_000 ? 50 : 5 },
        ];
    }

    private static string Query(string selection) => $"{{ {selection} }}";

    private static string Series(ScaleGroup group, int run) =>
        $"FROM metric_point WHERE experiment_id = {Text(group.FirstExperiment + (run / group.Runs))} AND key = 'loss' AND label = '' AND run_id = {Text(group.FirstRun + run)} AND scope = 'RUN' AND rank = 0";

    /// <summary>A global id.</summary>
    private static string Id(string type, long key) => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{type}:{Text(key)}"));

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
