using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Tracking.Entities;

/// <summary>Registered models: those made here are in the default workspace.</summary>
internal sealed class RegisteredModelRules : EntityRules
{
    public override string TypeName => "RegisteredModel";

    public override void Prepare(EntityChange change)
    {
        if (change.Kind == MutationKind.Create)
            change.Columns["workspace"] = ColumnValue.Of("default");
    }
}

/// <summary>Model versions: counted up within their model; a deleted one keeps its number and no trace of where it came from, but for its history. One that goes with its model keeps all.</summary>
internal sealed class ModelVersionRules : EntityRules
{
    public override string TypeName => "ModelVersion";

    public override bool HasStage => false;

    public override void Prepare(EntityChange change)
    {
        if (change.Kind == MutationKind.Create)
            PrepareVersion(change, change.Columns, change.GivenKey("registeredModelId", "RegisteredModel"), change.GivenKey("runId", "Run"));
        else if (change.Kind == MutationKind.Restore)
            AskHistory(change);
    }

    /// <summary>Locks the model and takes its next version.</summary>
    public static void PrepareVersion(Change change, OrderedDictionary<string, ColumnValue> columns, long model, long run)
    {
        change.Ask(new Statement("SELECT id FROM registered_model WHERE id = ").Bind(model).Add(" FOR NO KEY UPDATE"), _ => { });
        change.Ask(
            new Statement("SELECT m.name, (SELECT coalesce(max(v.version), 0) + 1 FROM model_version v WHERE v.registered_model_id = m.id) FROM registered_model m WHERE m.id = ").Bind(model),
            row => (columns["name"], columns["version"]) = (ColumnValue.Of(row.GetString(0)), ColumnValue.Of(row.GetInt32(1))));
        columns["current_stage"] = ColumnValue.Of("None");
        columns.TryAdd("status", ColumnValue.Of("READY"));
        if (run > 0)
            columns["original_run_id"] = ColumnValue.From("run", "uuid", "id", run);
    }

    public override void Write(EntityChange change)
    {
        switch (change.Kind)
        {
            case MutationKind.Delete:
                change.Write(new Statement(
                    """
                    UPDATE model_version SET current_stage = 'Deleted_Internal', description = NULL, user_name = NULL, status_message = NULL, storage_location = NULL,
                        source_uri = 'REDACTED-SOURCE-PATH', run_link = 'REDACTED-RUN-LINK', original_run_id = 'REDACTED-RUN-ID', run_id = NULL, logged_model_id = NULL,
                        last_update_time = now() WHERE id =
                    """).Add(" ").Bind(change.Key));
                change.Write(new Statement("DELETE FROM model_alias WHERE model_version_id = ").Bind(change.Key));
                break;
            case MutationKind.Restore:
                change.Write(AddBefore(change.Key, new Statement(
                    """
                    UPDATE model_version SET current_stage = h.current_stage, description = h.description, user_name = h.user_name, status_message = h.status_message,
                        storage_location = h.storage_location, source_uri = h.source_uri, run_link = h.run_link, original_run_id = h.original_run_id,
                        run_id = (SELECT id FROM run WHERE id = h.run_id), logged_model_id = (SELECT id FROM logged_model WHERE id = h.logged_model_id), last_update_time = now()
                    FROM (
                    """)).Add(") h WHERE model_version.id = h.id"));
                break;
            default:
                change.WriteDefault();
                break;
        }
    }

    private static void AskHistory(EntityChange change)
    {
        // What it refers to was taken away with its deletion, so the record itself does not tell.
        change.Ask(
            AddBefore(change.Key, new Statement(
                "SELECT (SELECT lifecycle_stage FROM run WHERE id = h.run_id FOR SHARE), (SELECT lifecycle_stage FROM logged_model WHERE id = h.logged_model_id FOR SHARE) FROM ("))
                .Add(") h WHERE EXISTS (SELECT FROM model_version v WHERE v.id = h.id AND v.lifecycle_stage = 'DELETED')"),
            row =>
            {
                foreach (var (i, noun) in new[] { (0, "run"), (1, "logged model") })
                {
                    if (!row.IsDBNull(i) && row.GetString(i) != "ACTIVE")
                        change.Rules.Add(change.DeletedParent(noun));
                }
            });
        change.Ask(
            new Statement("SELECT EXISTS (SELECT FROM model_version_history WHERE stage <> 'DELETED' AND id = ").Bind(change.Key).Add(") OR NOT EXISTS (SELECT FROM model_version WHERE id = ")
                .Bind(change.Key).Add(" AND lifecycle_stage = 'DELETED')"),
            row =>
            {
                if (!row.GetBoolean(0))
                    change.Rules.Invalid("What the version was before it was deleted is not known here, so it cannot be restored.", "input", "id");
            });
    }

    // The version as it was before it was deleted.
    private static Statement AddBefore(long version, Statement statement) =>
        statement.Add("SELECT * FROM model_version_history WHERE stage <> 'DELETED' AND id = ").Bind(version).Add(" ORDER BY upper(valid) DESC LIMIT 1");
}

/// <summary>Logged models: named by an id as MLflow makes them; their status is a number.</summary>
internal sealed class LoggedModelRules : EntityRules
{
    // As MLflow numbers them.
    private static readonly string[] Statuses = ["UNSPECIFIED", "PENDING", "READY", "UPLOAD_FAILED"];

    public override string TypeName => "LoggedModel";

    public override void Prepare(EntityChange change)
    {
        if (change.Columns.Remove("status", out var status))
            change.Columns["status_code"] = ColumnValue.Of(Array.IndexOf(Statuses, (string)status.Value!));
        if (change.Kind != MutationKind.Create)
            return;
        change.Columns.TryAdd("status_code", ColumnValue.Of(Array.IndexOf(Statuses, "PENDING")));
        change.Columns["model_id"] = ColumnValue.Of($"m-{Guid.NewGuid():n}");
        if (change.Input.Get<string>("sourceRunId") is { } run)
            change.Columns["original_source_run_id"] = ColumnValue.From("run", "uuid", "id", InputChange.KeyOf(run, "Run"));
    }
}

/// <summary>Traces: named by an id as MLflow makes them, and under way until something else is said.</summary>
internal sealed class TraceRules : EntityRules
{
    public override string TypeName => "Trace";

    public override void Prepare(EntityChange change)
    {
        if (change.Kind != MutationKind.Create)
            return;
        change.Columns.TryAdd("request_id", ColumnValue.Of($"tr-{Guid.NewGuid():n}"));
        change.Columns.TryAdd("status", ColumnValue.Of("IN_PROGRESS"));
    }
}
