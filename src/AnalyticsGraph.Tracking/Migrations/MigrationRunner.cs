using AnalyticsGraph.ClickHouse;
using Npgsql;

namespace AnalyticsGraph.Tracking.Migrations;

/// <summary>
/// Brings both stores to this build's schema: forward only, each step once. In PostgreSQL a step is a transaction; in ClickHouse, which has none, its statements are
/// such that running them again changes nothing. Replicas that start together take turns. Costs one query to each store when there is nothing to do.
/// </summary>
public sealed class MigrationRunner
{
    private const long LockKey = 0x6D69_6772_6174_6521; // "migrate!"

    // A step takes the time it needs in PostgreSQL: an index over all params of a large store is no matter of seconds. ClickHouse's statements have to have an end.
    private static readonly TimeSpan StatementLimit = TimeSpan.FromHours(1);

    private readonly NpgsqlDataSource _postgres;
    private readonly ClickHouseClient _clickHouse;
    private readonly IReadOnlyList<Migration> _postgresMigrations;
    private readonly IReadOnlyList<Migration> _clickHouseMigrations;

    /// <summary>A runner of the migrations that are part of this build.</summary>
    /// <param name="postgres">The source of truth.</param>
    /// <param name="clickHouse">The store of series.</param>
    public MigrationRunner(NpgsqlDataSource postgres, ClickHouseClient clickHouse)
        : this(postgres, clickHouse, Migration.Embedded("postgres"), Migration.Embedded("clickhouse"))
    {
    }

    internal MigrationRunner(
        NpgsqlDataSource postgres, ClickHouseClient clickHouse, IReadOnlyList<Migration> postgresMigrations, IReadOnlyList<Migration> clickHouseMigrations) =>
        (_postgres, _clickHouse, _postgresMigrations, _clickHouseMigrations) = (postgres, clickHouse, postgresMigrations, clickHouseMigrations);

    /// <summary>Runs what is missing.</summary>
    /// <param name="ct">Ends the run between two steps.</param>
    /// <returns>The names of the steps that ran.</returns>
    /// <exception cref="MigrationException">The database has other or more steps than this build, or a step failed.</exception>
    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken ct = default)
    {
        // At once: mostly this is all there is to do, and each store has to be connected to first.
        await using var connection = _postgres.CreateConnection();
        var postgres = ConnectAsync(connection, ct);
        var clickHouse = AppliedToClickHouseAsync(ct);
        await Task.WhenAll(postgres, clickHouse).ConfigureAwait(false);
        if (Missing("PostgreSQL", _postgresMigrations, await postgres.ConfigureAwait(false)).Count == 0
            && Missing("ClickHouse", _clickHouseMigrations, await clickHouse.ConfigureAwait(false)).Count == 0)
        {
            return [];
        }

        await using var held = await SessionLock.TakeAsync(connection, LockKey, ct).ConfigureAwait(false);
        var ran = new List<string>();
        foreach (var migration in Missing("PostgreSQL", _postgresMigrations, await AppliedToPostgresAsync(connection, ct).ConfigureAwait(false)))
        {
            await ApplyToPostgresAsync(connection, migration, ct).ConfigureAwait(false);
            ran.Add("postgres/" + migration.Name);
        }

        foreach (var migration in Missing("ClickHouse", _clickHouseMigrations, await AppliedToClickHouseAsync(ct).ConfigureAwait(false)))
        {
            await ApplyToClickHouseAsync(migration, ct).ConfigureAwait(false);
            ran.Add("clickhouse/" + migration.Name);
        }

        return ran;
    }

    private static List<Migration> Missing(string store, IReadOnlyList<Migration> known, Dictionary<int, (string Name, string Checksum)> applied)
    {
        foreach (var (number, (name, checksum)) in applied)
        {
            var same = known.FirstOrDefault(migration => migration.Number == number)
                ?? throw new MigrationException($"The {store} database has the migration {name}, which this build does not know: it was used by a newer version. Start that version, or restore a backup from before.");
            if (same.Checksum != checksum)
            {
                throw new MigrationException(
                    $"The migration {name} was run on the {store} database with another text than this build has (checksum {checksum[..12]}, now {same.Checksum[..12]}). A migration that was run must not be edited: undo the edit and put the change into a new file.");
            }
        }

        return [.. known.Where(migration => !applied.ContainsKey(migration.Number)).OrderBy(migration => migration.Number)];
    }

    private static async Task<Dictionary<int, (string Name, string Checksum)>> ConnectAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await connection.OpenAsync(ct).ConfigureAwait(false);
        return await AppliedToPostgresAsync(connection, ct).ConfigureAwait(false);
    }

    private static async Task<Dictionary<int, (string Name, string Checksum)>> AppliedToPostgresAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var applied = new Dictionary<int, (string, string)>();
        try
        {
            await using var command = new NpgsqlCommand("SELECT number, name, checksum FROM schema_migration", connection);
            await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            while (await reader.ReadAsync(ct).ConfigureAwait(false))
                applied.Add(reader.GetInt32(0), (reader.GetString(1), reader.GetString(2)));
        }
        catch (PostgresException missing) when (missing.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            // A new database: nothing was applied.
        }

        return applied;
    }

    private static async Task ApplyToPostgresAsync(NpgsqlConnection connection, Migration migration, CancellationToken ct)
    {
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(ct).ConfigureAwait(false);
            await ExecuteAsync(
                connection,
                "CREATE TABLE IF NOT EXISTS schema_migration (number int PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())",
                ct).ConfigureAwait(false);
            await ExecuteAsync(connection, migration.Sql, ct).ConfigureAwait(false);
            await using var record = new NpgsqlCommand("INSERT INTO schema_migration (number, name, checksum) VALUES ($1, $2, $3)", connection)
            {
                Parameters = { new() { Value = migration.Number }, new() { Value = migration.Name }, new() { Value = migration.Checksum } },
            };
            await record.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
            await transaction.CommitAsync(ct).ConfigureAwait(false);
        }
        catch (PostgresException fault)
        {
            throw new MigrationException($"The migration {migration.Name} failed on PostgreSQL and was undone: {fault.MessageText} (SQLSTATE {fault.SqlState}).", fault);
        }
    }

    private async Task<Dictionary<int, (string Name, string Checksum)>> AppliedToClickHouseAsync(CancellationToken ct)
    {
        const int unknownTable = 60;
        var applied = new Dictionary<int, (string, string)>();
        try
        {
            await using var result = await _clickHouse.QueryAsync(new ClickHouseQuery("SELECT number, name, checksum FROM schema_migration"), ct).ConfigureAwait(false);
            await foreach (var block in result.ReadBlocksAsync(ct).ConfigureAwait(false))
            {
                using (block)
                {
                    for (var i = 0; i < block.RowCount; i++)
                        applied[(int)block.Column<uint>("number")[i]] = (block.Column<string>("name")[i], block.Column<string>("checksum")[i]);
                }
            }
        }
        catch (ClickHouseException missing) when (missing.Code == unknownTable)
        {
            // A new database: nothing was applied.
        }

        return applied;
    }

    private async Task ApplyToClickHouseAsync(Migration migration, CancellationToken ct)
    {
        try
        {
            await _clickHouse.ExecuteAsync(
                new ClickHouseQuery("CREATE TABLE IF NOT EXISTS schema_migration (number UInt32, name String, checksum String, applied_at DateTime DEFAULT now()) ENGINE = MergeTree ORDER BY number"),
                ct).ConfigureAwait(false);
            foreach (var statement in migration.Statements())
                await _clickHouse.ExecuteAsync(new ClickHouseQuery(statement) { Timeout = StatementLimit }, ct).ConfigureAwait(false);
            using var row = new Block(
            [
                ClickHouseColumn.Create("number", ClickHouseType.Parse("UInt32"), new[] { (uint)migration.Number }),
                ClickHouseColumn.Create("name", ClickHouseType.Parse("String"), new[] { migration.Name }),
                ClickHouseColumn.Create("checksum", ClickHouseType.Parse("String"), new[] { migration.Checksum }),
            ]);
            await _clickHouse.InsertAsync(new ClickHouseInsert("schema_migration"), row, ct).ConfigureAwait(false);
        }
        catch (ClickHouseException fault)
        {
            throw new MigrationException($"The migration {migration.Name} failed on ClickHouse: {fault.Message}. Its statements can be run again; mend the cause and start again.", fault);
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }
}
