using System.Runtime.CompilerServices;
using System.Text.Json;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Topics;
using AnalyticsGraph.Mapping.Sessions;

namespace AnalyticsGraph.Tracking.Live;

/// <summary>
/// The runtime records of a job as they are acknowledged, from any position on. Records come every few seconds, so the topic tells only that there are some: they are read from the store by their versions,
/// which grow with the order of acknowledgement. What another server has logged no topic tells: it is looked for now and then. A record that was replaced meanwhile is told as it is now.
/// </summary>
/// <param name="topics">Where calls are told.</param>
/// <param name="flush">Brings what was acknowledged to ClickHouse.</param>
/// <param name="store">ClickHouse.</param>
/// <param name="jobId">The job's internal id.</param>
internal sealed class RuntimeFeed(ITopicEvents topics, Func<CancellationToken, Task> flush, ClickHouseReads store, long jobId)
{
    private const int MostAtOnce = 1_000;

    private IAsyncEnumerator<LoggedRuntime> _events = null!;
    private long _position;

    /// <summary>Begins to listen.</summary>
    /// <param name="after">What was told before, by job; null begins with the present.</param>
    /// <param name="ct">Ends the subscription.</param>
    /// <exception cref="GraphQLException">ClickHouse cannot tell the present, or the cursor is another job's or beyond its last record.</exception>
    public async Task OpenAsync(Dictionary<long, long>? after, CancellationToken ct)
    {
        await ListenAsync(ct).ConfigureAwait(false);
        if (after is null)
        {
            await flush(ct).ConfigureAwait(false);
        }

        // What was told is in ClickHouse.
        var last = await LastAsync(ct).ConfigureAwait(false);
        _position = after is null ? last : after.TryGetValue(jobId, out var told) && told >= 0 && told <= last ? told : throw LiveCursor.Refusal();
    }

    /// <summary>The records, chunk by chunk.</summary>
    /// <param name="ct">Ends the subscription.</param>
    public async IAsyncEnumerable<LiveRuntime> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var next = NextAsync(ct);
        while (true)
        {
            await flush(ct).ConfigureAwait(false);
            while (await ReadNextAsync(ct).ConfigureAwait(false) is { Count: > 0 } records)
            {
                yield return new LiveRuntime(jobId, records, LiveCursor.Of(LiveCursorKind.Runtime, [new(jobId, _position)]));
            }

            // However many calls came meanwhile, they are read together.
            await WaitAsync(next, ct).ConfigureAwait(false);
            while (next.IsCompleted)
            {
                if (!await next.ConfigureAwait(false))
                {
                    yield break;
                }

                next = NextAsync(ct);
            }
        }
    }

    private async Task ListenAsync(CancellationToken ct) => _events = (await topics.SubscribeAsync([LiveTopics.RuntimeOf(jobId)], ct).ConfigureAwait(false)).GetAsyncEnumerator(ct);

    private async Task<bool> NextAsync(CancellationToken ct)
    {
        try
        {
            return await _events.MoveNextAsync().ConfigureAwait(false);
        }
        catch (GraphQLException overflow) when (overflow.Error.Code == ErrorCodes.SubscriptionOverflow)
        {
            await _events.DisposeAsync().ConfigureAwait(false);
            await ListenAsync(ct).ConfigureAwait(false);
            return true;
        }
    }

    /// <summary>Waits until a call is told, or records of another server's are there.</summary>
    private async Task WaitAsync(Task next, CancellationToken ct)
    {
        while (await Task.WhenAny(next, Task.Delay(LiveTopics.LookInterval, ct)).ConfigureAwait(false) != next)
        {
            ct.ThrowIfCancellationRequested();
            if (await HasMoreAsync(ct).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    private async Task<bool> HasMoreAsync(CancellationToken ct)
    {
        try
        {
            // Whoever logged them brings them to ClickHouse, too.
            return await LastAsync(ct).ConfigureAwait(false) > _position;
        }
        catch (GraphQLException)
        {
            // What is logged here is told by the topic all the same, and the next look sees the rest: no reason to end the subscription.
            ct.ThrowIfCancellationRequested();
            return false;
        }
    }

    /// <summary>The version of the job's last record that is in ClickHouse; 0 if there is none.</summary>
    private async Task<long> LastAsync(CancellationToken ct)
    {
        var query = new ClickHouseQuery("SELECT toInt64(max(version)) AS last FROM job_runtime WHERE job_id = {job:Int64}").With("job", "Int64", jobId);
        return await store.ReadAsync(query, async result => (await result.ReadColumnAsync<long>("last", ct).ConfigureAwait(false)).Single(), ct).ConfigureAwait(false);
    }

    /// <summary>
    /// Records come to ClickHouse in another order than they were acknowledged in, such as a load after calls that followed it. But what a job has before a record that is there was acknowledged before:
    /// a flush brings it along, and what is later waits for the next time.
    /// </summary>
    private async Task<List<LiveRuntimeRecord>> ReadNextAsync(CancellationToken ct)
    {
        var last = await LastAsync(ct).ConfigureAwait(false);
        if (last <= _position)
        {
            return [];
        }

        await flush(ct).ConfigureAwait(false);
        return await ReadStoreAsync(last, ct).ConfigureAwait(false);
    }

    // Records of one call have one version: a chunk ends after a call, never within.
    private async Task<List<LiveRuntimeRecord>> ReadStoreAsync(long upTo, CancellationToken ct)
    {
        var query = new ClickHouseQuery(
            """
            SELECT * FROM (
                SELECT toUnixTimestamp64Milli(time) AS ms, global_step, ordinal, speed, toJSONString(worker_cpu) AS worker_cpu, toJSONString(worker_memory) AS worker_memory,
                    toJSONString(ps_cpu) AS ps_cpu, toJSONString(ps_memory) AS ps_memory, other, toInt64(version) AS place
                FROM job_runtime FINAL WHERE job_id = {job:Int64} AND version > {after:UInt64} AND version <= {upTo:UInt64} ORDER BY place LIMIT {most:UInt32} WITH TIES)
            ORDER BY place, ms, global_step, ordinal
            """).With("job", "Int64", jobId).With("after", "UInt64", (ulong)_position).With("upTo", "UInt64", (ulong)upTo).With("most", "UInt32", (uint)MostAtOnce);
        return await store.ReadAsync(query, ReadAsync, ct).ConfigureAwait(false);

        async Task<List<LiveRuntimeRecord>> ReadAsync(ClickHouseResult result)
        {
            var records = new List<LiveRuntimeRecord>();
            await foreach (var block in result.ReadBlocksAsync(ct).ConfigureAwait(false))
            {
                using (block)
                {
                    for (var row = 0; row < block.RowCount; row++)
                    {
                        records.Add(new LiveRuntimeRecord(
                            DateTimeOffset.FromUnixTimeMilliseconds(block.Column<long>("ms")[row]),
                            block.Column<long>("global_step")[row],
                            block.Column<int>("ordinal")[row],
                            (double?)block.Column("speed").GetValue(row),
                            Json(block, "worker_cpu", row),
                            Json(block, "worker_memory", row),
                            Json(block, "ps_cpu", row),
                            Json(block, "ps_memory", row),
                            block.Column<string>("other")[row]));
                        _position = block.Column<long>("place")[row];
                    }
                }
            }

            return records;
        }
    }

    private static JsonElement Json(Block block, string column, int row) => JsonElement.Parse(block.Column<string>(column)[row]);
}
