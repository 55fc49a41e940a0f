using AnalyticsGraph.Server.Tests.Running;

namespace AnalyticsGraph.Server.Tests.Import;

/// <summary>What anybody can check after the import of the bundled sample.</summary>
[Collection("sample")]
public sealed class ImportFactsTests(SampleServer sample)
{
    [Fact]
    public async Task Facts_Should_BeThoseOfTheHistory_When_ItWasImported()
    {
        var facts = await sample.Server.RunAsync(SampleServer.Facts);

        long Count(string field) => facts.GetProperty(field).GetProperty("totalCount").GetInt64();
        Assert.Equal(
            (8L, 9L, 227L, 850L, 884L, 533L),
            (Count("active"), Count("experiments"), Count("runs"), Count("params"), Count("runTags"), Count("runMetrics")));
        Assert.Equal(84_420, facts.At("runs.nodes").EnumerateArray().SelectMany(run => run.GetProperty("metrics").EnumerateArray()).Sum(metric => metric.GetProperty("count").GetInt64()));
        Assert.Equal(84_420, Count("metricPoints"));
        Assert.Equal((4L, 6L, 4L, 6L, 26L), (Count("registeredModels"), Count("modelVersions"), Count("modelAliases"), Count("datasets"), Count("runInputs")));
        Assert.Equal((22L, 63L, 7L), (Count("traces"), Count("spans"), Count("loggedModels")));
    }

    [Fact]
    public async Task Facts_Should_BeTheSame_When_TheHistoryIsImportedAgain() =>
        Assert.Equal(sample.AfterFirstImport.GetRawText(), (await sample.Server.RunAsync(SampleServer.Facts)).GetRawText());

    [Fact]
    public async Task LatestMetrics_Should_EqualTheDump_When_ComparedValueByValue()
    {
        var data = await sample.Server.RunAsync("{ runs(first: 1000) { nodes { uuid metrics { key label scope rank latest { value step time } } } } }");

        var expected = SampleDump.Rows("latest_metrics")
            .Select(row => (row["run_uuid"]!, row["key"]!, SampleDump.TrueValue(row), long.Parse(row["step"]!), long.Parse(row["timestamp"]!)))
            .Order().ToList();
        var actual = data.At("runs.nodes").EnumerateArray()
            .SelectMany(run => run.GetProperty("metrics").EnumerateArray().Select(metric => (
                run.GetProperty("uuid").GetString()!,
                metric.GetProperty("key").GetString()!,
                metric.At("latest.value").AsDouble(),
                metric.At("latest.step").GetInt64(),
                metric.At("latest.time").GetDateTimeOffset().ToUnixTimeMilliseconds())))
            .Order().ToList();
        Assert.Equal(533, expected.Count);
        Assert.Equal(expected, actual);
        Assert.Single(expected, row => double.IsNaN(row.Item3));
        Assert.Equal(8, expected.Count(row => double.IsInfinity(row.Item3)));
        Assert.All(data.At("runs.nodes").EnumerateArray().SelectMany(run => run.GetProperty("metrics").EnumerateArray()), metric =>
            Assert.Equal(("", "RUN", 0), (metric.GetProperty("label").GetString(), metric.GetProperty("scope").GetString(), metric.GetProperty("rank").GetInt32())));
    }

    [Fact]
    public async Task OtherTables_Should_ComeAsRowsOfJson_When_TheyHaveNoType()
    {
        var rows = await sample.Server.AllAsync("otherRows(where: {source: {eq: \"mlflow\"}})", "tableName ordinal data");

        string[] typed = [.. MlflowColumns.Tables.Select(table => table.Name).Except(["alembic_version"]), "logged_models", "logged_model_params", "logged_model_tags", "logged_model_metrics", "spans", "entity_associations"];
        foreach (var (table, expected) in SampleDump.Tables.Where(table => !typed.Contains(table.Key)))
        {
            var actual = rows.Where(row => row.GetProperty("tableName").GetString() == table).OrderBy(row => row.GetProperty("ordinal").GetInt64()).Select(row => row.GetProperty("data")).ToList();
            Assert.Equal(expected.Count, actual.Count);
            Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second.EnumerateObject().ToDictionary(column => column.Name, column => column.Value.GetString())));
        }

        Assert.Equal(["alembic_version", "evaluation_dataset_records", "evaluation_dataset_tags", "evaluation_datasets", "workspaces"], rows.Select(row => row.GetProperty("tableName").GetString()).Distinct().Order());
    }
}
