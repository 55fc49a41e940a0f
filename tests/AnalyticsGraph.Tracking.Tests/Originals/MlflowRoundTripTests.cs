using AnalyticsGraph.Tracking.Export;
using AnalyticsGraph.Tracking.Import;

namespace AnalyticsGraph.Tracking.Tests.Originals;

/// <summary>The real history: in, out, in again, out again.</summary>
public sealed class MlflowRoundTripTests(TrackingEngines engines) : IClassFixture<TrackingEngines>
{
    [Fact]
    public async Task Export_Should_HaveEveryValueAndTheSameBytesAgain_When_ItsOwnWasImported()
    {
        using var files = new OriginalFiles();
        await ImportAsync(SampleDump.Path, "a");
        var first = files.NewPath("first");
        await ExportAsync("a", first);
        await ImportAsync(Path.Combine(first, "mlflow.sql"), "b");
        var second = files.NewPath("second");
        await ExportAsync("b", second);

        await ImportAsync(Path.Combine(first, "csv"), "c");
        var third = files.NewPath("third");
        await ExportAsync("c", third);

        Assert.Equal(OriginalFiles.Read(first), OriginalFiles.Read(second));
        Assert.Equal(OriginalFiles.Read(first), OriginalFiles.Read(third));
        await OriginalFiles.AssertHoldsAsync(new DumpSource(SampleDump.Path), new DumpSource(Path.Combine(first, "mlflow.sql")));
        await engines.AssertVerifiedAsync();
    }

    private Task<ImportReport> ImportAsync(string path, string source) => new MlflowImport(engines.Postgres, engines.Flusher).RunAsync(path, new ImportOptions { Source = source });

    private Task<ExportReport> ExportAsync(string source, string folder) => new MlflowExport(engines.Postgres, engines.ClickHouse, engines.Flusher).RunAsync(source, folder);
}
