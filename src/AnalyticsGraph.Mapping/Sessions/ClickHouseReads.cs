using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using AnalyticsGraph.ClickHouse;

namespace AnalyticsGraph.Mapping.Sessions;

/// <summary>
/// The way of every query to ClickHouse that a caller's request causes: within the limits of <see cref="MappingLimits.ClickHouse"/>, which ClickHouse enforces, and not more of them at once
/// than it shall run. One for all requests.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Nobody asks the semaphore for a handle, which is all that it would dispose.")]
public sealed class ClickHouseReads
{
    private readonly ClickHouseClient _client;
    private readonly MappingLimits _limits;
    private readonly FrozenDictionary<string, string> _whole;
    private readonly FrozenDictionary<string, string> _streamed;
    private readonly SemaphoreSlim _places;

    /// <summary>Makes the way.</summary>
    /// <param name="client">Where it leads.</param>
    /// <param name="limits">What queries may use.</param>
    public ClickHouseReads(ClickHouseClient client, MappingLimits limits)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(limits);
        (_client, _limits) = (client, limits);
        var rails = limits.ClickHouse;
        _places = new SemaphoreSlim(rails.MaxQueries);
        Dictionary<string, string> both = new()
        {
            ["max_memory_usage"] = Text(rails.MaxMemory),
            ["max_rows_to_read"] = Text(rails.MaxRowsRead),
        };
        _whole = new Dictionary<string, string>(both)
        {
            ["max_execution_time"] = Seconds(limits.StatementTimeout),
            ["max_result_rows"] = Text(rails.MaxResultRows),
            ["max_result_bytes"] = Text(rails.MaxResultBytes),
        }.ToFrozenDictionary();
        _streamed = new Dictionary<string, string>(both) { ["max_execution_time"] = Seconds(rails.StreamTimeout) }.ToFrozenDictionary();
    }

    /// <summary>Sends a query when there is room for it, and reads its answer.</summary>
    /// <typeparam name="T">What is made of the answer.</typeparam>
    /// <param name="query">The query; its time limit is that of statements if it states none. Settings of its own count.</param>
    /// <param name="read">Reads the answer, to its end or not.</param>
    /// <param name="cancellationToken">Cancelling ends the query in the store.</param>
    /// <exception cref="GraphQL.Errors.GraphQLException">ClickHouse could not answer, not within the limits, or <paramref name="read"/> said so.</exception>
    public async Task<T> ReadAsync<T>(ClickHouseQuery query, Func<ClickHouseResult, Task<T>> read, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(read);
        var hasPlace = false;
        try
        {
            hasPlace = await _places.WaitAsync(_limits.ClickHouse.QueueTimeout, cancellationToken).ConfigureAwait(false);
            if (!hasPlace)
            {
                throw StoreErrors.TooManyQueries(_limits.ClickHouse);
            }

            var result = await _client.QueryAsync(Within(_whole, query), cancellationToken).ConfigureAwait(false);
            await using var _ = result.ConfigureAwait(false);
            return await read(result).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            throw StoreErrors.FromClickHouse(exception, _limits, cancellationToken);
        }
        finally
        {
            if (hasPlace)
            {
                _places.Release();
            }
        }
    }

    /// <summary>Sends a query at once whose answer is read at its client's pace. How many there are of these is the caller's care: they take no place of the others.</summary>
    /// <param name="query">The query; its longest silence is the time limit of statements if it states none.</param>
    /// <param name="cancellationToken">Cancelling ends the query in the store.</param>
    /// <exception cref="GraphQL.Errors.GraphQLException">ClickHouse could not answer, or not within the limits.</exception>
    public async Task<ClickHouseResult> OpenAsync(ClickHouseQuery query, CancellationToken cancellationToken)
    {
        try
        {
            return await _client.QueryAsync(Within(_streamed, query), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            throw StoreErrors.FromClickHouse(exception, _limits, cancellationToken);
        }
    }

    /// <summary>As <see cref="OpenAsync"/>, but the answer comes in one of ClickHouse's own formats.</summary>
    /// <param name="query">The query. Its time does not run while rows are waited for that go along.</param>
    /// <param name="format">The format's name.</param>
    /// <param name="cancellationToken">Cancelling ends the query in the store.</param>
    /// <returns>The bytes, to be disposed.</returns>
    /// <exception cref="GraphQL.Errors.GraphQLException">ClickHouse could not answer, or not within the limits.</exception>
    public async Task<ByteStream> OpenBytesAsync(ClickHouseQuery query, string format, CancellationToken cancellationToken)
    {
        try
        {
            return new ByteStream(await _client.ReadBytesAsync(Within(_streamed, query), format, cancellationToken).ConfigureAwait(false), _limits, cancellationToken);
        }
        catch (Exception exception)
        {
            throw StoreErrors.FromClickHouse(exception, _limits, cancellationToken);
        }
    }

    private ClickHouseQuery Within(FrozenDictionary<string, string> rails, ClickHouseQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var settings = new Dictionary<string, string>(rails);
        foreach (var (name, value) in query.Settings)
        {
            settings[name] = value;
        }

        return query with { Settings = settings, Timeout = query.Timeout ?? _limits.StatementTimeout + MappingLimits.AnswerGrace };
    }

    private static string Seconds(TimeSpan time) => Text((long)Math.Ceiling(time.TotalSeconds));

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
