using System.Globalization;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.Tracking.Points;
using AnalyticsGraph.Tracking.Rules;
using AnalyticsGraph.Tracking.Staging;

namespace AnalyticsGraph.Tracking.Ingest;

/// <summary>A body from its first chunk to its acknowledgement.</summary>
/// <param name="request">What it is.</param>
/// <param name="operation">What its token is of.</param>
/// <param name="owners">Whose its rows are.</param>
/// <param name="reader">Its rows.</param>
/// <param name="hash">A hash of it, when it was read to its end; empty without a token.</param>
/// <param name="limits">What it may have.</param>
internal sealed class IngestWork(IngestRequest request, string operation, RowOwners owners, RowReader reader, Func<byte[]> hash, IngestLimits limits)
{
    private readonly RowChunk _chunk = new(request.Stream);
    private readonly Dictionary<long, long> _firstRows = [];
    private readonly PointRows? _points = request.Stream.ReplacesRows ? null : new(request.Stream, owners);
    private readonly SeriesBlocks _blocks = new(request.Stream, owners, DateTimeOffset.UtcNow);
    private readonly long _now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    public async Task<IngestAnswer> RunAsync(PointLog log, SeriesStaging staging, CancellationToken ct)
    {
        var goesOn = await ReadAsync(ct).ConfigureAwait(false);
        if (_points is not null && !goesOn)
            return await CommitAsync(log, _points.Read(_chunk, (run, row) => _firstRows.TryAdd(run, row)), ct).ConfigureAwait(false);

        await using var load = await staging.BeginAsync(request.Caller, ct).ConfigureAwait(false);
        while (true)
        {
            await StageAsync(load, isLast: !goesOn, ct).ConfigureAwait(false);
            _chunk.Clear();
            if (!goesOn)
                break;
            goesOn = await ReadAsync(ct).ConfigureAwait(false);
        }

        var call = new StagedCall(_chunk.RowsBefore, operation, request.Token, request.Token is null ? null : hash(), _blocks.Columns);
        var outcome = await load.PublishAsync(call, ct).ConfigureAwait(false);
        return outcome.Succeeded ? new IngestAnswer(outcome.Value!.Rows, outcome.Value.NewRows) : throw Refused(outcome.Errors.MinBy(ColumnOf)!);
    }

    private async Task<IngestAnswer> CommitAsync(PointLog log, PointColumns points, CancellationToken ct)
    {
        if (points.Count == 0)
            return new IngestAnswer(0, 0);
        var parts = _firstRows.Select(run => new RunPart(run.Key, InputRules.Path("row", run.Value)));
        try
        {
            var outcome = await log.LogAsync(new RunBatch(operation, [.. parts], points, request.Token, hash()), request.Caller, ct).ConfigureAwait(false);
            return outcome.Succeeded ? new IngestAnswer(outcome.Value!.Points, outcome.Value.NewPoints) : throw Refused(outcome.Errors[0]);
        }
        catch (GraphQLException fault) when (fault.InnerException is { } cause && PostgresAbsence.LeavesDoubt(cause))
        {
            throw new InDoubtException(cause);
        }
    }

    private Task StageAsync(StagedLoad load, bool isLast, CancellationToken ct)
    {
        if (_points is not null)
            return load.AddPointsAsync(_points.Read(_chunk, (_, _) => { }), _now, ct);
        var (rows, ids) = _blocks.Read(_chunk, isLast);
        return load.AddAsync(rows, ids, ct);
    }

    private async Task<bool> ReadAsync(CancellationToken ct)
    {
        bool goesOn;
        try
        {
            goesOn = await reader.ReadAsync(_chunk, ct).ConfigureAwait(false);
        }
        catch (IngestException) when (_chunk.Count > 0)
        {
            // The first row that is wrong is told, and one before may be wrong in another way.
            await CheckAsync(ct).ConfigureAwait(false);
            throw;
        }

        if (_chunk.RowsBefore + _chunk.Count > limits.MaxRows)
        {
            throw new IngestException(
                ErrorCodes.LimitExceeded, string.Create(CultureInfo.InvariantCulture, $"The body has more than {limits.MaxRows} rows (Ingest:MaxRows). Send it in parts."));
        }

        await owners.FindAsync(_chunk, ct).ConfigureAwait(false);
        return goesOn;
    }

    private async Task CheckAsync(CancellationToken ct)
    {
        await owners.FindAsync(_chunk, ct).ConfigureAwait(false);
        if (_points is not null)
            _points.Read(_chunk, (_, _) => { });
        else
            _blocks.Read(_chunk, isLast: true);
    }

    /// <summary>Which of the columns that samples name an error is about; -1 if it is about none.</summary>
    private static int ColumnOf(UserError error) => error.Path is ["input", "columns", var at, ..] ? int.Parse(at, CultureInfo.InvariantCulture) : -1;

    private IngestException Refused(UserError error)
    {
        if (error is ClientTokenConflictError)
            return Ingestion.Conflict(request.Token!);
        if (ColumnOf(error) is >= 0 and var column)
            return _blocks.WrongColumn(column, error.Message);

        // What is staged was found when its rows were read.
        if (error is NotFoundError && error.Path is not ["row", ..])
            return new(ErrorCodes.Conflict, $"A {request.Stream.Owner.Noun} that rows belong to was deleted while the body came. Restore it, and send the body again.");
        var code = error switch
        {
            NotFoundError => ErrorCodes.NotFound,
            NotActiveError => ErrorCodes.Conflict,
            _ => ErrorCodes.BadUserInput,
        };
        return error.Path is ["row", var row] ? new(code, $"Row {row}: {error.Message}") { Row = long.Parse(row, CultureInfo.InvariantCulture), Column = request.Stream.OwnerIdName } : new(code, error.Message);
    }
}
