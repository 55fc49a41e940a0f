using System.Diagnostics;
using System.Globalization;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Server.Hosting;
using AnalyticsGraph.Tracking.Maintenance;
using Npgsql;

namespace AnalyticsGraph.Benchmarks.Scaling;

/// <summary>
/// Makes the data of <see cref="ScaleSize"/> in minutes: records and points by one statement of each store, then all that is derived of them (summaries, order rows, copies of records) as
/// <c>repair</c> builds it anew. The same every time. Nothing is flattered: values are random in 32 bits around a falling curve, times have a jitter of milliseconds, and every step came by a
/// group of its own, between those of other writers.
/// </summary>
internal static class ScaleData
{
    public const string Many = "scale: many";
    public const string Large = "scale: large";
    public const string Long = "scale: long";
    public const string Compared = "scale: compared";
    public const string Listed = "scale: listed";
    private const string PlaceFile = "scale.json";

    // 2026-01-31T12:00:00Z
    private const long Start = 1_769_860_800_000;
    private static readonly TimeSpan StatementLimit = TimeSpan.FromHours(1);

    /// <summary>Writes the data if they are not there yet.</summary>
    /// <param name="data">The data folder, of which the stores are.</param>
    /// <param name="groups">What to write.</param>
    /// <param name="stores">The stores.</param>
    /// <param name="tracking">Brings what is derived; its background work need not run.</param>
    /// <param name="told">Told each step.</param>
    /// <exception cref="InvalidOperationException">The folder has something else.</exception>
    public static async Task<ScalePlace> EnsureAsync(string data, IReadOnlyList<ScaleGroup> groups, Stores stores, TrackingServices tracking, Action<string> told)
    {
        var file = Path.Combine(data, PlaceFile);
        if (File.Exists(file))
        {
            var known = ScalePlace.Parse(await File.ReadAllTextAsync(file));
            return await tracking.Rollups.BuildAsync() == 0 ? known : await MeasureAsync(known.Groups);
        }

        if (await NumberAsync(stores.Postgres, "SELECT count(*) FROM experiment") > 0)
        {
            throw new InvalidOperationException($"{data} has other data, or some that were not completed: delete it, or name another folder.");
        }

        var clock = Stopwatch.StartNew();
        var written = new List<ScaleGroup>();
        foreach (var group in groups)
        {
            Tell($"{group.Name}: {group.AllRuns:N0} runs, {group.Points:N0} points");
            written.Add(await WriteAsync(stores, group));
        }

        Tell($"parts are merged");
        await ExecuteAsync(stores.ClickHouse, "OPTIMIZE TABLE metric_point FINAL");
        Tell($"summaries, order rows and copies are built");
        var report = await new StoreRepair(stores.Postgres, stores.ClickHouse, tracking.Flusher, tracking.Copier).RunAsync();
        Tell($"rollups are built");
        await tracking.Rollups.BuildAsync();
        var place = await MeasureAsync(written);
        Tell($"done: {report.Summaries:N0} series, {(place.ClickHouseBytes + place.PostgresBytes) / (double)place.Points:0.00} bytes a point");
        return place;

        async Task<ScalePlace> MeasureAsync(IReadOnlyList<ScaleGroup> present)
        {
            await ExecuteAsync(stores.ClickHouse, "OPTIMIZE TABLE metric_rollup FINAL");
            await ExecuteAsync(stores.ClickHouse, "OPTIMIZE TABLE run_dimension FINAL");
            await ExecuteAsync(stores.Postgres, "VACUUM ANALYZE");
            var measured = new ScalePlace(
                "",
                present,
                await ClickHouseBytesAsync(stores.ClickHouse),
                await NumberAsync(stores.Postgres, "SELECT sum(pg_total_relation_size(t))::bigint FROM unnest(ARRAY['run_metric', 'run_metric_order', 'run_metric_rollup', 'run_counter']::regclass[]) AS t"));
            await File.WriteAllTextAsync(file, measured.ToString());
            return measured;
        }

        void Tell(FormattableString step) => told(string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds,6:0.0} s  {step.ToString(CultureInfo.InvariantCulture)}"));
    }

    private static async Task<ScaleGroup> WriteAsync(Stores stores, ScaleGroup group)
    {
        var lastExperiment = await NumberAsync(
            stores.Postgres, "WITH added AS (INSERT INTO experiment (source, name) SELECT 'local', $1 || ' ' || i FROM generate_series(1, $2) AS i ORDER BY i RETURNING id) SELECT max(id) FROM added",
            group.Name, group.Experiments);
        var first = lastExperiment - group.Experiments + 1;
        var lastRun = await NumberAsync(
            stores.Postgres,
            """
            WITH added AS (
                INSERT INTO run (source, experiment_id, uuid, name, user_name, status_text, start_time, end_time)
                SELECT 'local', $1 + i / $2, md5($3 || i), 'bright-swan-' || i, 'user-' || i % 20, CASE WHEN i % 10 = 0 THEN 'FAILED' ELSE 'FINISHED' END,
                    '2026-01-31T12:00:00Z'::timestamptz + make_interval(mins => (i % 100000)::int), '2026-01-31T13:00:00Z'::timestamptz + make_interval(mins => (i % 100000)::int)
                FROM generate_series(0, $4 - 1) AS i ORDER BY i RETURNING id)
            SELECT max(id) FROM added
            """, first, (long)group.Runs, group.Name, group.AllRuns);
        group = group with { FirstExperiment = first, FirstRun = lastRun - group.AllRuns + 1 };
        await WriteParamsAsync(stores.Postgres, group);
        await ExecuteAsync(stores.Postgres, "UPDATE run_counter SET seq = $1 WHERE run_id >= $2", group.Keys * group.Steps, group.FirstRun);
        await WritePointsAsync(stores, group);
        return group;
    }

    // Params that select a half, a tenth and a hundredth of the runs, and a number. The rows are the runs' own, so they are neither checked nor marked for copying once more.
    private static async Task WriteParamsAsync(NpgsqlDataSource postgres, ScaleGroup group)
    {
        await using var connection = await postgres.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var batch = new NpgsqlBatch(connection)
        {
            Timeout = 0,
            BatchCommands =
            {
                new("SET LOCAL session_replication_role = replica"),
                new("""
                    INSERT INTO run_param (run_id, key, value)
                    SELECT r, p.key, p.value FROM generate_series($1, $1 + $2 - 1) AS r, LATERAL (SELECT abs(hashint8(r)::bigint) AS h) AS x, LATERAL (VALUES
                        ('layers', (h / 2 % 10)::text), ('lr', round((0.0001 + h % 9973 / 9973.0 * 0.1)::numeric, 6)::text), ('optimizer', CASE h % 2 WHEN 0 THEN 'adam' ELSE 'sgd' END),
                        ('seed', (h / 20 % 100)::text)) AS p (key, value)
                    """) { Parameters = { new() { Value = group.FirstRun }, new() { Value = group.AllRuns } } },
            },
        };
        await batch.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
    }

    private static async Task WritePointsAsync(Stores stores, ScaleGroup group)
    {
        var firstGroup = await NumberAsync(stores.Postgres, "SELECT nextval('point_group_id')");
        var query = new ClickHouseQuery(
            $$"""
            INSERT INTO metric_point (experiment_id, key, run_id, step, time, value, seq, group_id)
            SELECT
                {experiment:Int64} + e, if(k = 0, '{{ScaleGroup.CommonKey}}', concat('metric_', leftPad(toString(1 + (e * 9 + k - 1) % 99), 2, '0'))), {run:Int64} + e * {runs:Int64} + r, s,
                fromUnixTimestamp64Milli(toInt64({{Start}} + r * 60000 + s * 250 + noise % 200), 'UTC'),
                (intDiv(4294967296000, s + 100) + bitShiftRight(noise, 32)) / 4294967296,
                s * {keys:Int64} + k + 1,
                {group:Int64} + ((e * {runs:Int64} + r) * {steps:Int64} + s) * 16 + intHash64(s * 7919 + r) % 16
            FROM (
                SELECT intHash64(number + {run:Int64} * 1000000007) AS noise, number % {steps:UInt64} AS s, intDiv(number, {steps:UInt64}) % {runs:UInt64} AS r,
                    intDiv(number, {steps:UInt64} * {runs:UInt64}) % {keys:UInt64} AS k, intDiv(number, {steps:UInt64} * {runs:UInt64} * {keys:UInt64}) AS e
                FROM numbers({points:UInt64}))
            """)
            .With("experiment", "Int64", group.FirstExperiment).With("run", "Int64", group.FirstRun).With("runs", "Int64", (long)group.Runs).With("keys", "Int64", (long)group.Keys)
            .With("steps", "Int64", group.Steps).With("points", "UInt64", group.Points).With("group", "Int64", firstGroup)
            .WithSetting("max_insert_threads", "2").WithSetting("insert_deduplicate", "0").WithSetting("min_insert_block_size_rows", "2000000").WithSetting("min_insert_block_size_bytes", "0");
        await stores.ClickHouse.ExecuteAsync(query with { Timeout = StatementLimit });
        var count = await ReadAsync(
            stores.ClickHouse, $"SELECT toInt64(count()) AS n FROM metric_point WHERE experiment_id BETWEEN {group.FirstExperiment} AND {group.FirstExperiment + group.Experiments - 1}");
        if (count != group.Points)
        {
            throw new InvalidOperationException($"{group.Name} has {count} points instead of {group.Points}.");
        }

        await NumberAsync(stores.Postgres, "SELECT setval('point_group_id', $1)", firstGroup + (group.AllRuns * group.Steps * 16) + 16);
    }

    private static Task<long> ClickHouseBytesAsync(ClickHouseClient clickHouse) => ReadAsync(
        clickHouse, "SELECT toInt64(sum(bytes_on_disk)) AS n FROM system.parts WHERE active AND database = currentDatabase() AND (table LIKE 'metric\\_point%' OR table = 'metric_rollup')");

    private static async Task<long> ReadAsync(ClickHouseClient clickHouse, string sql)
    {
        await using var result = await clickHouse.QueryAsync(new ClickHouseQuery(sql) { Timeout = StatementLimit });
        return (await result.ReadColumnAsync<long>("n"))[0];
    }

    private static Task ExecuteAsync(ClickHouseClient clickHouse, string sql) => clickHouse.ExecuteAsync(new ClickHouseQuery(sql) { Timeout = StatementLimit });

    private static async Task<long> NumberAsync(NpgsqlDataSource postgres, string sql, params object[] values)
    {
        await using var command = Command(postgres, sql, values);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource postgres, string sql, params object[] values)
    {
        await using var command = Command(postgres, sql, values);
        await command.ExecuteNonQueryAsync();
    }

    private static NpgsqlCommand Command(NpgsqlDataSource postgres, string sql, object[] values)
    {
        var command = postgres.CreateCommand(sql);
        command.CommandTimeout = 0;
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }
}
