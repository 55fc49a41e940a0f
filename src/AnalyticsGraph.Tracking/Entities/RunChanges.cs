using AnalyticsGraph.GraphQL.Topics;
using AnalyticsGraph.Tracking.Live;
using AnalyticsGraph.Tracking.Rules;
using AnalyticsGraph.Tracking.Writing;
using NpgsqlTypes;

namespace AnalyticsGraph.Tracking.Entities;

/// <summary>What creating and changing runs have in common.</summary>
internal abstract class RunChangeBase(string operation, Caller caller, string? token) : Change(operation, caller, token)
{
    protected static readonly string[] Endings = ["FINISHED", "FAILED", "KILLED"];

    protected void CheckStatus(string status)
    {
        Rules.Name(status, 32, "The status", "input", "status");
        if (status == "UNKNOWN")
            Rules.Invalid("UNKNOWN is what an imported status reads as that is not known here; it cannot be set.", "input", "status");
    }
}

/// <summary><c>createRun</c>.</summary>
internal sealed class CreateRun(CreateRunRequest request, Caller caller, ITopicEvents topics) : RunChangeBase("createRun", caller, request.ClientToken)
{
    private readonly Dictionary<string, string> _tags =
        request.Tags.DistinctBy(tag => tag.Key).ToDictionary(tag => tag.Key, tag => tag.Value, StringComparer.Ordinal);

    private long? _parent;

    public override byte[] Hash() => ClientTokens.Hash(request with { ClientToken = null });

    public override void Prepare()
    {
        Rules.Text(request.Name, InputRules.LongestRunName, "The run's name", "input", "name");
        Rules.Text(request.User, InputRules.LongestUser, "The user", "input", "user");
        Rules.Time(request.StartTime, "The start", "input", "startTime");
        CheckStatus(request.Status);
        Rules.Pairs(request.Params, InputRules.MostParams, InputRules.LongestParam, "param", "params");
        Rules.Pairs(request.Tags, InputRules.MostTags, InputRules.LongestTag, "tag", "tags");
        CheckToken();
        if (request.Name is not null && _tags.TryGetValue(RunTags.Name, out var tagged) && tagged != request.Name)
            Rules.Invalid($"The run's name '{InputRules.Shortened(request.Name)}' and its tag {RunTags.Name} '{InputRules.Shortened(tagged)}' differ. Give one of them, or both alike.", "input", "name");
        AskReferences();
        Ask(new Statement("SELECT nextval(pg_get_serial_sequence('run', 'id'))"), row => Answer = row.GetInt64(0));
    }

    public override void Decide()
    {
        if (Rules.Errors.Count > 0)
            return;
        var uuid = Guid.NewGuid().ToString("n");
        var name = request.Name ?? _tags.GetValueOrDefault(RunTags.Name) ?? RunNames.MakeUp();
        _tags[RunTags.Name] = name;
        Write(new Statement(
            """
            INSERT INTO run (id, source, experiment_id, trial_id, parent_id, uuid, name, user_name, status_text, start_time, end_time, update_time, artifact_uri, source_type, source_name)
            OVERRIDING SYSTEM VALUE SELECT
            """).Add(" ").Bind(Answer).Add(", source, id, ").Bind(request.TrialId, NpgsqlDbType.Bigint).Add(", ").Bind(_parent, NpgsqlDbType.Bigint).Add(", ").Bind(uuid).Add(", ").Bind(name).Add(", ")
            .Bind(request.User ?? _tags.GetValueOrDefault("mlflow.user")).Add(", ").Bind(request.Status).Add(", ")
            .Bind((request.StartTime ?? DateTimeOffset.UtcNow).UtcDateTime, NpgsqlDbType.TimestampTz).Add(Endings.Contains(request.Status) ? ", now()" : ", NULL").Add(", now(), artifact_location || '/' || ")
            .Bind(uuid).Add(" || '/artifacts', ").Bind(_tags.GetValueOrDefault("mlflow.source.type")).Add(", ").Bind(_tags.GetValueOrDefault("mlflow.source.name"))
            .Add(" FROM experiment WHERE id = ").Bind(request.ExperimentId));
        if (request.Params.Count > 0)
            Write(PairStatements.Insert("run_param", "run_id", Answer, request.Params));
        Write(PairStatements.Insert("run_tag", "run_id", Answer, _tags.Select(tag => new KeyText(tag.Key, tag.Value))));
        WhenCommitted(() => topics.Publish(LiveTopics.RunsOf(request.ExperimentId), new ChangedRuns([Answer])));
    }

    private void AskReferences()
    {
        // The shared locks keep experiment, trial and parent from being deleted before this commits.
        var question = new Statement("SELECT (SELECT lifecycle_stage FROM experiment WHERE id = ").Bind(request.ExperimentId).Add(" FOR SHARE), (SELECT lifecycle_stage FROM trial WHERE id = ")
            .Bind(request.TrialId, NpgsqlDbType.Bigint).Add(" AND experiment_id = ").Bind(request.ExperimentId).Add(" FOR SHARE), (SELECT r.id FROM run r JOIN experiment e ON e.source = r.source WHERE r.uuid = ")
            .Bind(IsValid("tags") ? _tags.GetValueOrDefault(RunTags.Parent) : null).Add(" AND e.id = ").Bind(request.ExperimentId).Add(")");
        Ask(question, row =>
        {
            if (row.IsDBNull(0))
                Rules.Add(new NotFoundError("There is no such experiment.", InputRules.Path("input", "experimentId")));
            else if (row.GetString(0) != "ACTIVE")
                Rules.Add(new NotActiveError("The experiment is deleted; restore it, or choose another one.", InputRules.Path("input", "experimentId")));
            if (request.TrialId is not null && row.IsDBNull(1))
                Rules.Add(new NotFoundError("The experiment has no such trial.", InputRules.Path("input", "trialId")));
            else if (request.TrialId is not null && row.GetString(1) != "ACTIVE")
                Rules.Add(new NotActiveError("The trial is deleted; restore it, or choose another one.", InputRules.Path("input", "trialId")));
            _parent = row.IsDBNull(2) ? null : row.GetInt64(2);
        });
        if (request.ParentId is { } parent)
            AskParent(parent);
    }

    private void AskParent(long id)
    {
        var (stage, uuid) = ((string?)null, "");
        Ask(new Statement("SELECT lifecycle_stage, uuid FROM run WHERE id = ").Bind(id).Add(" AND experiment_id = ").Bind(request.ExperimentId).Add(" FOR SHARE"), row => (stage, uuid) = (row.GetString(0), row.GetString(1)));
        Ask(new Statement("SELECT 1"), _ =>
        {
            if (stage is null)
                Rules.Add(new NotFoundError("The experiment has no such run to be part of.", InputRules.Path("input", "parentId")));
            else if (stage != "ACTIVE")
                Rules.Add(new NotActiveError("The run to be part of is deleted; restore it, or choose another one.", InputRules.Path("input", "parentId")));
            else if (_tags.TryGetValue(RunTags.Parent, out var tagged) && tagged != uuid)
                Rules.Invalid($"The run to be part of is '{uuid}', and the tag {RunTags.Parent} says '{InputRules.Shortened(tagged)}'. Give one of them, or both alike.", "input", "parentId");
            _parent = id;
            _tags[RunTags.Parent] = uuid;
        });
    }
}

/// <summary><c>updateRun</c>.</summary>
internal sealed class UpdateRun(UpdateRunRequest request, Caller caller, ITopicEvents topics) : RunChangeBase("updateRun", caller, request.ClientToken)
{
    private string? _stage;
    private long _experiment;
    private long _version;

    // The status that ended it.
    private string? _ending;

    public override byte[] Hash() => ClientTokens.Hash(request with { ClientToken = null });

    public override void Prepare()
    {
        Answer = request.RunId;
        CheckToken();
        if (request.Name is not null)
            Rules.Name(request.Name, InputRules.LongestRunName, "The run's name", "input", "name");
        Rules.Time(request.EndTime, "The end", "input", "endTime");
        if (request.Status is not null)
            CheckStatus(request.Status);
        foreach (var name in request.TakenAway.Where(name => name != "endTime"))
            Rules.Invalid($"`{name}` cannot be taken away; leave it out, or give a value.", "input", name);
        // The run's counter is what batches lock: the name is a tag too, and nobody may write both at once.
        Ask(new Statement("SELECT run_id FROM run_counter WHERE run_id = ").Bind(request.RunId).Add(" FOR NO KEY UPDATE"), _ => { });
        Ask(
            new Statement("SELECT lifecycle_stage, experiment_id, row_version, CASE WHEN end_time IS NOT NULL THEN status_text END FROM run WHERE id = ").Bind(request.RunId).Add(" FOR NO KEY UPDATE"),
            row => (_stage, _experiment, _version, _ending) = (row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.IsDBNull(3) ? null : row.GetString(3)));
    }

    public override void Decide()
    {
        if (_stage is null)
            Rules.Add(new NotFoundError("There is no such run.", InputRules.Path("input", "id")));
        else if (_stage != "ACTIVE")
            Rules.Add(new NotActiveError("The run is deleted; restore it first.", InputRules.Path("input", "id")));
        if (_stage is not null && request.Version is { } version && version != _version)
            Rules.Add(VersionConflictError.Of("run", _version, version));
        if (Rules.Errors.Count > 0)
            return;
        if (Columns().ToArray() is { Length: > 0 } columns)
        {
            // What is there already is no change: then there is no new version.
            var update = new Statement("UPDATE run SET update_time = now()");
            foreach (var (column, value) in columns)
                update.Add(", ").Name(column).Add(" = ").Add(value);
            update.Add(" WHERE id = ").Bind(request.RunId).Add(" AND (false");
            foreach (var (column, value) in columns)
                update.Add(" OR ").Name(column).Add(" IS DISTINCT FROM ").Add(value);
            Write(update.Add(")"));
        }

        if (request.Name is not null)
            Write(PairStatements.Insert("run_tag", "run_id", request.RunId, [new KeyText(RunTags.Name, request.Name)]));
        WhenCommitted(() => topics.Publish(LiveTopics.RunsOf(_experiment), new ChangedRuns([request.RunId])));
    }

    private IEnumerable<(string Column, ColumnValue Value)> Columns()
    {
        if (request.Name is not null)
            yield return ("name", ColumnValue.Of(request.Name));
        if (request.Status is not null)
            yield return ("status_text", ColumnValue.Of(request.Status));
        if (request.EndTime is { } end)
            yield return ("end_time", new ColumnValue(end.UtcDateTime, NpgsqlDbType.TimestampTz));
        else if (request.TakenAway.Contains("endTime") || (request.Status is not null && !Endings.Contains(request.Status)))
            yield return ("end_time", ColumnValue.Null);
        else if (request.Status is not null && request.Status != _ending)
            yield return ("end_time", ColumnValue.Now);
    }
}
