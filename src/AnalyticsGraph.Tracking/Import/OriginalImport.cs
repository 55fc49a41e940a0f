using System.Diagnostics;
using System.Globalization;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.Tracking.Points;
using Npgsql;

namespace AnalyticsGraph.Tracking.Import;

/// <summary>
/// Takes over the records of a system whose tables the seed documents of the project describe. What belongs to PostgreSQL is one transaction; ClickHouse's rows follow, each under
/// the key that it replaces. An import that died is completed by running it again, and one that is run again adds nothing: rows are compared with those that are there.
/// Nothing is lost: columns without a field are kept beside their record, rows without a place are kept whole, and an export writes both.
/// What an import brought and the source has no more is taken away: records that can be deleted softly are, with all that belongs to them, unless records that were made here need
/// them; the rest is removed, rows of ClickHouse too. A table that the source does not have tells nothing.
/// </summary>
public abstract class OriginalImport
{
    private readonly NpgsqlDataSource _postgres;
    private readonly ClickHouseClient _clickHouse;
    private protected readonly PointFlusher Flusher;

    private protected OriginalImport(NpgsqlDataSource postgres, ClickHouseClient clickHouse, PointFlusher flusher) => (_postgres, _clickHouse, Flusher) = (postgres, clickHouse, flusher);

    /// <summary>The name of <c>source.system</c>.</summary>
    private protected abstract string System { get; }

    private protected abstract IReadOnlyList<OriginalTable> Tables { get; }

    /// <summary>Whether its times are of a type that a database converts between zones, as MySQL does TIMESTAMP; then a dump may say in which they are.</summary>
    private protected virtual bool HasTimestamps => false;

    /// <summary>Runs an import.</summary>
    /// <param name="from">A path, or a connection string where the system has its records in PostgreSQL.</param>
    /// <param name="options">The instance's name and its time zone.</param>
    /// <param name="progress">Told what is being done; called from any thread.</param>
    /// <param name="ct">Ends the import between two steps; running it again completes it.</param>
    /// <returns>Counts for each table.</returns>
    /// <exception cref="ImportException">The source cannot be read or stored; the message says why.</exception>
    public async Task<ImportReport> RunAsync(string from, ImportOptions options, IProgress<ImportProgress>? progress = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var watch = Stopwatch.StartNew();
        progress ??= new Progress<ImportProgress>();
        await using var connection = await _postgres.OpenConnectionAsync(ct).ConfigureAwait(false);
        try
        {
            await ImportSession.LockAsync(connection, options.Source, ct).ConfigureAwait(false);
            await ImportSession.ExecuteAsync(connection, Sql.Functions, ct).ConfigureAwait(false);
            var zone = await ZoneAsync(connection, options, ct).ConfigureAwait(false);
            var staging = new OriginalStaging(connection, Tables);
            var warnings = new List<string>();
            await using (var tables = Open(from))
            {
                await staging.LoadAsync(tables, progress, ct).ConfigureAwait(false);
                if (HasTimestamps && tables.HasUtcTimestamps && zone != "UTC")
                {
                    warnings.Add($"The dump says that its timestamps are in UTC (SET TIME_ZONE), so they were not taken for times of {zone}.");
                    zone = "UTC";
                }
            }

            progress.Report(new ImportProgress(ImportStage.Storing, "records", 0, null));
            var run = new OriginalRun(connection, options.Source, zone, staging, new SeriesTransfer(_clickHouse, connection, options.Source), progress);
            await PrepareAsync(run, ct).ConfigureAwait(false);
            await using (var transaction = await ImportSession.BeginAsync(connection, ct).ConfigureAwait(false))
            {
                await AddSourceAsync(connection, options.Source, zone, ct).ConfigureAwait(false);
                await StoreRecordsAsync(run, ct).ConfigureAwait(false);
                await run.StoreOthersAsync(Tables, ct).ConfigureAwait(false);
                await transaction.CommitAsync(ct).ConfigureAwait(false);
            }

            await StoreSeriesAsync(run, ct).ConfigureAwait(false);
            progress.Report(new ImportProgress(ImportStage.Flushing, "metric points", 0, null));
            await Flusher.FlushAsync(ct).ConfigureAwait(false);
            await run.ExecuteAsync("UPDATE source SET last_import_time = now() WHERE name = $1", ct).ConfigureAwait(false);
            var aside = await run.CountAsideAsync(ct).ConfigureAwait(false);
            if (aside.Values.Sum() is > 0 and var rows)
                warnings.Add(string.Create(CultureInfo.InvariantCulture, $"{rows} rows have no place in the graph (no key, a key twice, or an owner that is not there). They were kept as they are (otherRows), and an export writes them."));
            return new ImportReport(
                options.Source,
                null,
                [.. staging.Rows.Keys.Union(run.Counts.Written).Order(StringComparer.Ordinal).Select(table =>
                    run.Counts.ToReport(table, staging.Rows.GetValueOrDefault(table)) with { Aside = aside.GetValueOrDefault(table) })],
                warnings,
                watch.Elapsed);
        }
        catch (Exception fault) when (fault is PostgresException { IsTransient: false } or GraphQLException)
        {
            throw new ImportException($"The records could not be stored: {fault.Message} Run the import again when the cause is mended.", fault);
        }
        finally
        {
            await ImportSession.DiscardAsync(connection).ConfigureAwait(false);
        }
    }

    private protected virtual TableSource Open(string from) => TableSource.OpenFile(from);

    /// <summary>What the tables need beyond their own marks, before anything is stored.</summary>
    private protected virtual Task PrepareAsync(OriginalRun run, CancellationToken ct) => Task.CompletedTask;

    /// <summary>PostgreSQL's part, in one transaction.</summary>
    private protected abstract Task StoreRecordsAsync(OriginalRun run, CancellationToken ct);

    /// <summary>ClickHouse's part.</summary>
    private protected abstract Task StoreSeriesAsync(OriginalRun run, CancellationToken ct);

    /// <summary>The zone of local times: as asked for, else that of the import before, else UTC.</summary>
    private static async Task<string> ZoneAsync(NpgsqlConnection connection, ImportOptions options, CancellationToken ct)
    {
        await using var ask = new NpgsqlCommand(
            "SELECT z.zone, EXISTS (SELECT FROM pg_timezone_names WHERE name = z.zone) FROM (SELECT coalesce($1, (SELECT time_zone FROM source WHERE name = $2), 'UTC') AS zone) z", connection)
        {
            Parameters = { new NpgsqlParameter<string?> { TypedValue = options.TimeZone }, new() { Value = options.Source } },
        };
        await using var reader = await ask.ExecuteReaderAsync(ct).ConfigureAwait(false);
        await reader.ReadAsync(ct).ConfigureAwait(false);
        return reader.GetBoolean(1)
            ? reader.GetString(0)
            : throw new ImportException($"There is no time zone '{reader.GetString(0)}'. Give an IANA name, such as --time-zone Europe/Berlin.");
    }

    private async Task AddSourceAsync(NpgsqlConnection connection, string source, string zone, CancellationToken ct)
    {
        await using var add = new NpgsqlCommand(
            "INSERT INTO source (name, system, time_zone) VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE SET time_zone = EXCLUDED.time_zone RETURNING system", connection)
        { Parameters = { new() { Value = source }, new() { Value = System }, new() { Value = zone } } };
        if (await add.ExecuteScalarAsync(ct).ConfigureAwait(false) is string system && system != System)
            throw new ImportException($"The source '{source}' is another system's here ({system}). Give this import a name of its own: --source NAME");
    }
}
