using AnalyticsGraph.Tracking.Export;
using AnalyticsGraph.Tracking.Import;
using Npgsql;

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

    [Fact]
    public async Task Export_Should_BeTakenByPostgres_When_RecordsHaveMoreOrLessThanMlflowsOwn()
    {
        var experiment = await engines.CreateExperimentAsync();
        await engines.ExecuteAsync("UPDATE experiment SET artifact_location = repeat('x', 2000) WHERE id = $1", experiment);
        await engines.ExecuteAsync("INSERT INTO experiment_tag (experiment_id, key, value) VALUES ($1, 'long', repeat('x', 8000))", experiment);
        await engines.ExecuteAsync("INSERT INTO dataset (source, experiment_id, name) VALUES ('local', $1, 'no digest')", experiment);
        await engines.ExecuteAsync("INSERT INTO run (source, experiment_id, uuid, status_text, artifact_uri) VALUES ('local', $1, 'r', 'FINISHED', repeat('x', 2000))", experiment);
        await engines.ExecuteAsync(
            "INSERT INTO logged_model (source, experiment_id, model_id, name, status_code, creation_time, last_update_time) VALUES ('local', $1, 'm', 'no location', 1, now(), now())", experiment);
        using var files = new OriginalFiles();
        var folder = files.NewPath("out");
        await ExportAsync("local", folder);

        await using var mlflow = NpgsqlDataSource.Create(await engines.Engines.CreateDatabaseAsync());
        await LiveMlflow.RestoreAsync(mlflow, await File.ReadAllTextAsync(Path.Combine(folder, "mlflow.sql")));
        await using var count = mlflow.CreateCommand(
            "SELECT concat_ws(' ', (SELECT count(*) FROM experiments), (SELECT count(*) FROM experiment_tags), (SELECT count(*) FROM datasets), (SELECT count(*) FROM runs), (SELECT count(*) FROM logged_models))");
        Assert.Equal("1 1 1 1 1", await count.ExecuteScalarAsync());
    }

    private Task<ImportReport> ImportAsync(string path, string source) => new MlflowImport(engines.Postgres, engines.Flusher).RunAsync(path, new ImportOptions { Source = source });

    private Task<ExportReport> ExportAsync(string source, string folder) => new MlflowExport(engines.Postgres, engines.ClickHouse, engines.Flusher).RunAsync(source, folder);
}
