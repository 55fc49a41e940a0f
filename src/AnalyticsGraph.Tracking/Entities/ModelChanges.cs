using System.Text.RegularExpressions;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Tracking.Rules;
using AnalyticsGraph.Tracking.Writing;

namespace AnalyticsGraph.Tracking.Entities;

/// <summary>What changes of models and their versions have in common.</summary>
internal abstract class ModelChange(string operation, ArgumentValues input, Caller caller) : InputChange(operation, input, caller)
{
    /// <summary>Locks a registered model that must be in use.</summary>
    protected void AskModel(long model)
    {
        var isThere = false;
        Ask(new Statement("SELECT lifecycle_stage FROM registered_model WHERE id = ").Bind(model).Add(" FOR NO KEY UPDATE"), row =>
        {
            isThere = true;
            if (row.GetString(0) != "ACTIVE")
                Rules.Add(new NotActiveError("The registered model is deleted; restore it first.", InputRules.Path("input", "registeredModelId")));
        });
        Ask(new Statement("SELECT 1"), _ =>
        {
            if (!isThere)
                Rules.Add(new NotFoundError("There is no such registered model.", InputRules.Path("input", "registeredModelId")));
        });
    }
}

/// <summary><c>setModelAlias</c>: an alias points to one version of its model; setting it again moves it.</summary>
internal sealed partial class SetModelAlias(ArgumentValues input, Caller caller) : ModelChange("setModelAlias", input, caller)
{
    private long _version = -1;

    public override void Prepare()
    {
        CheckToken();
        Answer = GivenKey("registeredModelId", "RegisteredModel");
        CheckAlias(Rules, Input.Get<string>("alias")!);
        AskModel(Answer);
        var number = (long)Input.Get<int>("version");
        Ask(new Statement("SELECT coalesce((SELECT id FROM model_version WHERE lifecycle_stage = 'ACTIVE' AND registered_model_id = ").Bind(Answer).Add(" AND version = ").Bind(number).Add("), -1)"), row =>
        {
            _version = row.GetInt64(0);
            if (_version < 0 && IsValid("registeredModelId"))
                Rules.Add(new NotFoundError($"The model has no version {number}, or it is deleted.", InputRules.Path("input", "version")));
        });
    }

    public override void Decide()
    {
        if (Rules.Errors.Count > 0)
            return;
        Write(new Statement("INSERT INTO model_alias (registered_model_id, alias, version, model_version_id) VALUES (").Bind(Answer).Add(", ").Bind(Input.Get<string>("alias")).Add(", ")
            .Bind((long)Input.Get<int>("version")).Add(", ").Bind(_version)
            .Add(") ON CONFLICT (registered_model_id, alias) DO UPDATE SET version = EXCLUDED.version, model_version_id = EXCLUDED.model_version_id"));
    }

    public static void CheckAlias(InputRules rules, string alias)
    {
        rules.Name(alias, 255, "The alias", "input", "alias");
        if (alias.Length > 0 && !Alias().IsMatch(alias))
            rules.Invalid("The alias may have letters, digits, _ and -.", "input", "alias");
        else if (Reserved().IsMatch(alias))
            rules.Invalid($"'{alias}' is reserved: latest and v<number> name versions by themselves.", "input", "alias");
    }

    [GeneratedRegex("""^[\p{L}\p{N}_-]+\z""")]
    private static partial Regex Alias();

    [GeneratedRegex("""^(latest|v[0-9]+)\z""", RegexOptions.IgnoreCase)]
    private static partial Regex Reserved();
}

/// <summary><c>deleteModelAlias</c>.</summary>
internal sealed class DeleteModelAlias(ArgumentValues input, Caller caller) : ModelChange("deleteModelAlias", input, caller)
{
    public override void Prepare()
    {
        CheckToken();
        Answer = GivenKey("registeredModelId", "RegisteredModel");
        AskModel(Answer);
        var alias = Input.Get<string>("alias")!;
        Rules.Text(alias, 255, "The alias", "input", "alias");
        if (!IsValid("alias"))
            return;
        Ask(new Statement("SELECT EXISTS (SELECT FROM model_alias WHERE registered_model_id = ").Bind(Answer).Add(" AND alias = ").Bind(alias).Add(")"), row =>
        {
            if (!row.GetBoolean(0) && IsValid("registeredModelId"))
                Rules.Add(new NotFoundError($"The model has no alias '{InputRules.Shortened(alias)}'.", InputRules.Path("input", "alias")));
        });
    }

    public override void Decide()
    {
        if (Rules.Errors.Count == 0)
            Write(new Statement("DELETE FROM model_alias WHERE registered_model_id = ").Bind(Answer).Add(" AND alias = ").Bind(Input.Get<string>("alias")));
    }
}

/// <summary><c>transitionModelVersion</c>: moves a version to a stage, and others out of it if asked to.</summary>
internal sealed class TransitionModelVersion(ArgumentValues input, Caller caller) : ModelChange("transitionModelVersion", input, caller)
{
    private string Stage => Input.Get<string>("stage")!;

    public override void Prepare()
    {
        CheckToken();
        Answer = GivenKey("id", "ModelVersion");
        if (Stage == "DELETED")
            Rules.Invalid("A version gets to the stage DELETED by deleting it.", "input", "stage");
        var archives = Input.Get<bool>("archiveExisting");
        if (archives && Stage is not ("STAGING" or "PRODUCTION"))
            Rules.Invalid("Only the stages STAGING and PRODUCTION have versions to archive.", "input", "archiveExisting");
        // Transitions of one model wait for each other: archiving and arriving must not cross.
        Ask(new Statement("SELECT m.id FROM registered_model m JOIN model_version v ON v.registered_model_id = m.id WHERE v.id = ").Bind(Answer).Add(" FOR NO KEY UPDATE OF m"), _ => { });
        var isThere = false;
        Ask(new Statement("SELECT lifecycle_stage, row_version FROM model_version WHERE id = ").Bind(Answer).Add(" FOR NO KEY UPDATE"), row =>
        {
            isThere = true;
            if (row.GetString(0) != "ACTIVE")
                Rules.Add(new NotActiveError("The model version is deleted; restore it first.", InputRules.Path("input", "id")));
            if (Input.TryGet("version", out var given) && given is long decided && decided != row.GetInt64(1))
                Rules.Add(VersionConflictError.Of("model version", row.GetInt64(1), decided));
        });
        Ask(new Statement("SELECT 1"), _ =>
        {
            if (!isThere)
                Rules.Add(new NotFoundError("There is no such model version.", InputRules.Path("input", "id")));
        });
    }

    public override void Decide()
    {
        if (Rules.Errors.Count > 0)
            return;
        var text = Stage[..1] + Stage[1..].ToLowerInvariant();
        Write(new Statement("UPDATE model_version SET current_stage = ").Bind(text).Add(", last_update_time = now() WHERE id = ").Bind(Answer).Add(" AND current_stage IS DISTINCT FROM ").Bind(text));
        if (Input.Get<bool>("archiveExisting"))
        {
            Write(new Statement(
                """
                UPDATE model_version SET current_stage = 'Archived', last_update_time = now() FROM model_version moved
                WHERE model_version.registered_model_id = moved.registered_model_id AND model_version.id <> moved.id AND model_version.stage = moved.stage AND moved.id =
                """).Add(" ").Bind(Answer));
        }
    }
}

/// <summary><c>registerModel</c>: publishes a version of a model, which is registered first if there is none of that name.</summary>
internal sealed class RegisterModel(ArgumentValues input, Caller caller) : ModelChange("registerModel", input, caller)
{
    private long _model;
    private long _newModel;
    private long _version = 1;
    private string? _runUuid;

    public override void Prepare()
    {
        CheckToken();
        var name = Input.Get<string>("name")!;
        Rules.Name(name, 256, "The model's name", "input", "name");
        Rules.Text(Input.Get<string>("description"), 5000, "The description", "input", "description");
        Rules.Text(Input.Get<string>("sourceUri"), 500, "The source", "input", "sourceUri");
        Rules.Text(Input.Get<string>("runLink"), 500, "The link", "input", "runLink");
        Rules.Text(Input.Get<string>("user"), InputRules.LongestUser, "The user", "input", "user");
        Rules.Pairs(PairsOf("tags"), InputRules.MostTags, InputRules.LongestTag, "tag", "tags");
        if (Input.Get<string>("runId") is not null)
            AskReference("runId", "Run", "run", "uuid", row => _runUuid = row);
        if (Input.Get<string>("loggedModelId") is not null)
            AskReference("loggedModelId", "LoggedModel", "logged_model", "model_id", _ => { });
        Ask(
            new Statement("SELECT nextval(pg_get_serial_sequence('registered_model', 'id')), nextval(pg_get_serial_sequence('model_version', 'id'))"),
            row => (_newModel, Answer) = (row.GetInt64(0), row.GetInt64(1)));
        if (!IsValid("name"))
            return;
        Ask(new Statement("SELECT id, lifecycle_stage FROM registered_model WHERE workspace = 'default' AND source = ").Bind(TrackingStore.LocalSource).Add(" AND name = ").Bind(name).Add(" FOR NO KEY UPDATE"), row =>
        {
            _model = row.GetInt64(0);
            if (row.GetString(1) != "ACTIVE")
                Rules.Add(new NotActiveError("The registered model of this name is deleted; restore it, or choose another name.", InputRules.Path("input", "name")));
        });
        Ask(
            new Statement("SELECT coalesce(max(v.version), 0) + 1 FROM model_version v JOIN registered_model m ON m.id = v.registered_model_id WHERE m.workspace = 'default' AND m.source = ")
                .Bind(TrackingStore.LocalSource).Add(" AND m.name = ").Bind(name),
            row => _version = row.GetInt32(0));
    }

    public override void Decide()
    {
        if (Rules.Errors.Count > 0)
            return;
        var name = Input.Get<string>("name");
        if (_model == 0)
        {
            Write(new Statement("INSERT INTO registered_model (id, source, name, creation_time, last_update_time) OVERRIDING SYSTEM VALUE VALUES (").Bind(_newModel).Add(", ").Bind(TrackingStore.LocalSource)
                .Add(", ").Bind(name).Add(", now(), now())"));
        }
        else
        {
            Write(new Statement("UPDATE registered_model SET last_update_time = now() WHERE id = ").Bind(_model));
        }

        Write(new Statement(
            """
            INSERT INTO model_version (id, registered_model_id, source, name, version, description, user_name, current_stage, status, source_uri, run_link, run_id, original_run_id, logged_model_id,
                creation_time, last_update_time)
            OVERRIDING SYSTEM VALUE VALUES (
            """).Bind(Answer).Add(", ").Bind(_model == 0 ? _newModel : _model).Add(", ").Bind(TrackingStore.LocalSource).Add(", ").Bind(name).Add(", ").Bind(_version).Add(", ")
            .Bind(Input.Get<string>("description")).Add(", ").Bind(Input.Get<string>("user")).Add(", 'None', 'READY', ").Bind(Input.Get<string>("sourceUri")).Add(", ").Bind(Input.Get<string>("runLink"))
            .Add(", ").Bind(OptionalKey("runId", "Run"), NpgsqlTypes.NpgsqlDbType.Bigint).Add(", ").Bind(_runUuid)
            .Add(", ").Bind(OptionalKey("loggedModelId", "LoggedModel"), NpgsqlTypes.NpgsqlDbType.Bigint).Add(", now(), now())"));
        if (PairsOf("tags") is { Length: > 0 } tags)
            Write(PairStatements.Insert("model_version_tag", "model_version_id", Answer, tags));
    }

    private long? OptionalKey(string name, string type) => Input.Get<string>(name) is null ? null : GivenKey(name, type);

    private void AskReference(string name, string type, string table, string column, Action<string> take)
    {
        var noun = EntityChange.NounOf(type);
        var isThere = false;
        Ask(new Statement("SELECT lifecycle_stage, ").Name(column).Add(" FROM ").Name(table).Add(" WHERE id = ").Bind(GivenKey(name, type)).Add(" FOR SHARE"), row =>
        {
            isThere = true;
            take(row.GetString(1));
            if (row.GetString(0) != "ACTIVE")
                Rules.Add(new NotActiveError($"The {noun} is deleted; restore it, or choose another one.", InputRules.Path("input", name)));
        });
        Ask(new Statement("SELECT 1"), _ =>
        {
            if (!isThere)
                Rules.Add(new NotFoundError($"There is no such {noun}.", InputRules.Path("input", name)));
        });
    }
}
