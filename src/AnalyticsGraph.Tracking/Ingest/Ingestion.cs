using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.Tracking.Points;
using AnalyticsGraph.Tracking.Rules;
using AnalyticsGraph.Tracking.Staging;
using AnalyticsGraph.Tracking.Writing;
using Npgsql;

namespace AnalyticsGraph.Tracking.Ingest;

/// <summary>
/// Takes bodies of rows in bulk, all of a body or nothing. They are read chunk by chunk, so that memory stays the same however long they are: one that ends within a chunk of points goes
/// the way of <c>logBatch</c>, joined with those of other callers; everything else is staged and published by one transaction.
/// </summary>
/// <param name="postgres">The source of truth.</param>
/// <param name="clickHouse">Reads the formats that it alone knows.</param>
/// <param name="log">Takes small bodies of points.</param>
/// <param name="staging">Takes the others.</param>
/// <param name="limits">What a body may have.</param>
[SuppressMessage("Design", "CA1001", Justification = "Nobody asks the semaphore for a handle, which is all that it would dispose.")]
public sealed class Ingestion(NpgsqlDataSource postgres, ClickHouseClient clickHouse, PointLog log, SeriesStaging staging, IngestLimits limits)
{
    private readonly SemaphoreSlim _heldTurns = new(limits.MaxHeldRequests);
    private readonly TemporarySpace _temporary = new(limits.MaxTemporaryBytes);
    private int _running;

    /// <summary>Takes a body. When the task ends without an exception, all of it is stored safely and seen by every later read.</summary>
    /// <param name="request">What it is.</param>
    /// <param name="body">The body, without its Content-Encoding.</param>
    /// <param name="ct">Ends the wait; a body that was read to its end may still be stored.</param>
    /// <returns>What came of it, or of an earlier request with its token.</returns>
    /// <exception cref="IngestException">The body or what it asks for is wrong; nothing was stored.</exception>
    /// <exception cref="GraphQLException">A store is away, or too much waits for it; nothing was stored.</exception>
    /// <exception cref="InDoubtException">PostgreSQL went away when the body was to be acknowledged: it is stored, or not.</exception>
    public async Task<IngestAnswer> IngestAsync(IngestRequest request, Stream body, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        try
        {
            if (Interlocked.Increment(ref _running) > limits.MaxConcurrentRequests)
            {
                throw new IngestException(
                    ErrorCodes.ResourceExhausted,
                    string.Create(CultureInfo.InvariantCulture, $"{limits.MaxConcurrentRequests} bodies are being taken already (Ingest:MaxConcurrentRequests). Try again a little later."));
            }

            return await TakeAsync(request, body, ct).ConfigureAwait(false);
        }
        catch (Exception fault) when (PostgresAbsence.IsCause(fault))
        {
            // What may be stored all the same is told by another exception.
            throw new GraphQLException(new GraphQLError($"The body could not be stored: {PostgresAbsence.Reason(fault)}. Send it again later.", ErrorCodes.StoreUnavailable), fault);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private async Task<IngestAnswer> TakeAsync(IngestRequest request, Stream body, CancellationToken ct)
    {
        var rules = new InputRules();
        rules.Token(request.Token);
        if (rules.Errors.Count > 0)
            throw new IngestException(ErrorCodes.BadRequest, rules.Errors[0].Message.Replace("client token", "Idempotency-Key", StringComparison.Ordinal));
        using var hash = request.Token is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash?.AppendData(Encoding.UTF8.GetBytes($"{request.Stream.Name}\n{request.Format}\n{request.OwnerId}\n{request.OwnerKey}\n{request.Source}\n"));
        var isHeld = request.Format is IngestFormat.RowBinaryWithNamesAndTypes or IngestFormat.ArrowStream or IngestFormat.Parquet;
        (long Bytes, string Setting)[] bounds = [(limits.MaxBodyBytes, "Ingest:MaxBodyBytes"), (limits.MaxHeldBytes, "Ingest:MaxHeldBytes"), (limits.MaxTemporaryBytes, "Ingest:MaxTemporaryBytes")];
        var most = isHeld ? bounds.MinBy(bound => bound.Bytes) : bounds[0];
        await using var stream = new BodyStream(body, most.Bytes, most.Setting, hash);
        var operation = $"ingest/{request.Stream.Name}";
        if (request.Token is { } token && await ClientTokens.FindAsync(postgres, request.Caller, operation, token, ct).ConfigureAwait(false) is { } first)
            return await RecallAsync(first, token, stream, hash!, ct).ConfigureAwait(false);

        var owners = new RowOwners(postgres, request, limits);
        await owners.FindDefaultAsync(ct).ConfigureAwait(false);
        var blocks = isHeld ? HeldRows.ReadAsync(clickHouse, request, stream, limits, _temporary, _heldTurns, ct) : request.Format == IngestFormat.Native ? HeldRows.NativeAsync(stream, limits, ct) : null;
        await using RowReader reader = blocks is not null ? new BlockRowReader(blocks) : request.Format == IngestFormat.Csv ? new CsvReader(stream, limits) : new NdjsonReader(stream, limits);
        try
        {
            var work = new IngestWork(request, operation, owners, reader, () => hash?.GetCurrentHash() ?? [], limits);
            return await work.RunAsync(log, staging, ct).ConfigureAwait(false);
        }
        catch (Exception fault) when (stream.Fault is { } broken && fault is not IngestException && !ReferenceEquals(fault, broken))
        {
            // Whoever read along calls it a failure of its own.
            ExceptionDispatchInfo.Throw(broken);
            throw;
        }
    }

    /// <summary>The answer to the first request with the token, if this one has the same body.</summary>
    private static async Task<IngestAnswer> RecallAsync(TokenRecord first, string token, Stream body, IncrementalHash hash, CancellationToken ct)
    {
        var piece = new byte[64 << 10];
        while (await body.ReadAsync(piece, ct).ConfigureAwait(false) > 0)
        {
        }

        return hash.GetCurrentHash().AsSpan().SequenceEqual(first.Hash) ? JsonSerializer.Deserialize<StoredAnswer>(first.Answer)!.ToAnswer() : throw Conflict(token);
    }

    internal static IngestException Conflict(string token) => new(
        ErrorCodes.Conflict, $"The Idempotency-Key '{InputRules.Shortened(token)}' was used within the last 24 hours for another body. Use a new key for a new body.");

    /// <summary>What is remembered of either way: that of a batch, or that of a load.</summary>
    private sealed record StoredAnswer(long Points, long NewPoints, long Rows, long NewRows)
    {
        public IngestAnswer ToAnswer() => Rows > 0 ? new(Rows, NewRows) : new(Points, NewPoints);
    }
}
