using System.Globalization;
using System.Text.Json;
using AnalyticsGraph.Server.Tests.Running;

namespace AnalyticsGraph.Server.Tests.Reading;

/// <summary>Filters and orders of runs across tables and stores, held against the dump's rows.</summary>
[Collection("sample")]
public sealed class RunFilterTests(SampleServer sample)
{
    private static readonly Dictionary<(string Run, string Key), double> Latest =
        SampleDump.Rows("latest_metrics").ToDictionary(row => (row["run_uuid"]!, row["key"]!), SampleDump.TrueValue);

    private static readonly string[] Runs = [.. SampleDump.Rows("runs").Select(row => row["run_uuid"]!)];

    [Fact]
    public async Task Where_Should_FindByParam_When_TextIsGiven() => await FindAsync(
        """{params: {some: {key: {eq: "algo"}, value: {startsWith: "r"}}}}""",
        run => Params(run).Any(param => param.Key == "algo" && param.Value.StartsWith('r')));

    [Fact]
    public async Task Where_Should_FindByParam_When_NumberIsGiven() => await FindAsync(
        """{params: {some: {key: {eq: "n_estimators"}, number: {gte: 20}}}}""",
        run => Params(run).Any(param => param.Key == "n_estimators" && double.Parse(param.Value, CultureInfo.InvariantCulture) >= 20));

    [Fact]
    public async Task Where_Should_FindByAbsence_When_NoRowMayMatch() => await FindAsync(
        """{params: {none: {key: {eq: "max_depth"}}}, tags: {any: true}}""",
        run => !Params(run).Any(param => param.Key == "max_depth") && Rows("tags", run).Any());

    [Fact]
    public async Task Where_Should_FindByTag_When_TextIsContained() => await FindAsync(
        """{tags: {some: {key: {eq: "mlflow.source.name"}, value: {contains: "py"}}}}""",
        run => Rows("tags", run).Any(tag => tag["key"] == "mlflow.source.name" && tag["value"]!.Contains("py", StringComparison.Ordinal)));

    [Fact]
    public async Task Where_Should_FindByMetric_When_ItsLatestIsCompared() => await FindAsync(
        """{metrics: {some: {key: {eq: "val_acc"}, latest: {value: {gt: 0.9}}}}}""",
        run => Latest.TryGetValue((run, "val_acc"), out var value) && value > 0.9);

    [Fact]
    public async Task Where_Should_FindByDataset_When_NameAndDigestAreGiven() => await FindAsync(
        """{datasets: {some: {name: {eq: "wine"}, digest: {eq: "w1ne0001"}}}}""",
        run => Datasets(run).Any(dataset => dataset["name"] == "wine" && dataset["digest"] == "w1ne0001"));

    [Fact]
    public async Task Where_Should_FindByModelStage_When_VersionsAreFarEnough() => await FindAsync(
        "{modelVersions: {some: {stage: {eq: PRODUCTION}}}}",
        run => SampleDump.Rows("model_versions").Any(version => version["run_id"] == run && version["current_stage"] == "Production"));

    [Fact]
    public async Task Where_Should_HoldAllConditions_When_TablesAreCombined() => await FindAsync(
        """
        {or: [{and: [{params: {some: {key: {eq: "max_depth"}, number: {lt: 6}}}}, {metrics: {some: {key: {eq: "val_acc"}, latest: {value: {ngt: 0.95}}}}}]},
              {datasets: {some: {name: {eq: "wine"}}}}],
         lifecycleStage: {eq: ACTIVE}}
        """,
        run => Rows("runs", run).Single()["lifecycle_stage"] == "active"
            && ((Params(run).Any(param => param.Key == "max_depth" && double.TryParse(param.Value, CultureInfo.InvariantCulture, out var depth) && depth < 6)
                    && Latest.TryGetValue((run, "val_acc"), out var accuracy) && !(accuracy > 0.95))
                || Datasets(run).Any(dataset => dataset["name"] == "wine")));

    [Fact]
    public async Task Where_Should_ReachClickHouse_When_PointsAreFiltered() => await FindAsync(
        """{points: {some: {key: {eq: "train/loss"}, step: {eq: 1199}}}}""",
        SampleDump.Rows("metrics").Where(point => point["key"] == "train/loss" && point["step"] == "1199").Select(point => point["run_uuid"]!).ToHashSet().Contains);

    [Theory]
    [InlineData("LATEST", "DESC", "run_metric_order_last_desc")]
    [InlineData("LATEST", "ASC", "run_metric_order_last")]
    [InlineData("MAX", "DESC", "run_metric_order_max")]
    [InlineData("MIN", "ASC", "run_metric_order_min")]
    public async Task Page_Should_BeReadFromTheOrdersIndex_When_RunsAreFilteredByMetricAndParam(string stat, string direction, string index)
    {
        var (_, counters) = await sample.Server.CountAsync($$"""
            { runs(where: {metrics: {some: {key: {eq: "val_acc"}, latest: {value: {gt: 0.5} } } }, params: {some: {key: {eq: "max_depth"}, value: {eq: "4"} } } },
                order: [{metric: {key: "val_acc", stat: {{stat}}, direction: {{direction}} } }], first: 100) { nodes { id name } } }
            """);

        // So small tables would be read whole, and sorted.
        var statement = Assert.Single(counters.Statements, statement => statement.Contains("walked rows", StringComparison.Ordinal));
        var nulls = string.Join(", ", Enumerable.Range(1, 99).TakeWhile(i => statement.Contains($"${i}", StringComparison.Ordinal)).Select(_ => "NULL"));
        await using var source = Npgsql.NpgsqlDataSource.Create(sample.Postgres);
        await using var command = source.CreateCommand($"BEGIN; SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; PREPARE page AS {statement}; EXPLAIN EXECUTE page({nulls}); DEALLOCATE page; COMMIT");
        await using var reader = await command.ExecuteReaderAsync();
        var plan = new List<string>();
        while (await reader.ReadAsync())
        {
            plan.Add(reader.GetString(0));
        }

        Assert.True(plan.Exists(line => line.Contains($" using {index} on run_metric_order", StringComparison.Ordinal)), string.Join('\n', plan));
    }

    [Theory]
    [InlineData("LATEST", "DESC", 1, """{params: {some: {key: {eq: "algo"}}}}""")]
    [InlineData("LATEST", "DESC", 2, """{params: {some: {key: {eq: "algo"}, value: {eq: "rf"}}}}""")]
    [InlineData("LATEST", "ASC", 1, """{params: {some: {key: {eq: "algo"}, value: {eq: "rf"}}}, metrics: {some: {key: {eq: "val_acc"}, latest: {value: {gt: 0.9}}}}}""")]
    [InlineData("MAX", "DESC", 1, """{and: [{experiment: {name: {eq: "cancer-sweep"}}}, {params: {some: {key: {eq: "max_depth"}, number: {gte: 3}}}}]}""")]
    [InlineData("MIN", "ASC", 3, """{tags: {some: {key: {eq: "mlflow.user"}}}}""")]
    public async Task Page_Should_BeOfTheWholeOrder_When_ItIsFoundAlongTheOrder(string stat, string direction, int page, string where)
    {
        var order = $"where: {where}, order: [{{metric: {{key: \"val_acc\", stat: {stat}, direction: {direction}}}}}]";

        // So large a page that all are found and sorted.
        var whole = (await sample.Server.RunAsync($"{{ runs({order}, first: 1000) {{ nodes {{ uuid }} }} }}")).At("runs.nodes").Texts("uuid").ToList();
        var walked = (await sample.Server.AllAsync($"runs({order})", "uuid", page)).ConvertAll(run => run.GetProperty("uuid").GetString());

        Assert.InRange(whole.Count, 20, Runs.Length);
        Assert.Equal(whole, walked);
    }

    [Theory]
    [InlineData("val_acc", "LATEST", "DESC")]
    [InlineData("val_acc", "LATEST", "ASC")]
    [InlineData("grad_norm", "LATEST", "DESC")]
    [InlineData("grad_norm", "LATEST", "ASC")]
    [InlineData("m_nan", "LATEST", "DESC")]
    [InlineData("m_nan", "LATEST", "ASC")]
    public async Task Order_Should_YieldEachRunOnce_When_AllArePagedByAMetric(string key, string stat, string direction)
    {
        var runs = await sample.Server.AllAsync($"runs(order: [{{metric: {{key: \"{key}\", stat: {stat}, direction: {direction}}}}}])", "uuid", page: 37);

        var uuids = runs.Select(run => run.GetProperty("uuid").GetString()!).ToList();
        Assert.Equal(Runs.Order(), uuids.Order());
        // Numbers first, as the direction says; then NaN; what was never measured comes last.
        var sign = direction == "ASC" ? 1 : -1;
        var places = uuids.Select(uuid => Latest.TryGetValue((uuid, key), out var value) ? double.IsNaN(value) ? (1, 0d) : (0, sign * value) : (2, 0d)).ToList();
        Assert.Equal(places.Order(), places);
    }

    [Theory]
    [InlineData("ASC", 1)]
    [InlineData("DESC", -1)]
    public async Task Order_Should_ReachTheMetricOfARun_When_RowsOfRunsAreOrdered(string direction, int sign)
    {
        var tags = await sample.Server.AllAsync(
            $"runTags(where: {{key: {{eq: \"mlflow.user\"}}}}, order: [{{run: {{metric: {{key: \"val_acc\", stat: LATEST, direction: {direction}}}}}}}])", "run { uuid }", page: 50);

        Assert.Equal(SampleDump.Rows("tags").Count(tag => tag["key"] == "mlflow.user"), tags.Select(tag => tag.At("run.uuid").GetString()).Distinct().Count());
        var places = tags.Select(tag => Latest.TryGetValue((tag.At("run.uuid").GetString()!, "val_acc"), out var value) ? (0, sign * value) : (1, 0d)).ToList();
        Assert.Equal(places.Order(), places);
    }

    [Fact]
    public async Task Order_Should_GoBackTheSameWay_When_PagedFromTheEnd()
    {
        const string Order = """order: [{metric: {key: "val_acc", stat: MAX, direction: DESC}}]""";
        var forward = (await sample.Server.AllAsync($"runs({Order})", "uuid")).ConvertAll(run => run.GetProperty("uuid").GetString());
        var backward = new List<string?>();
        for (string? before = null; backward.Count < forward.Count;)
        {
            var page = await sample.Server.RunAsync($"query ($before: String) {{ runs({Order}, last: 50, before: $before) {{ nodes {{ uuid }} pageInfo {{ startCursor hasPreviousPage }} }} }}", new { before });
            backward.InsertRange(0, page.At("runs.nodes").Texts("uuid"));
            before = page.At("runs.pageInfo.startCursor").GetString();
            Assert.Equal(backward.Count < forward.Count, page.At("runs.pageInfo.hasPreviousPage").GetBoolean());
        }

        Assert.Equal(forward, backward);
    }

    private async Task FindAsync(string where, Func<string, bool> expected)
    {
        var answer = await sample.Server.RunAsync($"{{ runs(first: 1000, where: {where}) {{ totalCount nodes {{ uuid }} }} }}");

        var found = answer.At("runs.nodes").Texts("uuid");
        var wanted = Runs.Where(expected).Order().ToList();
        Assert.InRange(wanted.Count, 1, Runs.Length - 1);
        Assert.Equal(wanted, found.Order());
        Assert.Equal(wanted.Count, answer.At("runs.totalCount").GetInt32());
    }

    private static IEnumerable<IReadOnlyDictionary<string, string?>> Rows(string table, string run) => SampleDump.Rows(table).Where(row => row["run_uuid"] == run);

    private static IEnumerable<(string Key, string Value)> Params(string run) => Rows("params", run).Select(row => (row["key"]!, row["value"]!));

    private static IEnumerable<IReadOnlyDictionary<string, string?>> Datasets(string run) => SampleDump.Rows("inputs")
        .Where(input => input["destination_type"] == "RUN" && input["destination_id"] == run)
        .Join(SampleDump.Rows("datasets"), input => input["source_id"], dataset => dataset["dataset_uuid"], (_, dataset) => dataset);
}
