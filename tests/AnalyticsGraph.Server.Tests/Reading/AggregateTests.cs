using System.Globalization;
using System.Text.Json;
using AnalyticsGraph.Server.Tests.Running;

namespace AnalyticsGraph.Server.Tests.Reading;

/// <summary>Aggregates of the sample's runs and points, against the dump itself.</summary>
[Collection("sample")]
public sealed class AggregateTests(SampleServer sample)
{
    [Fact]
    public async Task Runs_Should_BeCounted_When_GroupedByExperimentStatusAndParam()
    {
        var answer = await sample.Server.RunAsync("""
            { byStatus: runsAggregate(groupBy: [{experiment: {name: {}}}, {status: {}}]) { keys group { status experiment { name } } count fields { user { distinct } } }
              byParam: runsAggregate(where: {params: {some: {key: {eq: "lr"}}}}, groupBy: [{param: {key: "lr", stat: TEXT}}]) { keys count }
              experiments(first: 1000) { nodes { name runsAggregate { count } } } }
            """);

        var names = SampleDump.Rows("experiments").ToDictionary(row => row["experiment_id"]!, row => row["name"]!);
        var runs = SampleDump.Rows("runs");
        Assert.Equal(
            runs.GroupBy(run => $"{names[run["experiment_id"]!]} {run["status"]}").Select(group => $"{group.Key} {group.Count()}").Order(StringComparer.Ordinal),
            answer.GetProperty("byStatus").EnumerateArray().Select(group => $"{group.GetProperty("keys")[0]} {group.GetProperty("group").GetProperty("status")} {group.GetProperty("count")}").Order(StringComparer.Ordinal));
        Assert.Equal(
            SampleDump.Rows("params").Where(param => param["key"] == "lr").GroupBy(param => param["value"]!).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => $"{group.Key} {group.Count()}"),
            answer.GetProperty("byParam").EnumerateArray().Select(group => $"{group.GetProperty("keys")[0]} {group.GetProperty("count")}"));
        foreach (var experiment in answer.GetProperty("experiments").GetProperty("nodes").EnumerateArray())
        {
            Assert.Equal(runs.Count(run => names[run["experiment_id"]!] == experiment.GetProperty("name").GetString()), experiment.GetProperty("runsAggregate")[0].GetProperty("count").GetInt32());
        }
    }

    [Fact]
    public async Task Points_Should_AddUp_When_GroupedByKey()
    {
        var answer = await sample.Server.RunAsync(
            "{ metricPointsAggregate(groupBy: [{key: {}}], where: {scope: {eq: RUN}}) { keys count fields { value { nanCount avg min max } } } }");

        var expected = SampleDump.Rows("metrics").Select(metric => (Key: metric["key"]!, Place: (metric["run_uuid"], metric["step"], metric["timestamp"]), Value: SampleDump.TrueValue(metric))).Distinct()
            .GroupBy(point => point.Key).OrderBy(group => group.Key, StringComparer.Ordinal).ToList();
        var actual = answer.GetProperty("metricPointsAggregate").EnumerateArray().ToList();
        Assert.Equal(expected.Select(group => $"{group.Key} {group.Count()}"), actual.Select(group => $"{group.GetProperty("keys")[0]} {group.GetProperty("count")}"));
        foreach (var (points, fields) in expected.Zip(actual.Select(group => group.GetProperty("fields").GetProperty("value"))))
        {
            var numbers = points.Select(point => point.Value).Where(value => !double.IsNaN(value)).ToList();
            Assert.Equal(points.Count() - numbers.Count, fields.GetProperty("nanCount").GetInt32());
            if (numbers.Count == 0)
            {
                Assert.All(["min", "max", "avg"], name => Assert.Equal(JsonValueKind.Null, fields.GetProperty(name).ValueKind));
                continue;
            }

            Assert.Equal(numbers.Min(), Number(fields.GetProperty("min")));
            Assert.Equal(numbers.Max(), Number(fields.GetProperty("max")));
            var (mean, avg) = (numbers.Sum() / numbers.Count, Number(fields.GetProperty("avg")));
            Assert.True(double.IsFinite(mean) ? Math.Abs(mean - avg) <= 1e-9 * Math.Max(1, Math.Abs(mean)) : mean.Equals(avg), points.Key);
        }
    }

    [Fact]
    public async Task Example_Should_Run_When_TheReadmeShowsIt()
    {
        var readme = (await File.ReadAllTextAsync(Path.Combine(Repository.Root, "README.md"))).ReplaceLineEndings("\n");
        var query = readme.Split("## Aggregates", 2)[1].Split("```graphql\n", 2)[1].Split("```", 2)[0];

        var answer = await sample.Server.RunAsync(query);

        Assert.All(answer.GetProperty("runsAggregate").EnumerateArray(), group => Assert.True(group.GetProperty("keys").GetArrayLength() == 3 && group.GetProperty("count").GetInt32() >= 2));
        Assert.NotEmpty(answer.GetProperty("runsAggregate").EnumerateArray());
    }

    private static double Number(JsonElement value) => value.ValueKind == JsonValueKind.Number ? value.GetDouble()
        : value.GetString() switch { "Infinity" => double.PositiveInfinity, "-Infinity" => double.NegativeInfinity, var text => double.Parse(text!, CultureInfo.InvariantCulture) };
}
