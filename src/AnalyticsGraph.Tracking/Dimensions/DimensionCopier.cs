using AnalyticsGraph.ClickHouse;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AnalyticsGraph.Tracking.Dimensions;

/// <summary>
/// Keeps ClickHouse's copies of experiments, runs, datasets and logged models (names, status, params, tags: what points are grouped by) within a second of PostgreSQL, and those of the summaries of
/// series, which are brought up to date before they are read, within some seconds.
/// Changes mark their entity in their own transaction; the copier re-reads what is marked, writes its present state with a higher version, and only then removes the marks
/// it has read. So nothing is lost however it ends, and to copy twice does no harm. One copier at a time, by a lock that PostgreSQL gives up with the connection.
/// </summary>
public sealed class DimensionCopier : IAsyncDisposable
{
    private const int MarksPerRound = 5000;
    private const long LockKey = 0x6469_6D65_6E73_696F; // "dimensio"

    // Whoever reads summaries brings them up to date; this keeps that short.
    private static readonly TimeSpan SummaryInterval = TimeSpan.FromSeconds(10);

    // Copies shall not be behind for long once a store is back; a try in vain costs next to nothing.
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly NpgsqlDataSource _postgres;
    private readonly ClickHouseClient _clickHouse;
    private readonly TimeSpan _interval;
    private readonly ILogger _logger;
    private readonly SummaryCopier _summaries;
    private readonly CancellationTokenSource _stop = new();
    private Task _background = Task.CompletedTask;

    /// <summary>A copier; nothing runs until <see cref="Start"/> or <see cref="CopyAsync"/>.</summary>
    /// <param name="postgres">The source of truth.</param>
    /// <param name="clickHouse">Where the copies are.</param>
    /// <param name="interval">How long to wait between two looks for marks.</param>
    /// <param name="logger">For failures in the background.</param>
    public DimensionCopier(NpgsqlDataSource postgres, ClickHouseClient clickHouse, TimeSpan interval, ILogger<DimensionCopier> logger) =>
        (_postgres, _clickHouse, _interval, _logger, _summaries) = (postgres, clickHouse, interval, logger, new SummaryCopier(postgres, clickHouse));

    /// <summary>Copies at the interval until disposed. A store that does not answer is tried again, ever more slowly.</summary>
    public void Start() => _background = Task.WhenAll(
        Task.Run(() => RunAsync(_interval, CopyAsync, "Changed entities", _stop.Token)),
        Task.Run(() => RunAsync(SummaryInterval, ct => _summaries.CopyAsync(withLogged: false, ct), "Changed summaries", _stop.Token)));

    /// <summary>Copies all that is marked now.</summary>
    /// <param name="ct">Ends the wait; marks that were not copied stay.</param>
    /// <returns>How many entities were copied.</returns>
    public async Task<int> CopyAsync(CancellationToken ct = default)
    {
        await using var connection = await _postgres.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using (var any = new NpgsqlCommand("SELECT EXISTS (SELECT FROM dirty_entity)", connection))
        {
            if (await any.ExecuteScalarAsync(ct).ConfigureAwait(false) is not true)
                return 0;
        }

        await using var held = await SessionLock.TakeAsync(connection, LockKey, ct).ConfigureAwait(false);
        var copied = 0;
        while (await CopyRoundAsync(connection, ct).ConfigureAwait(false) is > 0 and var entities)
            copied += entities;
        return copied;
    }

    /// <summary>Ends the background copying; marks stay.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _background.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _summaries.Dispose();
    }

    /// <summary>Copies the summaries of everything that was acknowledged before the call, whether its points have come to ClickHouse or not. Costs one round trip to PostgreSQL if there is nothing.</summary>
    /// <param name="ct">Ends the wait; what was not copied stays marked.</param>
    /// <exception cref="GraphQL.Errors.GraphQLException"><see cref="GraphQL.Errors.ErrorCodes.StoreUnavailable"/>: a store does not answer.</exception>
    public Task CopySummariesAsync(CancellationToken ct = default) => _summaries.CopyAsync(withLogged: true, ct);

    /// <summary>Returns when no summary is under way that was read before the call.</summary>
    internal Task SettleSummariesAsync(CancellationToken ct) => _summaries.SettleAsync(ct);

    private async Task<int> CopyRoundAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var marks = new List<long>();
        var dirty = new Dictionary<string, HashSet<long>>(StringComparer.Ordinal);
        long version;

        // The version is taken before the state is read: a state that is newer than its version is marked again, an older one never overtakes a newer one.
        await using (var read = new NpgsqlCommand($"SELECT nextval('dimension_version'), id, kind, entity_id FROM dirty_entity ORDER BY id LIMIT {MarksPerRound}", connection))
        await using (var reader = await read.ExecuteReaderAsync(ct).ConfigureAwait(false))
        {
            version = 0;
            while (await reader.ReadAsync(ct).ConfigureAwait(false))
            {
                version = reader.GetInt64(0);
                marks.Add(reader.GetInt64(1));
                var kind = reader.GetString(2);
                if (!dirty.TryGetValue(kind, out var ids))
                    dirty.Add(kind, ids = []);
                ids.Add(reader.GetInt64(3));
            }
        }

        foreach (var (kind, ids) in dirty)
        {
            var dimension = Dimension.All.FirstOrDefault(d => d.Kind == kind)
                ?? throw new InvalidOperationException($"An entity of the kind '{kind}' is marked as changed, which this version does not know. A newer version was here: start that one.");
            using var block = await dimension.ReadAsync(connection, [.. ids], (ulong)version, ct).ConfigureAwait(false);
            await _clickHouse.InsertAsync(new ClickHouseInsert(dimension.Table), block, ct).ConfigureAwait(false);
        }

        await using var remove = new NpgsqlCommand("DELETE FROM dirty_entity WHERE id = ANY ($1)", connection) { Parameters = { new() { Value = marks.ToArray() } } };
        await remove.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        return dirty.Values.Sum(ids => ids.Count);
    }

    private async Task RunAsync(TimeSpan interval, Func<CancellationToken, Task> copy, string what, CancellationToken ct)
    {
        var pause = interval;
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await copy(ct).ConfigureAwait(false);
                pause = interval;
            }
            catch (Exception fault) when (!ct.IsCancellationRequested)
            {
                pause = TimeSpan.FromTicks(Math.Clamp(pause.Ticks * 2, interval.Ticks, Math.Max(interval.Ticks, LongestPause.Ticks)));
                _logger.LogError(fault, "{What} could not be copied to ClickHouse. They stay marked; the next try is in {Pause}.", what, pause);
            }

            await Task.Delay(pause, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }
}
