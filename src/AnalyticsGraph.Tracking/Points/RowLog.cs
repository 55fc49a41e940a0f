using System.Data;
using System.Globalization;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Topics;
using AnalyticsGraph.Tracking.Live;
using AnalyticsGraph.Tracking.Rules;
using AnalyticsGraph.Tracking.Writing;
using Npgsql;

namespace AnalyticsGraph.Tracking.Points;

/// <summary>
/// Adds rows of the series that belong to jobs, datasets and prediction sets. A call is one PostgreSQL transaction, whose commit is the acknowledgement: it locks the rows' owner,
/// takes the version that orders them among those of other calls, and logs them for ClickHouse.
/// </summary>
/// <param name="postgres">The source of truth.</param>
/// <param name="flusher">Where acknowledged rows go next.</param>
/// <param name="topics">Told of what was committed.</param>
/// <param name="options">Bounds.</param>
public sealed class RowLog(NpgsqlDataSource postgres, PointFlusher flusher, ITopicEvents topics, PointLogOptions options)
{
    internal const int MostClasses = 1000;

    /// <summary>Adds or replaces records of a job's runtime.</summary>
    /// <param name="request">The records.</param>
    /// <param name="caller">Who adds them.</param>
    /// <param name="ct">Ends the wait; they may still have been stored.</param>
    /// <returns>How many records were taken; or all that is wrong.</returns>
    /// <exception cref="GraphQLException"><see cref="ErrorCodes.ResourceExhausted"/> when too much waits for ClickHouse.</exception>
    public Task<Outcome<int>> LogJobRuntimeAsync(LogJobRuntimeRequest request, Caller caller, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var rules = Rules(request.Records.Count, "record", "records", request.ClientToken);
        var seen = new HashSet<(long, long, int)>();
        for (var i = 0; i < request.Records.Count; i++)
        {
            var record = request.Records[i];
            rules.Time(record.Time, "The time", "input", "records", i, "time");
            BatchRules.Index(rules, record.GlobalStep, "input", "records", i, "globalStep");
            BatchRules.Index(rules, record.Ordinal, "input", "records", i, "ordinal");
            if (!seen.Add((record.Time.ToUnixTimeMilliseconds(), record.GlobalStep, record.Ordinal)))
                rules.Invalid("A record with this time, step and ordinal stands before.", "input", "records", i, "time");
            if (record.Other.Length > 0 && record.Other[0] != '{')
                rules.Invalid("It is no object.", "input", "records", i, "other");
            if (record.Other.Length > InputRules.LongestTag)
                rules.Invalid($"The object has {record.Other.Length} characters; the most are {InputRules.LongestTag}.", "input", "records", i, "other");
            foreach (var (values, field) in new[] { (record.WorkerCpu, "workerCpu"), (record.WorkerMemory, "workerMemory"), (record.PsCpu, "psCpu"), (record.PsMemory, "psMemory") })
                BatchRules.Names(rules, values, node => node.Key, "node", "name", "input", "records", i, field);
        }

        return AddAsync(new Owner("job", request.JobId, "jobId"), "logJobRuntime", request, request.ClientToken, rules, caller, (_, _) =>
        {
            var rows = new SeriesBlock(SeriesTable.JobRuntime);
            foreach (var record in request.Records)
                rows.AddRuntime(request.JobId, record);
            return Task.FromResult(rows);
        }, ct);
    }

    /// <summary>Adds or replaces rows of a dataset, and adds columns that it does not have.</summary>
    /// <param name="request">The rows.</param>
    /// <param name="caller">Who adds them.</param>
    /// <param name="ct">Ends the wait; they may still have been stored.</param>
    /// <returns>How many rows were taken; or all that is wrong.</returns>
    /// <exception cref="GraphQLException"><see cref="ErrorCodes.ResourceExhausted"/> when too much waits for ClickHouse.</exception>
    public Task<Outcome<int>> AddSamplesAsync(AddSamplesRequest request, Caller caller, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var rules = new InputRules();
        if (request.Samples.Count + request.Columns.Count == 0)
            rules.Invalid("There is neither a sample nor a column; give at least one.", "input", "samples");
        BatchRules.Most(rules, request.Samples.Count, "samples", "samples");
        BatchRules.Most(rules, request.Columns.Count, "columns", "columns");
        rules.Token(request.ClientToken);
        BatchRules.Names(rules, request.Columns, column => column.Name, "column", "name", "input", "columns");
        Places(rules, request.Samples, sample => sample.SampleIndex, "samples", "index");
        for (var i = 0; i < request.Samples.Count; i++)
        {
            BatchRules.Names(rules, request.Samples[i].Features, feature => feature.Key, "column", "name", "input", "samples", i, "features");
            BatchRules.Names(rules, request.Samples[i].Texts, text => text.Key, "column", "name", "input", "samples", i, "texts");
        }

        return AddAsync(new Owner("dataset", request.DatasetId, "datasetId"), "addSamples", request, request.ClientToken, rules, caller, async (connection, _) =>
        {
            await DatasetColumns.AddAsync(connection, request, rules, ct).ConfigureAwait(false);
            var rows = new SeriesBlock(SeriesTable.Sample);
            foreach (var sample in request.Samples)
                rows.AddSample(request.DatasetId, sample.SampleIndex, "", sample.Features, sample.Texts);
            return rows;
        }, ct);
    }

    /// <summary>Adds or replaces what is true of a dataset's rows.</summary>
    /// <param name="request">The targets.</param>
    /// <param name="caller">Who adds them.</param>
    /// <param name="ct">Ends the wait; they may still have been stored.</param>
    /// <returns>How many targets were taken; or all that is wrong.</returns>
    /// <exception cref="GraphQLException"><see cref="ErrorCodes.ResourceExhausted"/> when too much waits for ClickHouse.</exception>
    public Task<Outcome<int>> AddTargetsAsync(AddTargetsRequest request, Caller caller, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var rules = Rules(request.Targets.Count, "target", "targets", request.ClientToken);
        Places(rules, request.Targets, target => target.TargetIndex, "targets", "index");
        for (var i = 0; i < request.Targets.Count; i++)
            Truth(rules, request.Targets[i].SampleIndex, request.Targets[i].Class, request.Targets[i].Value, "targets", i);
        return AddAsync(new Owner("dataset", request.DatasetId, "datasetId"), "addTargets", request, request.ClientToken, rules, caller, (_, _) =>
        {
            var rows = new SeriesBlock(SeriesTable.Target);
            foreach (var target in request.Targets)
                rows.AddTarget(request.DatasetId, target.TargetIndex, target.SampleIndex, "", target.Class, target.Value);
            return Task.FromResult(rows);
        }, ct);
    }

    /// <summary>Adds or replaces predictions of a set.</summary>
    /// <param name="request">The predictions.</param>
    /// <param name="caller">Who adds them.</param>
    /// <param name="ct">Ends the wait; they may still have been stored.</param>
    /// <returns>How many predictions were taken; or all that is wrong.</returns>
    /// <exception cref="GraphQLException"><see cref="ErrorCodes.ResourceExhausted"/> when too much waits for ClickHouse.</exception>
    public Task<Outcome<int>> AddPredictionsAsync(AddPredictionsRequest request, Caller caller, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var rules = Rules(request.Predictions.Count, "prediction", "predictions", request.ClientToken);
        Places(rules, request.Predictions, prediction => prediction.PredictionIndex, "predictions", "index");
        for (var i = 0; i < request.Predictions.Count; i++)
        {
            var prediction = request.Predictions[i];
            Truth(rules, prediction.SampleIndex, prediction.Class, prediction.Value, "predictions", i);
            if (prediction.Probabilities.Count > MostClasses)
                rules.Invalid($"There are probabilities of {prediction.Probabilities.Count} classes; the most are {MostClasses}.", "input", "predictions", i, "probabilities");
            BatchRules.Names(rules, prediction.Probabilities, p => p.Key, "class", "name", "input", "predictions", i, "probabilities");
            for (var j = 0; j < prediction.Probabilities.Count; j++)
            {
                if (prediction.Probabilities[j].Value is not (>= 0 and <= 1))
                    rules.Invalid($"The probability is {prediction.Probabilities[j].Value.ToString(CultureInfo.InvariantCulture)}; it must be between 0 and 1.", "input", "predictions", i, "probabilities", j, "value");
            }
        }

        return AddAsync(new Owner("prediction_set", request.PredictionSetId, "predictionSetId"), "addPredictions", request, request.ClientToken, rules, caller, (_, dataset) =>
        {
            var rows = new SeriesBlock(SeriesTable.Prediction);
            foreach (var p in request.Predictions)
                rows.AddPrediction(dataset, request.PredictionSetId, p.PredictionIndex, p.SampleIndex, "", p.Class, p.Value, p.Probabilities);
            return Task.FromResult(rows);
        }, ct);
    }

    private async Task<Outcome<int>> AddAsync<TRequest>(
        Owner owner, string operation, TRequest request, string? token, InputRules rules, Caller caller, Func<NpgsqlConnection, long, Task<SeriesBlock>> makeRows, CancellationToken ct)
    {
        await using var connection = await postgres.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, ct).ConfigureAwait(false);
        await TrackingStore.SetActorAsync(connection, caller, ct).ConfigureAwait(false);
        if (token is not null && rules.Errors.Count == 0)
        {
            var hash = ClientTokens.Hash(request);
            if (await ClientTokens.ClaimAsync(connection, caller, operation, token, hash, ct).ConfigureAwait(false) is { } first)
            {
                return first.Hash.AsSpan().SequenceEqual(hash)
                    ? Outcome.Of(int.Parse(first.Answer, CultureInfo.InvariantCulture))
                    : Outcome.Failed<int>(ClientTokens.Conflict(token));
            }
        }

        var (dataset, group) = await LockAsync(connection, owner, rules, ct).ConfigureAwait(false);
        var rows = rules.Errors.Count == 0 ? await makeRows(connection, dataset).ConfigureAwait(false) : null;
        if (rows is null || rules.Errors.Count > 0)
            return Outcome.Failed<int>(rules.Errors);
        if (rows.Count > 0)
        {
            flusher.RequireRoom(options);
            await using var batch = new NpgsqlBatch(connection) { BatchCommands = { PointLogRows.Insert(group, rows, []) } };
            await batch.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }

        if (token is not null)
            await ClientTokens.AnswerAsync(connection, caller, operation, token, rows.Count.ToString(CultureInfo.InvariantCulture), ct).ConfigureAwait(false);
        await transaction.CommitAsync(ct).ConfigureAwait(false);
        flusher.NoteLogged(rows.Bytes);
        TrackingTelemetry.PointsLogged.Add(rows.Count);
        if (rows.Table == SeriesTable.JobRuntime)
            topics.Publish(LiveTopics.RuntimeOf(owner.Id), new LoggedRuntime(owner.Id));
        return Outcome.Of(rows.Count);
    }

    /// <summary>Locks the rows' owner, then takes their group: versions of its rows grow with the order of commits, and it is not removed meanwhile.</summary>
    /// <returns>The dataset of a prediction set, else the owner itself; and the group.</returns>
    private static async Task<(long Dataset, long Group)> LockAsync(NpgsqlConnection connection, Owner owner, InputRules rules, CancellationToken ct)
    {
        // Two statements of one round trip: in a single one the number might be taken before the lock.
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new($"SELECT lifecycle_stage, {(owner.Table == "prediction_set" ? "dataset_id" : "id")} FROM {owner.Table} WHERE id = $1 FOR NO KEY UPDATE") { Parameters = { new() { Value = owner.Id } } },
                new("SELECT nextval('point_group_id')"),
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(ct).ConfigureAwait(false);
        var noun = owner.Table.Replace('_', ' ');
        if (!await reader.ReadAsync(ct).ConfigureAwait(false))
        {
            rules.Add(new NotFoundError($"There is no such {noun}.", InputRules.Path("input", owner.Field)));
            return default;
        }

        if (reader.GetString(0) != "ACTIVE")
            rules.Add(new NotActiveError($"The {noun} is deleted; restore it first.", InputRules.Path("input", owner.Field)));
        var dataset = reader.GetInt64(1);
        await reader.NextResultAsync(ct).ConfigureAwait(false);
        await reader.ReadAsync(ct).ConfigureAwait(false);
        return (dataset, reader.GetInt64(0));
    }

    private static InputRules Rules(int rows, string what, string field, string? token)
    {
        var rules = new InputRules();
        BatchRules.Some(rules, rows, what, field);
        BatchRules.Most(rules, rows, field, field);
        rules.Token(token);
        return rules;
    }

    private static void Places<T>(InputRules rules, IReadOnlyList<T> rows, Func<T, long> placeOf, string field, string name)
    {
        var seen = new HashSet<long>();
        for (var i = 0; i < rows.Count; i++)
        {
            BatchRules.Index(rules, placeOf(rows[i]), "input", field, i, name);
            if (!seen.Add(placeOf(rows[i])))
                rules.Invalid($"The place {placeOf(rows[i])} stands twice.", "input", field, i, name);
        }
    }

    private static void Truth(InputRules rules, long sample, string? @class, double? value, string field, int at)
    {
        BatchRules.Index(rules, sample, "input", field, at, "sampleIndex");
        if (@class is null == value is null)
            rules.Invalid("Give a class or a number, one of them.", "input", field, at);
        rules.Text(@class, InputRules.LongestKey, "The class", "input", field, at, "class");
    }

    /// <summary>Whose rows are added.</summary>
    private readonly record struct Owner(string Table, long Id, string Field);
}
