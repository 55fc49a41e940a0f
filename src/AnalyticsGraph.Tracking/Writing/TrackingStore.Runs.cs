using AnalyticsGraph.Tracking.Live;
using AnalyticsGraph.Tracking.Rules;
using Npgsql;
using NpgsqlTypes;

namespace AnalyticsGraph.Tracking.Writing;

public sealed partial class TrackingStore
{
    private static readonly string[] Endings = ["FINISHED", "FAILED", "KILLED"];

    /// <summary>Creates a run.</summary>
    /// <param name="request">What to create.</param>
    /// <param name="caller">Who creates it.</param>
    /// <param name="ct">Ends the wait; the change may still have been made.</param>
    /// <returns>Its internal id; or all that is wrong: invalid input, no such experiment or parent, a deleted experiment, a client token used for something else.</returns>
    public async Task<Outcome<long>> CreateRunAsync(CreateRunRequest request, Caller caller, CancellationToken ct = default)
    {
        var rules = new InputRules();
        rules.Text(request.Name, InputRules.LongestRunName, "The run's name", "input", "name");
        rules.Text(request.User, InputRules.LongestUser, "The user", "input", "user");
        rules.Time(request.StartTime, "The start", "input", "startTime");
        CheckStatus(rules, request.Status);
        rules.Pairs(request.Params, InputRules.MostParams, InputRules.LongestParam, "param", "params");
        rules.Pairs(request.Tags, InputRules.MostTags, InputRules.LongestTag, "tag", "tags");
        rules.Token(request.ClientToken);
        var tags = request.Tags.DistinctBy(tag => tag.Key).ToDictionary(tag => tag.Key, tag => tag.Value, StringComparer.Ordinal);
        if (request.Name is not null && tags.TryGetValue("mlflow.runName", out var tagged) && tagged != request.Name)
            rules.Invalid($"The run's name '{InputRules.Shortened(request.Name)}' and its tag mlflow.runName '{InputRules.Shortened(tagged)}' differ. Give one of them, or both alike.", "input", "name");
        return rules.Errors.Count == 0
            ? await ChangeAsync(
                caller, "createRun", request.ClientToken, request, c => InsertRunAsync(c, request, tags, rules, ct), ct, run => Tell(request.ExperimentId, run)).ConfigureAwait(false)
            : await CheckOnlyAsync(request, tags, rules, ct).ConfigureAwait(false);
    }

    /// <summary>Changes a run's name, status or end.</summary>
    /// <param name="request">What to change.</param>
    /// <param name="caller">Who changes it.</param>
    /// <param name="ct">Ends the wait; the change may still have been made.</param>
    /// <returns>Its internal id; or invalid input, no such run, a deleted run, a client token used for something else.</returns>
    public async Task<Outcome<long>> UpdateRunAsync(UpdateRunRequest request, Caller caller, CancellationToken ct = default)
    {
        var rules = new InputRules();
        rules.Token(request.ClientToken);
        if (request.Name is not null)
            rules.Name(request.Name, InputRules.LongestRunName, "The run's name", "input", "name");
        rules.Time(request.EndTime, "The end", "input", "endTime");
        if (request.Status is not null)
            CheckStatus(rules, request.Status);
        if (rules.Errors.Count > 0)
            return Outcome.Failed<long>(rules.Errors);
        var experiment = 0L;
        return await ChangeAsync(caller, "updateRun", request.ClientToken, request, ChangeRunAsync, ct, run => Tell(experiment, run)).ConfigureAwait(false);

        async Task<Outcome<long>> ChangeRunAsync(NpgsqlConnection connection)
        {
            (var outcome, experiment) = await UpdateAsync(connection, request, rules, ct).ConfigureAwait(false);
            return outcome;
        }
    }

    private void Tell(long experiment, long run) => topics.Publish(LiveTopics.RunsOf(experiment), new RunChange(run));

    private static void CheckStatus(InputRules rules, string status)
    {
        rules.Name(status, 32, "The status", "input", "status");
        if (status == "UNKNOWN")
            rules.Invalid("UNKNOWN is what an imported status reads as that is not known here; it cannot be set.", "input", "status");
    }

    private async Task<Outcome<long>> CheckOnlyAsync(CreateRunRequest request, Dictionary<string, string> tags, InputRules rules, CancellationToken ct)
    {
        await using var connection = await postgres.OpenConnectionAsync(ct).ConfigureAwait(false);
        await CheckReferencesAsync(connection, request, tags, rules, ct).ConfigureAwait(false);
        return Outcome.Failed<long>(rules.Errors);
    }

    /// <summary>Checks the experiment and the parent.</summary>
    /// <returns>The parent's id, named by the request or by the tag mlflow.parentRunId.</returns>
    private static async Task<long?> CheckReferencesAsync(NpgsqlConnection connection, CreateRunRequest request, Dictionary<string, string> tags, InputRules rules, CancellationToken ct)
    {
        await using var find = new NpgsqlCommand(
            """
            SELECT (SELECT lifecycle_stage FROM experiment WHERE id = $1 FOR SHARE), (SELECT id FROM run WHERE id = $2),
                (SELECT r.id FROM run r JOIN experiment e ON e.source = r.source WHERE r.uuid = $3 AND e.id = $1),
                (SELECT lifecycle_stage FROM trial WHERE id = $4 AND experiment_id = $1 FOR SHARE)
            """, connection)
        {
            Parameters =
            {
                new() { Value = request.ExperimentId }, new NpgsqlParameter<long?> { TypedValue = request.ParentId },
                new NpgsqlParameter<string?> { TypedValue = tags.GetValueOrDefault("mlflow.parentRunId") }, new NpgsqlParameter<long?> { TypedValue = request.TrialId },
            },
        };
        await using var reader = await find.ExecuteReaderAsync(ct).ConfigureAwait(false);
        await reader.ReadAsync(ct).ConfigureAwait(false);
        if (reader.IsDBNull(0))
            rules.Add(new NotFoundError("There is no such experiment.", InputRules.Path("input", "experimentId")));
        else if (reader.GetString(0) != "ACTIVE")
            rules.Add(new NotActiveError("The experiment is deleted; restore it, or choose another one.", InputRules.Path("input", "experimentId")));
        if (request.TrialId is not null && reader.IsDBNull(3))
            rules.Add(new NotFoundError("The experiment has no such trial.", InputRules.Path("input", "trialId")));
        else if (request.TrialId is not null && reader.GetString(3) != "ACTIVE")
            rules.Add(new NotActiveError("The trial is deleted; restore it, or choose another one.", InputRules.Path("input", "trialId")));
        if (request.ParentId is not null && reader.IsDBNull(1))
            rules.Add(new NotFoundError("There is no such run to be part of.", InputRules.Path("input", "parentId")));
        return !reader.IsDBNull(1) ? reader.GetInt64(1) : reader.IsDBNull(2) ? null : reader.GetInt64(2);
    }

    private static async Task<Outcome<long>> InsertRunAsync(
        NpgsqlConnection connection, CreateRunRequest request, Dictionary<string, string> tags, InputRules rules, CancellationToken ct)
    {
        var parent = await CheckReferencesAsync(connection, request, tags, rules, ct).ConfigureAwait(false);
        if (rules.Errors.Count > 0)
            return Outcome.Failed<long>(rules.Errors);
        var uuid = Guid.NewGuid().ToString("n");
        var name = request.Name ?? tags.GetValueOrDefault("mlflow.runName") ?? RunNames.MakeUp();
        var user = request.User ?? tags.GetValueOrDefault("mlflow.user");
        tags["mlflow.runName"] = name;
        await using var insert = new NpgsqlCommand(
            """
            WITH added AS (
                INSERT INTO run (source, experiment_id, parent_id, uuid, name, user_name, status_text, start_time, end_time, update_time, artifact_uri, source_type, source_name, trial_id)
                SELECT source, id, $2, $3, $4, $5, $6, $7, CASE WHEN $6 = ANY($8) THEN now() END, now(), artifact_location || '/' || $3 || '/artifacts', $9, $10, $15
                FROM experiment WHERE id = $1
                RETURNING id),
            params AS (
                INSERT INTO run_param (run_id, key, value) SELECT DISTINCT added.id, p.key, p.value FROM added, unnest($11, $12) AS p (key, value)),
            tags AS (
                INSERT INTO run_tag (run_id, key, value) SELECT added.id, t.key, t.value FROM added, unnest($13, $14) AS t (key, value))
            SELECT id FROM added
            """, connection)
        {
            Parameters =
            {
                new() { Value = request.ExperimentId }, new NpgsqlParameter<long?> { TypedValue = parent }, new() { Value = uuid }, new() { Value = name },
                new NpgsqlParameter<string?> { TypedValue = user }, new() { Value = request.Status },
                new() { Value = (request.StartTime ?? DateTimeOffset.UtcNow).UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz }, new() { Value = Endings },
                new NpgsqlParameter<string?> { TypedValue = tags.GetValueOrDefault("mlflow.source.type") },
                new NpgsqlParameter<string?> { TypedValue = tags.GetValueOrDefault("mlflow.source.name") },
                new() { Value = Keys(request.Params) }, new() { Value = Values(request.Params) },
                new() { Value = tags.Keys.ToArray() }, new() { Value = tags.Values.ToArray() },
                new NpgsqlParameter<long?> { TypedValue = request.TrialId },
            },
        };
        return Outcome.Of((long)(await insert.ExecuteScalarAsync(ct).ConfigureAwait(false))!);
    }

    /// <summary>Changes the run.</summary>
    /// <returns>What came of it, and the run's experiment.</returns>
    private static async Task<(Outcome<long> Outcome, long ExperimentId)> UpdateAsync(NpgsqlConnection connection, UpdateRunRequest request, InputRules rules, CancellationToken ct)
    {
        // The run's counter is what batches lock: the name is a tag too, and nobody may write both at once.
        await using var update = new NpgsqlCommand(
            """
            WITH locked AS (SELECT r.id, r.lifecycle_stage, r.experiment_id, r.row_version FROM run_counter c JOIN run r ON r.id = c.run_id WHERE c.run_id = $1 FOR NO KEY UPDATE OF c),
            changed AS (
                UPDATE run SET name = coalesce($2, name), status_text = coalesce($3, status_text), update_time = now(),
                    end_time = CASE WHEN $4 IS NOT NULL THEN $4 WHEN $3 = ANY($5) THEN now() WHEN $3 IS NOT NULL THEN NULL ELSE end_time END
                FROM locked WHERE run.id = locked.id AND locked.lifecycle_stage = 'ACTIVE' AND locked.row_version = coalesce($6, locked.row_version)
                RETURNING run.id),
            tags AS (
                INSERT INTO run_tag (run_id, key, value) SELECT id, 'mlflow.runName', $2 FROM changed WHERE $2 IS NOT NULL
                ON CONFLICT (run_id, key) DO UPDATE SET value = EXCLUDED.value WHERE run_tag.value IS DISTINCT FROM EXCLUDED.value)
            SELECT locked.lifecycle_stage, locked.experiment_id, locked.row_version FROM locked
            """, connection)
        {
            Parameters =
            {
                new() { Value = request.RunId }, new NpgsqlParameter<string?> { TypedValue = request.Name, NpgsqlDbType = NpgsqlDbType.Text },
                new NpgsqlParameter<string?> { TypedValue = request.Status, NpgsqlDbType = NpgsqlDbType.Text },
                new NpgsqlParameter<DateTime?> { TypedValue = request.EndTime?.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz }, new() { Value = Endings },
                new NpgsqlParameter<long?> { TypedValue = request.Version, NpgsqlDbType = NpgsqlDbType.Bigint },
            },
        };
        await using var reader = await update.ExecuteReaderAsync(ct).ConfigureAwait(false);
        if (!await reader.ReadAsync(ct).ConfigureAwait(false))
            rules.Add(new NotFoundError("There is no such run.", InputRules.Path("input", "id")));
        else if (request.Version is { } version && version != reader.GetInt64(2))
            rules.Add(VersionConflictError.Of("run", reader.GetInt64(2), version));
        else if (reader.GetString(0) == "ACTIVE")
            return (Outcome.Of(request.RunId), reader.GetInt64(1));
        else
            rules.Add(new NotActiveError("The run is deleted; restore it first.", InputRules.Path("input", "id")));
        return (Outcome.Failed<long>(rules.Errors), 0);
    }
}
