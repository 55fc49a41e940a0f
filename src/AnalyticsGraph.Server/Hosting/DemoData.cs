using AnalyticsGraph.Tracking.Import;

namespace AnalyticsGraph.Server.Hosting;

/// <summary>The sample of <c>--demo</c>: the dump of a real MLflow server, bundled with this program.</summary>
internal static class DemoData
{
    /// <summary>The name of the source that the sample's records come from.</summary>
    public const string Source = "demo";

    /// <summary>Imports the sample unless it was imported before.</summary>
    /// <param name="stores">The migrated stores.</param>
    /// <param name="tracking">The write side.</param>
    /// <param name="cancellation">Ends the import.</param>
    public static async Task ImportOnceAsync(Stores stores, TrackingServices tracking, CancellationToken cancellation)
    {
        // An import that was cut short has no end time, and is taken up again.
        await using var command = stores.Postgres.CreateCommand("SELECT count(*) FROM source WHERE name = $1 AND last_import_time IS NOT NULL");
        command.Parameters.AddWithValue(Source);
        if ((long)(await command.ExecuteScalarAsync(cancellation))! == 0)
        {
            var sample = Path.Combine(AppContext.BaseDirectory, "samples", "mlflow_backend.sql.gz");
            await new MlflowImport(stores.Postgres, tracking.Flusher).RunAsync(sample, new ImportOptions { Source = Source }, progress: null, cancellation);
        }
    }
}
