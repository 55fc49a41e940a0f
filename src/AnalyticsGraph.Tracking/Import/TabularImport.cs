using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Tracking.Points;
using Npgsql;

namespace AnalyticsGraph.Tracking.Import;

/// <summary>
/// Takes over a database of tabular datasets, as the wine data come in: every further column of <c>samples</c> is a feature, a number where all its values are, else a text.
/// Targets and predictions name a sample's index without its dataset: the n-th row of an index, by id, belongs to the n-th dataset that has such a sample, unless they have a column
/// <c>dataset_id</c>, as an export gives them where this would be another one.
/// </summary>
/// <param name="postgres">The source of truth.</param>
/// <param name="clickHouse">Where the rows go.</param>
/// <param name="flusher">Not needed for these, but part of every import.</param>
public sealed class TabularImport(NpgsqlDataSource postgres, ClickHouseClient clickHouse, PointFlusher flusher) : OriginalImport(postgres, clickHouse, flusher)
{
    private const string Dataset = "\"analyticsgraph dataset\"";
    private const string Word = "LowCardinality(Nullable(String))";

    private protected override string System => "TABULAR";

    private protected override IReadOnlyList<OriginalTable> Tables => OriginalTables.Tabular;

    private protected override TableSource Open(string from) => TableSource.Open(from);

    private protected override async Task PrepareAsync(OriginalRun run, CancellationToken ct)
    {
        var samples = OriginalTables.Samples.Staged;
        await run.ExecuteAsync($"UPDATE {samples} SET {Sql.Aside} = true WHERE NOT {Sql.Aside} AND pg_temp.whole_number(sample_index) IS NULL", ct).ConfigureAwait(false);
        await MarkTwiceAsync(run, samples, "dataset_id, sample_index", ct).ConfigureAwait(false);
        foreach (var (table, index) in new[] { (OriginalTables.Targets, "target_index"), (OriginalTables.Predictions, "prediction_index") })
        {
            var named = run.Staging.Unknown(table).FirstOrDefault(name => name.Equals("dataset_id", StringComparison.OrdinalIgnoreCase));
            var found = named is null
                ? $"""
                (SELECT {Sql.Ordinal} AS ordinal, sample_index, row_number() OVER (PARTITION BY sample_index ORDER BY {table.Key[0]}::bigint) AS n FROM {table.Staged} WHERE NOT {Sql.Aside}) r
                    JOIN (SELECT dataset_id, sample_index, row_number() OVER (PARTITION BY sample_index ORDER BY dataset_id::bigint) AS n FROM {samples} WHERE NOT {Sql.Aside}) d USING (sample_index, n)
                WHERE t.{Sql.Ordinal} = r.ordinal
                """
                : $"{OriginalTables.Datasets.Staged} d WHERE NOT d.{Sql.Aside} AND NOT t.{Sql.Aside} AND d.dataset_id = pg_temp.whole_number(t.{run.Staging.Column(table, named)})::text";
            await run.ExecuteAsync(
                $"""
                ALTER TABLE {table.Staged} ADD COLUMN {Dataset} text;
                UPDATE {table.Staged} t SET {Dataset} = d.dataset_id FROM {found};
                UPDATE {table.Staged} SET {Sql.Aside} = true WHERE NOT {Sql.Aside} AND ({Dataset} IS NULL OR pg_temp.whole_number({index}) IS NULL)
                """, ct).ConfigureAwait(false);
            await MarkTwiceAsync(run, table.Staged, $"{Dataset}, {index}", ct).ConfigureAwait(false);
        }
    }

    private protected override async Task StoreRecordsAsync(OriginalRun run, CancellationToken ct)
    {
        await run.RemoveAsync(
            OriginalTables.Datasets,
            $"""
            UPDATE dataset SET {OriginalRun.Deleted()} WHERE source = $1 AND original_id IS NOT NULL AND lifecycle_stage = 'ACTIVE'
                AND NOT EXISTS (SELECT FROM {OriginalTables.Datasets.Staged} s WHERE s.dataset_id = dataset.original_id AND NOT s.{Sql.Aside})
                AND NOT EXISTS (SELECT FROM prediction_set h WHERE h.dataset_id = dataset.id AND h.original_id IS NULL AND h.lifecycle_stage = 'ACTIVE')
            """, ct).ConfigureAwait(false);
        await run.StoreAsync(
            OriginalTables.Datasets, "dataset", "source, original_id", [("source", "$1"), ("original_id", "s.dataset_id"), .. OriginalRun.InUse], "", ct).ConfigureAwait(false);
        await StoreFeaturesAsync(run, ct).ConfigureAwait(false);
        var predicted = $"d.source = $1 AND d.original_id IN (SELECT {Dataset} FROM {OriginalTables.Predictions.Staged} WHERE NOT {Sql.Aside})";

        // A set of that name that was made here is the source's from then on.
        await run.ExecuteAsync(
            $"""
            UPDATE prediction_set p SET source = $1, original_id = 'predictions:' || d.original_id FROM dataset d
            WHERE {predicted} AND p.dataset_id = d.id AND p.name = 'predictions' AND p.original_id IS NULL
                AND NOT EXISTS (SELECT FROM prediction_set o WHERE o.source = $1 AND o.original_id = 'predictions:' || d.original_id)
            """, ct).ConfigureAwait(false);
        await run.ExecuteAsync(
            $"""
            INSERT INTO prediction_set AS p (source, original_id, dataset_id, name)
            SELECT $1, 'predictions:' || d.original_id, d.id, 'predictions' FROM dataset d
            WHERE {predicted}
            ON CONFLICT (source, original_id) DO UPDATE SET lifecycle_stage = 'ACTIVE', deletion = NULL WHERE p.lifecycle_stage <> 'ACTIVE'
            """, ct).ConfigureAwait(false);
    }

    private protected override async Task StoreSeriesAsync(OriginalRun run, CancellationToken ct)
    {
        var datasets = await run.IdsAsync("SELECT id FROM dataset WHERE source = $1 AND original_id IS NOT NULL", ct).ConfigureAwait(false);
        if (run.Staging.Has(OriginalTables.Samples))
            await StoreSamplesAsync(run, datasets, ct).ConfigureAwait(false);
        if (run.Staging.Has(OriginalTables.Targets))
        {
            await StoreRowsAsync(
                run, OriginalTables.Targets, "target", "dataset_id", "target_index", datasets,
                $"SELECT d.id AS dataset_id, d.id AS owner, s.target_id, s.sample_index, s.class, s.target_index AS place FROM {OriginalTables.Targets.Staged} s JOIN dataset d ON d.source = $1 AND d.original_id = s.{Dataset} WHERE NOT s.{Sql.Aside}", ct).ConfigureAwait(false);
        }

        if (run.Staging.Has(OriginalTables.Predictions))
        {
            await StoreRowsAsync(
                run, OriginalTables.Predictions, "prediction", "prediction_set_id", "prediction_index",
                await run.IdsAsync("SELECT id FROM prediction_set WHERE source = $1 AND original_id IS NOT NULL", ct).ConfigureAwait(false),
                $"""
                SELECT p.dataset_id, p.id AS owner, s.prediction_id, s.sample_index, s.class, s.prediction_index AS place
                FROM {OriginalTables.Predictions.Staged} s JOIN prediction_set p ON p.source = $1 AND p.original_id = 'predictions:' || s.{Dataset} WHERE NOT s.{Sql.Aside}
                """, ct).ConfigureAwait(false);
        }
    }

    /// <summary>A staged sample's features as a JSON object. A function takes at most 100 arguments.</summary>
    private static string RowOf(OriginalRun run) => run.Staging.Features(OriginalTables.Samples) is { Count: > 0 } features
        ? $"({string.Join(" || ", features.Chunk(50).Select(chunk => $"jsonb_build_object({string.Join(", ", chunk.Select(name => $"{Sql.Text(name)}, s.{run.Staging.Column(OriginalTables.Samples, name)}"))})"))})"
        : "'{}'::jsonb";

    private static Task<int> MarkTwiceAsync(OriginalRun run, string staged, string columns, CancellationToken ct) => run.ExecuteAsync(
        $"""
        UPDATE {staged} t SET {Sql.Aside} = true
        FROM (SELECT {Sql.Ordinal} AS ordinal, row_number() OVER (PARTITION BY {columns} ORDER BY {Sql.Ordinal}) AS n FROM {staged} WHERE NOT {Sql.Aside}) k
        WHERE k.ordinal = t.{Sql.Ordinal} AND k.n > 1
        """, ct);

    /// <summary>The columns of each dataset, in the table's order. Those that were added here behind them stay.</summary>
    private static async Task StoreFeaturesAsync(OriginalRun run, CancellationToken ct)
    {
        var features = run.Staging.Features(OriginalTables.Samples);
        if (!run.Staging.Has(OriginalTables.Samples) || features.Count == 0)
            return;
        await run.ExecuteAsync(
            $"""
            CREATE TEMP TABLE feature AS
            SELECT d.id AS dataset_id, n.position, n.name, CASE WHEN bool_and(e.value IS NULL OR pg_temp.double_number(e.value) IS NOT NULL) THEN 'NUMBER' ELSE 'TEXT' END AS type
            FROM {OriginalTables.Samples.Staged} s JOIN dataset d ON d.source = $1 AND d.original_id = s.dataset_id CROSS JOIN LATERAL jsonb_each_text({RowOf(run)}) e
                JOIN (VALUES {string.Join(", ", features.Select((name, i) => $"({i}, {Sql.Text(name)})"))}) n (position, name) ON n.name = e.key
            WHERE NOT s.{Sql.Aside} GROUP BY d.id, n.position, n.name
            """, ct).ConfigureAwait(false);
        await run.ExecuteAsync(
            """
            DELETE FROM dataset_feature f WHERE EXISTS (SELECT FROM pg_temp.feature n WHERE n.dataset_id = f.dataset_id AND (n.position = f.position OR n.name = f.name))
                AND NOT EXISTS (SELECT FROM pg_temp.feature n WHERE (n.dataset_id, n.position, n.name, n.type) = (f.dataset_id, f.position, f.name, f.type))
            """, ct).ConfigureAwait(false);
        await run.ExecuteAsync("INSERT INTO dataset_feature (dataset_id, position, name, type) SELECT dataset_id, position, name, type FROM pg_temp.feature ON CONFLICT DO NOTHING", ct).ConfigureAwait(false);
    }

    private async Task StoreSamplesAsync(OriginalRun run, long[] datasets, CancellationToken ct)
    {
        await run.ExecuteAsync(
            $$"""
            CREATE TEMP TABLE row_of_data AS
            SELECT d.id AS dataset_id, s.sample_index::bigint AS sample_index, s.sample_id AS original_id, v.features, v.texts
            FROM {{OriginalTables.Samples.Staged}} s JOIN dataset d ON d.source = $1 AND d.original_id = s.dataset_id
                CROSS JOIN LATERAL (
                    SELECT coalesce(jsonb_object_agg(e.key, pg_temp.double_number(e.value)) FILTER (WHERE f.type = 'NUMBER'), '{}') AS features,
                        coalesce(jsonb_object_agg(e.key, e.value) FILTER (WHERE f.type = 'TEXT'), '{}') AS texts
                    FROM jsonb_each_text({{RowOf(run)}}) e JOIN dataset_feature f ON f.dataset_id = d.id AND f.name = e.key WHERE e.value IS NOT NULL) v
            WHERE NOT s.{{Sql.Aside}}
            """, ct).ConfigureAwait(false);
        await TabularRows.ReadSamplesAsync(run.Series, "present_sample", datasets, ct).ConfigureAwait(false);
        await using (var select = run.Command(
            """
            SELECT p.dataset_id IS NULL, d.dataset_id, d.sample_index, d.original_id,
                ARRAY(SELECT key FROM jsonb_each(d.features) ORDER BY key COLLATE "C") AS features,
                ARRAY(SELECT pg_temp.double_number(value #>> '{}') FROM jsonb_each(d.features) ORDER BY key COLLATE "C") AS features_values,
                ARRAY(SELECT key FROM jsonb_each(d.texts) ORDER BY key COLLATE "C") AS texts,
                ARRAY(SELECT value #>> '{}' FROM jsonb_each(d.texts) ORDER BY key COLLATE "C") AS texts_values
            FROM pg_temp.row_of_data d LEFT JOIN pg_temp.present_sample p USING (dataset_id, sample_index)
            WHERE p.dataset_id IS NULL OR (p.original_id, p.features, p.texts) IS DISTINCT FROM (d.original_id, d.features, d.texts)
            """))
        {
            var (added, changed, _) = await run.Series.WriteAsync(
                "sample", select, ["Int64", "Int64", "String", "Map(LowCardinality(String), Float64)", "Map(LowCardinality(String), String)"], ct).ConfigureAwait(false);
            run.Counts.Add(OriginalTables.Samples.Name, added, changed);
        }

        await RemoveAsync(run, OriginalTables.Samples, "sample", "dataset_id", "sample_index", "pg_temp.present_sample", "SELECT dataset_id, sample_index FROM pg_temp.row_of_data", ct).ConfigureAwait(false);
    }

    private async Task StoreRowsAsync(OriginalRun run, OriginalTable table, string target, string owner, string place, long[] owners, string rows, CancellationToken ct)
    {
        var hasSet = owner != "dataset_id";
        await TabularRows.ReadAsync(run.Series, $"present_{target}", target, owner, place, owners, ct).ConfigureAwait(false);
        await run.ExecuteAsync($"CREATE TEMP TABLE wanted_{target} AS {rows}", ct).ConfigureAwait(false);
        await using (var select = run.Command(
            $"""
            SELECT p.owner IS NULL, w.dataset_id, {(hasSet ? $"w.owner AS {owner}, " : "")}w.place::bigint AS {place}, w.sample_index::bigint AS sample_index,
                w.{table.Key[0]} AS original_id, w.class, NULL::double precision AS value{(hasSet ? ", NULL::text[] AS probabilities, NULL::double precision[] AS probabilities_values" : "")}
            FROM pg_temp.wanted_{target} w LEFT JOIN pg_temp.present_{target} p ON p.owner = w.owner AND p.place = w.place::bigint
            WHERE p.owner IS NULL OR (p.sample_index::text, p.original_id, p.class) IS DISTINCT FROM (w.sample_index, w.{table.Key[0]}, w.class)
            """))
        {
            string[] types = ["Int64", .. hasSet ? ["Int64"] : Array.Empty<string>(), "Int64", "Int64", "String", Word, "Nullable(Float64)", .. hasSet ? ["Map(LowCardinality(String), Float64)"] : Array.Empty<string>()];
            var (added, changed, _) = await run.Series.WriteAsync(target, select, types, ct).ConfigureAwait(false);
            run.Counts.Add(table.Name, added, changed);
        }

        await RemoveAsync(run, table, target, owner, place, $"(SELECT owner AS {owner}, place AS {place}, original_id, version FROM pg_temp.present_{target})", $"SELECT owner, place::bigint FROM pg_temp.wanted_{target}", ct).ConfigureAwait(false);
    }

    /// <summary>Removes the rows that an import brought and the source has no more of datasets that it has.</summary>
    /// <param name="run">The import.</param>
    /// <param name="table">The source's table.</param>
    /// <param name="target">ClickHouse's.</param>
    /// <param name="owner">Its column of what the rows belong to, which locks them.</param>
    /// <param name="place">Its column of the row's place.</param>
    /// <param name="present">What ClickHouse has, with these columns.</param>
    /// <param name="wanted">A query for the owners and places that the source has.</param>
    /// <param name="ct">Ends the removal between two steps.</param>
    private async Task RemoveAsync(OriginalRun run, OriginalTable table, string target, string owner, string place, string present, string wanted, CancellationToken ct)
    {
        var kind = owner[..^"_id".Length];
        await using var gone = run.Command(
            $"""
            SELECT p.{owner}, p.{place}, p.version
            FROM {present} p JOIN {kind} o ON o.id = p.{owner} JOIN dataset d ON d.id = {(kind == "dataset" ? "o.id" : "o.dataset_id")}
                JOIN {OriginalTables.Datasets.Staged} s ON s.dataset_id = d.original_id AND d.source = $1 AND NOT s.{Sql.Aside}
            WHERE p.original_id <> '' AND (p.{owner}, p.{place}) NOT IN ({wanted})
            """);
        run.Counts.AddRemoved(table.Name, await run.Series.RemoveAsync(target, [owner, place], (kind, "id"), gone, Flusher, ct).ConfigureAwait(false));
    }
}
