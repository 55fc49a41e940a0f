using AnalyticsGraph.Server.Tests.Running;

namespace AnalyticsGraph.Server.Tests.Import;

/// <summary>Nothing of the three other systems' databases is out of the graph's reach, and each value is the original's.</summary>
public sealed class OriginalColumnTests(OriginalsServer originals) : IClassFixture<OriginalsServer>
{
    public static TheoryData<string, string> Tables
    {
        get
        {
            var tables = new TheoryData<string, string>();
            foreach (var table in OriginalColumns.Tables)
            {
                tables.Add(table.System, table.Name);
            }

            return tables;
        }
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task EveryColumn_Should_HaveTheOriginalsValues_When_AllRowsAreAsked(string system, string name)
    {
        var table = OriginalColumns.Tables.Single(candidate => candidate.System == system && candidate.Name == name);

        var rows = await originals.Server.AllAsync(table.Root, table.Selection);

        string[] actual =
        [
            .. (table.List is null ? rows : rows.SelectMany(row => row.GetProperty(table.List).EnumerateArray()))
                .Where(row => table.Level is null || row.GetProperty("level").GetString() == table.Level).Select(table.Actual).Order(StringComparer.Ordinal),
        ];
        string[] expected = [.. originals.Rows[(system, name)].Select(table.Expected).Order(StringComparer.Ordinal)];
        Assert.Equal(expected, actual);
    }

    [Theory]
    [InlineData("experiment-tracking")]
    [InlineData("training-jobs")]
    [InlineData("wine")]
    public async Task Export_Should_WriteTheFilesThatWereImported_When_ItIsAskedAtTheCommandLine(string system)
    {
        var (folder, output) = await originals.ExportAsync(system);

        Assert.Contains($"tables of {system} in", output, StringComparison.Ordinal);
        Assert.True(new FileInfo(Path.Combine(folder, system + ".sql")).Length > 0);
        Assert.Equal(
            OriginalColumns.Tables.Where(table => table.System == system).Select(table => table.Name + ".csv").Order(StringComparer.Ordinal),
            Directory.GetFiles(Path.Combine(folder, "csv")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task RuntimeRecords_Should_BeTheDocuments_When_JobsAreAsked()
    {
        var records = await originals.Server.AllAsync("jobRuntimes", "job { uid } time globalStep speed workerCpu");

        Assert.Equal(
            ["1 2023-11-14T22:13:20 1 0.5 1", "3 2023-11-14T22:13:20 3 0.5 3"],
            records.Select(record => string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"{record.At("job.uid")} {record.GetProperty("time").GetDateTimeOffset().UtcDateTime:s} {record.GetProperty("globalStep")} {record.GetProperty("speed")} {record.GetProperty("workerCpu").GetProperty("0")}")).Order());
    }

    [Fact]
    public async Task MetricPoints_Should_BeTheMetrics_When_TheyAreLinked()
    {
        var points = await originals.Server.AllAsync("metricPoints(where: {scope: {eq: BATCH}})", "run { originalId } epoch step label value");

        Assert.Equal(
            ["1 1 1 '' 1.5", "1 1 1 'it's \"1\"' 0.25", "3 3 3 '' 3.5", "3 3 3 'it's \"3\"' 0.25"],
            points.Select(point => $"{point.At("run.originalId")} {point.GetProperty("epoch")} {point.GetProperty("step")} '{point.GetProperty("label")}' {point.GetProperty("value")}").Order(StringComparer.Ordinal));
    }
}
