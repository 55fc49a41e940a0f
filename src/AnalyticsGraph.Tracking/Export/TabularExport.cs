using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Tracking.Import;
using AnalyticsGraph.Tracking.Points;
using Npgsql;

namespace AnalyticsGraph.Tracking.Export;

/// <summary>
/// Writes a database of tabular datasets, as the wine data have it. Its predictions have no set: those of the set <c>predictions</c> of each dataset come, others have no place.
/// </summary>
/// <param name="postgres">The source of truth.</param>
/// <param name="clickHouse">Where the rows are.</param>
/// <param name="flusher">Brings what was logged to ClickHouse first.</param>
public sealed class TabularExport(NpgsqlDataSource postgres, ClickHouseClient clickHouse, PointFlusher flusher) : OriginalExport(postgres, clickHouse, flusher)
{
    private protected override string Name => "wine";

    private protected override string System => "TABULAR";

    private protected override IReadOnlyList<OriginalTable> Tables => OriginalTables.Tabular;

    private protected override string OtherType => "text";

    private protected override DumpWriter Writer(Stream target) => new PostgresDumpWriter(target);

    private protected override async Task<IReadOnlyList<(string Name, string Type)>> MoreColumnsAsync(ExportRun run, OriginalTable table, CancellationToken ct)
    {
        if (!table.IsOpen)
            return [];
        var features = await run.TextsAsync(
            """
            SELECT CASE WHEN bool_and(f.type = 'NUMBER') THEN '#' ELSE '-' END || f.name FROM dataset_feature f JOIN pg_temp.id_dataset d ON d.id = f.dataset_id
            GROUP BY f.name ORDER BY min(f.position), f.name COLLATE "C"
            """, ct).ConfigureAwait(false);
        return [.. features.Select(feature => (feature[1..], feature[0] == '#' ? "float" : "text"))];
    }

    private protected override async Task FillAsync(ExportRun run, CancellationToken ct)
    {
        await run.NumberAsync(OriginalTables.Datasets, "dataset", "AND t.experiment_id IS NULL", ct).ConfigureAwait(false);
        await run.FillAsync(OriginalTables.Datasets, "SELECT i.original AS dataset_id, d.name, d.other_columns FROM dataset d JOIN pg_temp.id_dataset i USING (id)", ct).ConfigureAwait(false);
        var datasets = await run.IdsAsync("SELECT id FROM pg_temp.id_dataset", ct).ConfigureAwait(false);
        await TabularRows.ReadSamplesAsync(run.Series, "here_sample", datasets, ct).ConfigureAwait(false);
        await TabularRows.ReadAsync(run.Series, "here_target", "target", "dataset_id", "target_index", datasets, ct).ConfigureAwait(false);
        await TabularRows.ReadAsync(
            run.Series, "here_prediction", "prediction", "prediction_set_id", "prediction_index",
            await run.IdsAsync(
                "SELECT p.id FROM prediction_set p JOIN pg_temp.id_dataset d ON d.id = p.dataset_id WHERE p.name = 'predictions' AND p.lifecycle_stage = 'ACTIVE'", ct).ConfigureAwait(false), ct).ConfigureAwait(false);
        await run.FillAsync(
            OriginalTables.Samples,
            $$"""
            SELECT {{Number("s", OriginalTables.Samples, "here_sample", "d.original::bigint, s.sample_index")}} AS sample_id, d.original AS dataset_id, s.sample_index,
                (SELECT coalesce(jsonb_object_agg(f.key, pg_temp.double_number(f.value #>> '{}')::text), '{}') FROM jsonb_each(s.features) f) || s.texts AS more
            FROM pg_temp.here_sample s JOIN pg_temp.id_dataset d ON d.id = s.dataset_id
            """, ct).ConfigureAwait(false);
        foreach (var (table, here, place, datasetOf) in new[]
        {
            (OriginalTables.Predictions, "here_prediction", "prediction_index", "JOIN prediction_set o ON o.id = s.owner JOIN pg_temp.id_dataset d ON d.id = o.dataset_id"),
            (OriginalTables.Targets, "here_target", "target_index", "JOIN pg_temp.id_dataset d ON d.id = s.owner"),
        })
        {
            await run.ExecuteAsync(
                $"""
                CREATE TEMP TABLE {here}_row ON COMMIT DROP AS
                SELECT {Number("s", table, here, "s.owner, s.place")} AS id, d.original AS dataset_id, s.sample_index, s.place, s.class FROM pg_temp.{here} s {datasetOf}
                """, ct).ConfigureAwait(false);
            await run.FillAsync(table, $"SELECT id AS {table.Key[0]}, sample_index, place AS {place}, class FROM pg_temp.{here}_row", ct).ConfigureAwait(false);
            await NameDatasetsAsync(run, table, $"pg_temp.{here}_row", ct).ConfigureAwait(false);
        }
    }

    /// <summary>Has the rows say of which dataset they are, in a column that the original does not have, if an import would take any of them for another one's, or if some say so already.</summary>
    private static Task NameDatasetsAsync(ExportRun run, OriginalTable table, string rows, CancellationToken ct)
    {
        var (key, kept) = (table.Key[0], $"pg_temp.whole_number(data ->> '{table.Key[0]}')");
        return run.ExecuteAsync(
            $"""
            UPDATE {table.Exported} e SET other = e.other || jsonb_build_object('dataset_id', r.dataset_id) FROM {rows} r
            WHERE r.id = e.{key} AND (EXISTS (SELECT FROM {table.Exported} o WHERE o.other ? 'dataset_id') OR EXISTS (
                SELECT FROM (
                    SELECT dataset_id, sample_index, row_number() OVER (PARTITION BY sample_index ORDER BY id) AS n
                    FROM (
                        SELECT id::bigint AS id, dataset_id, sample_index FROM {rows}
                        UNION ALL SELECT {kept}, NULL, pg_temp.whole_number(data ->> 'sample_index') FROM other_row
                        WHERE source = $1 AND table_name = '{table.Name}' AND NOT is_partial AND {kept} IS NOT NULL AND {kept}::text NOT IN (SELECT id FROM {rows})) a) named
                    LEFT JOIN (
                        SELECT d.original AS dataset_id, s.sample_index, row_number() OVER (PARTITION BY s.sample_index ORDER BY d.original::bigint) AS n
                        FROM pg_temp.here_sample s JOIN pg_temp.id_dataset d ON d.id = s.dataset_id) found USING (sample_index, n)
                WHERE named.dataset_id IS NOT NULL AND named.dataset_id IS DISTINCT FROM found.dataset_id))
            """, ct);
    }

    /// <summary>A row's own id, or for one that was made here one behind all of the original's.</summary>
    private static string Number(string row, OriginalTable table, string here, string order) =>
        $"""
        coalesce(nullif({row}.original_id, ''), ((SELECT {Sql.Last} FROM (
            SELECT pg_temp.whole_number(original_id) FROM pg_temp.{here}
            UNION ALL SELECT pg_temp.whole_number(data ->> '{table.Key[0]}') FROM other_row WHERE source = $1 AND table_name = '{table.Name}') m (n))
            + row_number() OVER (PARTITION BY {row}.original_id = '' ORDER BY {order}))::text)
        """;
}
