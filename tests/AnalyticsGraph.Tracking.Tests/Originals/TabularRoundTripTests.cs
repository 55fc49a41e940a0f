using AnalyticsGraph.Tracking.Export;
using AnalyticsGraph.Tracking.Import;

namespace AnalyticsGraph.Tracking.Tests.Originals;

/// <summary>A database of tabular datasets with everything that hurts: in, out, in again, out again.</summary>
public sealed class TabularRoundTripTests(TrackingEngines engines) : IClassFixture<TrackingEngines>
{
    [Fact]
    public async Task Export_Should_WriteTheSameBytes_When_ItsOwnWasImported()
    {
        using var files = Hostile();
        await ImportAsync(files.PostgresDump(), "a");
        var first = files.NewPath("first");
        await ExportAsync("a", first);
        await ImportAsync(Path.Combine(first, "wine.sql"), "b");
        var second = files.NewPath("second");
        await ExportAsync("b", second);
        await ImportAsync(Path.Combine(first, "csv"), "c");
        var third = files.NewPath("third");
        await ExportAsync("c", third);

        Assert.Equal(OriginalFiles.Read(first), OriginalFiles.Read(second));
        Assert.Equal(OriginalFiles.Read(first), OriginalFiles.Read(third));
        await OriginalFiles.AssertHoldsAsync(new DumpSource(files.PostgresDump()), new DumpSource(Path.Combine(first, "wine.sql")));
    }

    [Fact]
    public async Task Import_Should_AddNothing_When_ItRunsAgain()
    {
        using var files = Hostile();
        var first = await ImportAsync(files.PostgresDump(), "again");
        var second = await ImportAsync(files.PostgresDump(), "again");

        Assert.All(second.Tables, table => Assert.Equal((table.Table, 0, 0, 0), (table.Table, table.Added, table.Changed, table.Removed)));
        Assert.Equal(
            [("datasets", 0L), ("notes", 0), ("predictions", 1), ("samples", 2), ("targets", 1)],
            first.Tables.Select(table => (table.Table, table.Aside)));
        Assert.Equal(
            ["Alcohol NUMBER", "0D280_0D315_of_diluted_wines NUMBER", "it's TEXT"],
            await engines.ScalarAsync<string[]>("SELECT array_agg(f.name || ' ' || f.type ORDER BY f.position) FROM dataset_feature f JOIN dataset d ON d.id = f.dataset_id WHERE d.source = $1 AND d.original_id = '1'", "again"));
    }

    [Fact]
    public async Task Import_Should_TakeAwayRows_When_TheSourceHasThemNoMore()
    {
        using var files = Hostile();
        await ImportAsync(files.PostgresDump(), "fewer");
        using var fewer = new OriginalFiles().Table("datasets", "dataset_id name", ["1", "wine"]).Table("samples", "sample_id dataset_id sample_index Alcohol", ["1", "1", "0", "15"])
            .Table("targets", "target_id sample_index target_index class").Table("predictions", "prediction_id sample_index prediction_index class");
        var report = await ImportAsync(fewer.PostgresDump(), "fewer");

        Assert.Equal([("datasets", 1L), ("predictions", 2), ("samples", 3), ("targets", 3)], report.Tables.Where(table => table.Removed > 0).Select(table => (table.Table, table.Removed)));
        var folder = fewer.NewPath("out");
        await ExportAsync("fewer", folder);
        // A dataset's columns stay: they may be those of rows that were added here.
        Assert.Equal("sample_id,dataset_id,sample_index,Alcohol,0D280_0D315_of_diluted_wines,it's\n1,1,0,15,,\n", await File.ReadAllTextAsync(Path.Combine(folder, "csv", "samples.csv")));
        Assert.Equal("target_id,sample_index,target_index,class\n", await File.ReadAllTextAsync(Path.Combine(folder, "csv", "targets.csv")));
    }

    private static OriginalFiles Hostile() => new OriginalFiles()
        .Table("datasets", "dataset_id name", ["1", "wine"], ["2", null])
        .Table("samples", "sample_id dataset_id sample_index Alcohol 0D280_0D315_of_diluted_wines it's",
            ["1", "1", "0", "14.23", "NaN", "a\ttext \\ with 日本"], ["2", "1", "1", null, "1e-07", ""], ["3", "2", "0", "-Infinity", "7", "8"], ["4", "1", "1", "1", "1", "the place again"],
            ["5", "9", "0", "1", "1", "dangling"], ["6", "1", "2", "0.1", null, null])
        .Table("targets", "target_id sample_index target_index class", ["1", "0", "0", "0"], ["2", "1", "1", "2"], ["3", "0", "0", "1"], ["4", "77", "3", "1"])
        .Table("predictions", "prediction_id sample_index prediction_index class", ["1", "0", "0", "0"], ["2", "1", "1", null], ["3", "1", "2", "1"])
        .Table("notes", "a b", ["1", null]);

    private Task<ImportReport> ImportAsync(string path, string source) => new TabularImport(engines.Postgres, engines.ClickHouse, engines.Flusher).RunAsync(path, new ImportOptions { Source = source });

    private Task<ExportReport> ExportAsync(string source, string folder) => new TabularExport(engines.Postgres, engines.ClickHouse, engines.Flusher).RunAsync(source, folder);
}
