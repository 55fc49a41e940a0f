using System.Text.Json;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Tracking.Rules;
using AnalyticsGraph.Tracking.Writing;
using NpgsqlTypes;

namespace AnalyticsGraph.Tracking.Entities;

/// <summary>Who has an artifact: a row of <c>artifact_link</c> without the artifact.</summary>
internal sealed record ArtifactOwner(string Level, long? ExperimentId, long? TrialId, long? RunId, long? EpochIndex, long? BatchIndex)
{
    /// <summary>Reads an <c>ArtifactOwnerInput</c>.</summary>
    public static ArtifactOwner Read(ArgumentValues input)
    {
        var (name, value) = input.Values[0];
        return name switch
        {
            "experimentId" => new("EXPERIMENT", InputChange.KeyOf((string)value!, "Experiment"), null, null, null, null),
            "trialId" => new("TRIAL", null, InputChange.KeyOf((string)value!, "Trial"), null, null, null),
            "runId" => new("RUN", null, null, InputChange.KeyOf((string)value!, "Run"), null, null),
            "resultsOfRunId" => new("RESULTS", null, null, InputChange.KeyOf((string)value!, "Run"), null, null),
            "epoch" when (ArgumentValues)value! is var epoch => new("EPOCH", null, null, InputChange.KeyOf(epoch.Get<string>("runId"), "Run"), epoch.Get<long>("epochIndex"), null),
            _ when (ArgumentValues)value! is var batch => new("BATCH", null, null, InputChange.KeyOf(batch.Get<string>("runId"), "Run"), batch.Get<long>("epochIndex"), batch.Get<long>("batchIndex")),
            _ => throw new ArgumentException($"'{name}' owns no artifacts.", nameof(input)),
        };
    }

    /// <summary>The kind of record that owns, and its key.</summary>
    public (string Table, string Noun, long Key) Record =>
        ExperimentId is { } experiment ? ("experiment", "experiment", experiment) : TrialId is { } trial ? ("trial", "trial", trial) : ("run", "run", RunId!.Value);
}

/// <summary><c>logArtifacts</c>: records artifacts, or takes ones that are there, and says who has them.</summary>
internal sealed class LogArtifacts(ArgumentValues input, Caller caller) : InputChange("logArtifacts", input, caller)
{
    private const int MostArtifacts = 1000;
    private const int MostOwners = 100;
    private readonly Dictionary<(string Table, long Key), string> _stages = [];
    private readonly Queue<long> _newIds = [];
    private Item[] _items = [];

    /// <summary>The artifacts' internal ids, in the order of the input.</summary>
    public IReadOnlyList<long> Artifacts { get; private set; } = [];

    public override string Remember() => JsonSerializer.Serialize(Artifacts);

    public override void Recall(string remembered) => Artifacts = JsonSerializer.Deserialize<long[]>(remembered)!;

    public override void Prepare()
    {
        CheckToken();
        _items = [.. Input.Get<object?[]>("artifacts", []).Select((value, i) => Read((ArgumentValues)value!, i))];
        if (_items.Length > MostArtifacts)
            Rules.Invalid($"There are {_items.Length} artifacts; the most in one call are {MostArtifacts}. Send several calls.", "input", "artifacts");
        foreach (var group in _items.SelectMany(item => item.Owners.Select(owner => (owner.Record.Table, owner.Record.Key)))
            .Concat(_items.Where(item => item.Id is not null).Select(item => (Table: "artifact", Key: item.Id!.Value)))
            .Distinct().GroupBy(record => record.Table, record => record.Key).OrderBy(group => Array.IndexOf(Order, group.Key)))
        {
            Ask(
                new Statement("SELECT id, lifecycle_stage FROM ").Name(group.Key).Add(" WHERE id = ANY (").Bind([.. group]).Add(") ORDER BY id FOR SHARE"),
                row => _stages[(group.Key, row.GetInt64(0))] = row.GetString(1));
        }

        if (_items.Count(item => item.Id is null) is > 0 and <= MostArtifacts and var count)
            Ask(new Statement("SELECT nextval(pg_get_serial_sequence('artifact', 'id')) FROM generate_series(1, ").Bind(count).Add(")"), row => _newIds.Enqueue(row.GetInt64(0)));
    }

    public override void Decide()
    {
        for (var i = 0; i < _items.Length; i++)
        {
            if (_items[i].Id is { } id)
                CheckRecord(("artifact", "artifact", id), "input", "artifacts", i, "id");
            for (var j = 0; j < _items[i].Owners.Length; j++)
                CheckRecord(_items[i].Owners[j].Record, "input", "artifacts", i, "owners", j);
        }

        if (Rules.Errors.Count > 0)
            return;
        var created = _items.Where(item => item.Id is null).Select(item => item with { Id = _newIds.Dequeue() }).ToArray();
        var next = 0;
        _items = [.. _items.Select(item => item.Id is null ? created[next++] : item)];
        Artifacts = [.. _items.Select(item => item.Id!.Value)];
        if (created.Length > 0)
            WriteArtifacts(created);
        WriteLinks([.. _items.SelectMany(item => item.Owners.Select(owner => (item.Id!.Value, owner)))]);
    }

    // The order in which everything locks: experiments before trials before runs.
    private static readonly string[] Order = ["experiment", "trial", "run", "artifact"];

    private Item Read(ArgumentValues input, int i)
    {
        var item = new Item(
            input.Get<string>("id") is { } id ? KeyOf(id, "Artifact") : null,
            input.Get<string>("type"),
            input.Get<string>("location"),
            input.TryGet("creationTime", out var time) ? (DateTimeOffset?)time : null,
            [.. input.Get<object?[]>("owners", []).Select(owner => ArtifactOwner.Read((ArgumentValues)owner!))]);
        if (item.Id is not null && (item.Type ?? item.Location ?? (object?)item.CreationTime) is not null)
            Rules.Invalid("An artifact that is there already is given by its id alone; change it with updateArtifact.", "input", "artifacts", i, "id");
        if (item.Id is null && item.Location is null)
            Rules.Invalid("A new artifact needs a location.", "input", "artifacts", i, "location");
        Rules.Text(item.Type, 255, "The type", "input", "artifacts", i, "type");
        Rules.Text(item.Location, InputRules.LongestUri, "The location", "input", "artifacts", i, "location");
        Rules.Time(item.CreationTime, "The time", "input", "artifacts", i, "creationTime");
        if (item.Owners.Length > MostOwners)
            Rules.Invalid($"There are {item.Owners.Length} owners; the most of one artifact in one call are {MostOwners}.", "input", "artifacts", i, "owners");
        for (var j = 0; j < item.Owners.Length; j++)
        {
            if (item.Owners[j].EpochIndex < 0 || item.Owners[j].BatchIndex < 0)
                Rules.Invalid("Epochs and batches count from 0.", "input", "artifacts", i, "owners", j);
        }

        return item;
    }

    private void CheckRecord((string Table, string Noun, long Key) record, params object[] path)
    {
        if (!_stages.TryGetValue((record.Table, record.Key), out var stage))
            Rules.Add(new NotFoundError($"There is no such {record.Noun}.", InputRules.Path(path)));
        else if (stage != "ACTIVE")
            Rules.Add(new NotActiveError($"The {record.Noun} is deleted; restore it, or choose another one.", InputRules.Path(path)));
    }

    private void WriteArtifacts(Item[] created) =>
        Write(new Statement("INSERT INTO artifact (id, source, type, location, creation_time) OVERRIDING SYSTEM VALUE SELECT a.id, ").Bind(TrackingStore.LocalSource)
            .Add(", a.type, a.location, coalesce(a.time, now()) FROM unnest(").Bind([.. created.Select(item => item.Id!.Value)]).Add(", ")
            .Bind(created.Select(item => item.Type).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text).Add(", ").Bind(created.Select(item => item.Location).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text).Add(", ")
            .Bind(created.Select(item => item.CreationTime?.UtcDateTime).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.TimestampTz).Add(") AS a (id, type, location, time)"));

    private void WriteLinks((long Artifact, ArtifactOwner Owner)[] links)
    {
        if (links.Length == 0)
            return;
        Write(new Statement("INSERT INTO artifact_link (artifact_id, level, experiment_id, trial_id, run_id, epoch_index, batch_index) SELECT * FROM unnest(")
            .Bind([.. links.Select(link => link.Artifact)]).Add(", ").Bind([.. links.Select(link => link.Owner.Level)]).Add(", ")
            .Bind(Keys(owner => owner.ExperimentId), NpgsqlDbType.Array | NpgsqlDbType.Bigint).Add(", ").Bind(Keys(owner => owner.TrialId), NpgsqlDbType.Array | NpgsqlDbType.Bigint).Add(", ")
            .Bind(Keys(owner => owner.RunId), NpgsqlDbType.Array | NpgsqlDbType.Bigint).Add(", ").Bind(Keys(owner => owner.EpochIndex), NpgsqlDbType.Array | NpgsqlDbType.Bigint).Add(", ")
            .Bind(Keys(owner => owner.BatchIndex), NpgsqlDbType.Array | NpgsqlDbType.Bigint).Add(") ON CONFLICT DO NOTHING"));

        long?[] Keys(Func<ArtifactOwner, long?> key) => [.. links.Select(link => key(link.Owner))];
    }

    private sealed record Item(long? Id, string? Type, string? Location, DateTimeOffset? CreationTime, ArtifactOwner[] Owners);
}

/// <summary><c>unlinkArtifact</c>: takes an artifact from an owner; the artifact stays.</summary>
internal sealed class UnlinkArtifact(ArgumentValues input, Caller caller) : InputChange("unlinkArtifact", input, caller)
{
    private long _link = -1;

    public override void Prepare()
    {
        CheckToken();
        Answer = GivenKey("artifactId", "Artifact");
        var owner = ArtifactOwner.Read(Input.Get<ArgumentValues>("owner")!);
        Ask(
            new Statement("SELECT coalesce((SELECT id FROM artifact_link WHERE artifact_id = ").Bind(Answer).Add(" AND level = ").Bind(owner.Level)
                .Add(" AND experiment_id IS NOT DISTINCT FROM ").Bind(owner.ExperimentId, NpgsqlDbType.Bigint).Add(" AND trial_id IS NOT DISTINCT FROM ").Bind(owner.TrialId, NpgsqlDbType.Bigint)
                .Add(" AND run_id IS NOT DISTINCT FROM ").Bind(owner.RunId, NpgsqlDbType.Bigint).Add(" AND epoch_index IS NOT DISTINCT FROM ").Bind(owner.EpochIndex, NpgsqlDbType.Bigint)
                .Add(" AND batch_index IS NOT DISTINCT FROM ").Bind(owner.BatchIndex, NpgsqlDbType.Bigint).Add("), -1)"),
            row => _link = row.GetInt64(0));
    }

    public override void Decide()
    {
        if (_link < 0)
            Rules.Add(new NotFoundError("The owner does not have this artifact.", InputRules.Path("input", "owner")));
        if (Rules.Errors.Count == 0)
            Write(new Statement("DELETE FROM artifact_link WHERE id = ").Bind(_link));
    }
}
