using System.Diagnostics;
using System.Globalization;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.Tracking.Points;
using Npgsql;

namespace AnalyticsGraph.Tracking.Import;

/// <summary>
/// Takes over the records of an MLflow backend store, from a live PostgreSQL database, a plain pg_dump or CSV. Each experiment with all that belongs to it is one transaction:
/// all or nothing, whatever dies meanwhile; its points are in the point log by then, from where the flusher brings each to ClickHouse once. Running an import again makes what
/// came from the source equal to it: adds what is new, changes what changed, takes away what is gone (<see cref="MlflowRemovals"/>), doubles nothing, and leaves alone what
/// was made here.
/// </summary>
/// <param name="postgres">The source of truth.</param>
/// <param name="flusher">Brings the points on.</param>
public sealed class MlflowImport(NpgsqlDataSource postgres, PointFlusher flusher)
{
    /// <summary>Runs an import.</summary>
    /// <param name="source">The path of a plain dump (<c>.sql</c>, <c>.sql.gz</c>) or of a folder of CSV files, a URI <c>postgresql://user:password@host/database</c>, or an Npgsql connection string.</param>
    /// <param name="options">The instance's name.</param>
    /// <param name="progress">Told what is being done; called from any thread.</param>
    /// <param name="ct">Ends the import between two steps; experiments that were stored stay.</param>
    /// <returns>Counts for each table.</returns>
    /// <exception cref="ImportException">The source cannot be read, or an experiment cannot be stored; the message says which.</exception>
    public async Task<ImportReport> RunAsync(string source, ImportOptions options, IProgress<ImportProgress>? progress = null, CancellationToken ct = default)
    {
        var watch = Stopwatch.StartNew();
        progress ??= new Progress<ImportProgress>();
        await using var connection = await postgres.OpenConnectionAsync(ct).ConfigureAwait(false);
        try
        {
            await ImportSession.LockAsync(connection, options.Source, ct).ConfigureAwait(false);
            var staging = new MlflowStaging(connection);
            await using (var tables = TableSource.Open(source))
                await staging.LoadAsync(tables, progress, ct).ConfigureAwait(false);
            await ImportSession.ExecuteAsync(connection, MlflowStatements.Functions, ct).ConfigureAwait(false);
            await RequireSameServerAsync(connection, options.Source, ct).ConfigureAwait(false);
            await AddSourceAsync(connection, options.Source, ct).ConfigureAwait(false);

            var counts = new TableCounts();
            var experiments = await FindExperimentsAsync(connection, ct).ConfigureAwait(false);
            for (var i = 0; i < experiments.Count; i++)
            {
                progress.Report(new ImportProgress(ImportStage.Storing, experiments[i].Name, 0, (double)i / experiments.Count));
                await StoreExperimentAsync(connection, options.Source, experiments[i], staging, counts, progress, ct).ConfigureAwait(false);

                // The log is a passage, no store: it is emptied while the import goes on.
                if (flusher.PendingBytes > 64 << 20)
                    await TryFlushAsync(ct).ConfigureAwait(false);
            }

            var warnings = await MarkLostExperimentsAsync(connection, options.Source, counts, ct).ConfigureAwait(false);
            var version = await StoreRestAsync(connection, options.Source, staging, counts, ct).ConfigureAwait(false);
            warnings.AddRange(await FindWarningsAsync(connection, options.Source, ct).ConfigureAwait(false));
            progress.Report(new ImportProgress(ImportStage.Flushing, "metric points", 0, null));
            if (await TryFlushAsync(ct).ConfigureAwait(false) is { } waits)
                warnings.Add(waits);
            return new ImportReport(options.Source, version, ToReport(staging, counts), warnings, watch.Elapsed);
        }
        finally
        {
            await ImportSession.DiscardAsync(connection).ConfigureAwait(false);
        }
    }

    /// <summary>Brings the points to ClickHouse; that it is away is no failure of the import, because the log has them.</summary>
    /// <returns>A warning, or null.</returns>
    private async Task<string?> TryFlushAsync(CancellationToken ct)
    {
        try
        {
            await flusher.FlushAsync(ct).ConfigureAwait(false);
            return null;
        }
        catch (ClickHouseException fault)
        {
            return $"ClickHouse did not take the points yet ({fault.Message}). They are safe in the log, and follow when it answers and a server runs.";
        }
    }

    private static List<ImportedTable> ToReport(MlflowStaging staging, TableCounts counts) =>
    [
        .. staging.Rows.Keys.Union(counts.Shrunk).Order(StringComparer.Ordinal).Select(table => counts.ToReport(table, staging.Rows.GetValueOrDefault(table))),
    ];

    /// <summary>Another server's records under the same name would overwrite those of the first, and mark the rest of them as deleted.</summary>
    private static async Task RequireSameServerAsync(NpgsqlConnection connection, string source, CancellationToken ct)
    {
        await using var ask = new NpgsqlCommand(
            """
            SELECT EXISTS (SELECT FROM run WHERE source = $1 AND original_id IS NOT NULL)
                AND NOT EXISTS (SELECT FROM run r JOIN pg_temp.mlflow_runs s ON s.run_uuid = r.original_id WHERE r.source = $1)
            """, connection)
        { CommandTimeout = 0, Parameters = { new() { Value = source } } };
        if (await ask.ExecuteScalarAsync(ct).ConfigureAwait(false) is true)
        {
            throw new ImportException(
                $"None of the runs that were imported from '{source}' before is there any more: this seems to be another MLflow server, and nothing was changed. Give it a name of its own, such as --source {source}-2.");
        }
    }

    private async Task StoreExperimentAsync(
        NpgsqlConnection connection, string source, (string Id, string Name) experiment, MlflowStaging staging, TableCounts counts, IProgress<ImportProgress> progress,
        CancellationToken ct)
    {
        try
        {
            var mine = new TableCounts();
            await using var transaction = await ImportSession.BeginAsync(connection, ct).ConfigureAwait(false);
            await using (var free = new NpgsqlCommand(MlflowStatements.FreeName, connection) { Parameters = { new() { Value = source }, new() { Value = experiment.Id } } })
                await free.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
            await mine.RunAsync(connection, "experiments", MlflowStatements.Experiment, source, experiment.Id, 0, ct).ConfigureAwait(false);
            await using var find = new NpgsqlCommand("SELECT id FROM experiment WHERE source = $1 AND original_id = $2", connection)
            {
                Parameters = { new() { Value = source }, new() { Value = experiment.Id } },
            };
            var id = (long)(await find.ExecuteScalarAsync(ct).ConfigureAwait(false))!;
            foreach (var sql in MlflowStatements.Adoptions)
            {
                await using var adopt = new NpgsqlCommand(sql, connection)
                {
                    CommandTimeout = 0,
                    Parameters = { new() { Value = source }, new() { Value = experiment.Id }, new() { Value = id } },
                };
                await adopt.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
            }

            foreach (var (table, sql) in MlflowRemovals.OfExperiment.Where(removal => staging.Has(removal.Table)))
                await mine.RemoveAsync(connection, table, sql, source, id, ct).ConfigureAwait(false);
            foreach (var (table, sql) in MlflowStatements.OfExperiment)
                await mine.RunAsync(connection, table, sql, source, experiment.Id, id, ct).ConfigureAwait(false);
            var points = new ImportedPoints(
                connection, flusher, source, id, MlflowStatements.Points, "EXISTS (SELECT FROM pg_temp.mlflow_runs s WHERE s.run_uuid = r.original_id)",
                staging.Has("metrics") ? [MetricScope.Run] : [], rows => progress.Report(new ImportProgress(ImportStage.Storing, experiment.Name, rows, null)));
            mine.Add("metrics", await points.StoreAsync(ct).ConfigureAwait(false), 0);
            mine.AddRemoved("metrics", points.Removed);
            mine.Add("latest_metrics", points.Series.Added, points.Series.Changed);
            mine.AddRemoved("latest_metrics", points.Series.Removed);
            await transaction.CommitAsync(ct).ConfigureAwait(false);
            flusher.NoteLogged(points.LoggedBytes);
            counts.Add(mine);
        }
        catch (Exception fault) when (fault is PostgresException { IsTransient: false } or GraphQLException)
        {
            var cause = fault is PostgresException { Detail: { } detail } refused ? $"{refused.MessageText} {detail}" : fault.Message;
            throw new ImportException(
                $"The experiment '{experiment.Name}' ({experiment.Id}) could not be stored and was left as it was: {cause} Experiments before it are in; run the import again when the cause is mended.", fault);
        }
    }

    /// <summary>What belongs to no experiment, in one transaction.</summary>
    /// <returns>The source's schema version.</returns>
    private static async Task<string?> StoreRestAsync(NpgsqlConnection connection, string source, MlflowStaging staging, TableCounts counts, CancellationToken ct)
    {
        await using var transaction = await ImportSession.BeginAsync(connection, ct).ConfigureAwait(false);
        foreach (var (table, sql) in MlflowRemovals.OfSource.Where(removal => staging.Has(removal.Table)))
            await counts.RemoveAsync(connection, table, sql, source, 0, ct).ConfigureAwait(false);
        foreach (var (table, sql) in MlflowStatements.OfSource)
            await counts.RunAsync(connection, table, sql, source, "", 0, ct).ConfigureAwait(false);
        foreach (var link in MlflowRemovals.Links.Concat(MlflowStatements.Links))
        {
            await using var command = new NpgsqlCommand(link, connection) { CommandTimeout = 0, Parameters = { new() { Value = source } } };
            await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }

        foreach (var (table, columns, unknown) in staging.Others)
            await StoreOtherAsync(connection, source, table, columns, unknown, counts, ct).ConfigureAwait(false);
        await RemoveKnownTablesAsync(connection, source, staging, ct).ConfigureAwait(false);
        await using var finish = new NpgsqlCommand(
            "UPDATE source SET last_import_time = now(), schema_version = (SELECT max(version_num) FROM pg_temp.mlflow_alembic_version) WHERE name = $1 RETURNING schema_version", connection)
        {
            Parameters = { new() { Value = source } },
        };
        var version = await finish.ExecuteScalarAsync(ct).ConfigureAwait(false) as string;
        await transaction.CommitAsync(ct).ConfigureAwait(false);
        return version;
    }

    /// <summary>Keeps rows as JSON: of an unknown table all, of a known one those that have something in a column that is not known.</summary>
    private static async Task StoreOtherAsync(
        NpgsqlConnection connection, string source, string table, IReadOnlyList<string> columns, IReadOnlyList<string> unknown, TableCounts counts, CancellationToken ct)
    {
        var names = string.Join(", ", columns.Select(column => "t." + MlflowStaging.Quote(column)));
        var says = unknown.Count == columns.Count ? "" : $"WHERE coalesce({string.Join(", ", unknown.Select(column => "t." + MlflowStaging.Quote(column)))}) IS NOT NULL";
        await using var ask = new NpgsqlCommand("SELECT holds_credentials($1, $2)", connection) { Parameters = { new() { Value = table }, new() { Value = columns.ToArray() } } };
        var isWithheld = await ask.ExecuteScalarAsync(ct).ConfigureAwait(false) is true ? "TRUE" : "FALSE";
        var insert =
            $"""
            INSERT INTO other_row (source, table_name, ordinal, is_partial, is_withheld, data)
            SELECT $1, $2, row_number() OVER (ORDER BY t.{MlflowStaging.Ordinal}), {(says.Length > 0 ? "TRUE" : "FALSE")}, {isWithheld}, (SELECT row_to_json(r) FROM (SELECT {names}) r)
            FROM pg_temp.{MlflowStaging.Name(table)} t {says}
            ON CONFLICT (source, table_name, ordinal) DO UPDATE SET data = EXCLUDED.data, is_partial = EXCLUDED.is_partial, is_withheld = EXCLUDED.is_withheld
                WHERE (other_row.data::text, other_row.is_partial, other_row.is_withheld) IS DISTINCT FROM (EXCLUDED.data::text, EXCLUDED.is_partial, EXCLUDED.is_withheld)
            """;
        await counts.RunAsync(connection, table, insert, source, table, 0, ct).ConfigureAwait(false);
        await using var remove = new NpgsqlCommand(
            $"DELETE FROM other_row WHERE source = $1 AND table_name = $2 AND ordinal > (SELECT count(*) FROM pg_temp.{MlflowStaging.Name(table)} t {says})", connection)
        {
            CommandTimeout = 0,
            Parameters = { new() { Value = source }, new() { Value = table } },
        };
        counts.AddRemoved(table, await remove.ExecuteNonQueryAsync(ct).ConfigureAwait(false));
    }

    /// <summary>Removes the JSON rows of tables that have all their columns in the graph by now; of tables that did not come, nothing is known.</summary>
    private static async Task RemoveKnownTablesAsync(NpgsqlConnection connection, string source, MlflowStaging staging, CancellationToken ct)
    {
        await using var remove = new NpgsqlCommand("DELETE FROM other_row WHERE source = $1 AND table_name = ANY($2)", connection)
        {
            CommandTimeout = 0,
            Parameters = { new() { Value = source }, new() { Value = staging.Rows.Keys.Except(staging.Others.Select(other => other.Table)).ToArray() } },
        };
        await remove.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Marks what the source has no more as deleted, each experiment in a transaction. One in which runs were made here and are in use stays as it is.</summary>
    /// <returns>A warning for each that stays.</returns>
    private static async Task<List<string>> MarkLostExperimentsAsync(NpgsqlConnection connection, string source, TableCounts counts, CancellationToken ct)
    {
        var lost = new List<(long Id, string Name, bool HasOwnRuns)>();
        await using (var find = new NpgsqlCommand(
            """
            SELECT e.id, e.name, EXISTS (SELECT FROM run r WHERE r.experiment_id = e.id AND r.original_id IS NULL AND r.lifecycle_stage = 'ACTIVE')
            FROM experiment e
            WHERE e.source = $1 AND e.original_id IS NOT NULL AND e.lifecycle_stage = 'ACTIVE'
                AND NOT EXISTS (SELECT FROM pg_temp.mlflow_experiments s WHERE s.experiment_id = e.original_id)
            ORDER BY e.id
            """, connection)
        { Parameters = { new() { Value = source } } })
        await using (var reader = await find.ExecuteReaderAsync(ct).ConfigureAwait(false))
        {
            while (await reader.ReadAsync(ct).ConfigureAwait(false))
                lost.Add((reader.GetInt64(0), reader.GetString(1), reader.GetBoolean(2)));
        }

        foreach (var experiment in lost.Where(experiment => !experiment.HasOwnRuns))
        {
            await using var transaction = await ImportSession.BeginAsync(connection, ct).ConfigureAwait(false);
            foreach (var (table, sql) in MlflowRemovals.OfLostExperiment)
                await counts.RemoveAsync(connection, table, sql, source, experiment.Id, ct).ConfigureAwait(false);
            await transaction.CommitAsync(ct).ConfigureAwait(false);
        }

        return [.. lost.Where(experiment => experiment.HasOwnRuns).Select(experiment =>
            $"The source has no experiment '{experiment.Name}' any more; it stays, because it has runs that were made here.")];
    }

    private static async Task<List<string>> FindWarningsAsync(NpgsqlConnection connection, string source, CancellationToken ct)
    {
        var warnings = new List<string>();
        await using var compare = new NpgsqlCommand(MlflowStatements.CompareLatest, connection) { CommandTimeout = 0, Parameters = { new() { Value = source } } };
        if (await compare.ExecuteScalarAsync(ct).ConfigureAwait(false) is long and > 0 and var differing)
            warnings.Add(string.Create(CultureInfo.InvariantCulture, $"{differing} of the source's latest metrics differ from the latest of its points; the points were believed."));
        (string What, string Sql)[] lost =
        [
            ("runs belong to no experiment of the source and were left out", "SELECT count(*) FROM pg_temp.mlflow_runs r WHERE NOT EXISTS (SELECT FROM pg_temp.mlflow_experiments e WHERE e.experiment_id = r.experiment_id)"),
            ("metric points belong to no run of the source and were left out", "SELECT count(*) FROM pg_temp.mlflow_metrics m WHERE NOT EXISTS (SELECT FROM pg_temp.mlflow_runs r WHERE r.run_uuid = m.run_uuid)"),
            ("metric points with times outside the years 1900 to 2299 were brought to the nearest of these",
                "SELECT count(*) FROM pg_temp.mlflow_metrics m WHERE m.timestamp::numeric NOT BETWEEN -2208988800000 AND 10413791999000"),
            ("traces belong to no experiment of the source and were left out", "SELECT count(*) FROM pg_temp.mlflow_trace_info t WHERE NOT EXISTS (SELECT FROM pg_temp.mlflow_experiments e WHERE e.experiment_id = t.experiment_id)"),
        ];
        await using (var withheld = new NpgsqlCommand(
            "SELECT count(*), string_agg(DISTINCT table_name, ', ' ORDER BY table_name) FROM other_row WHERE source = $1 AND is_withheld", connection)
        { Parameters = { new() { Value = source } } })
        await using (var reader = await withheld.ExecuteReaderAsync(ct).ConfigureAwait(false))
        {
            if (await reader.ReadAsync(ct).ConfigureAwait(false) && reader.GetInt64(0) is > 0 and var rows)
                warnings.Add(string.Create(CultureInfo.InvariantCulture, $"{rows} rows of tables with credentials ({reader.GetString(1)}) were kept, and cannot be read through the graph."));
        }

        foreach (var (what, sql) in lost)
        {
            await using var count = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
            if (await count.ExecuteScalarAsync(ct).ConfigureAwait(false) is long and > 0 and var missing)
                warnings.Add(string.Create(CultureInfo.InvariantCulture, $"{missing} {what}."));
        }

        return warnings;
    }

    private static async Task<List<(string Id, string Name)>> FindExperimentsAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var find = new NpgsqlCommand("SELECT experiment_id, name FROM pg_temp.mlflow_experiments ORDER BY length(experiment_id), experiment_id", connection);
        await using var reader = await find.ExecuteReaderAsync(ct).ConfigureAwait(false);
        var experiments = new List<(string, string)>();
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
            experiments.Add((reader.GetString(0), reader.GetString(1)));
        return experiments;
    }

    private static async Task AddSourceAsync(NpgsqlConnection connection, string source, CancellationToken ct)
    {
        await using var add = new NpgsqlCommand(
            "INSERT INTO source (name, system) VALUES ($1, 'MLFLOW') ON CONFLICT (name) DO UPDATE SET name = source.name RETURNING system", connection)
        { Parameters = { new() { Value = source } } };
        if (await add.ExecuteScalarAsync(ct).ConfigureAwait(false) is not "MLFLOW")
            throw new ImportException($"The source '{source}' is no MLflow server here. Give this import a name of its own: --source NAME");
    }
}
