using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Tracking.Rules;

namespace AnalyticsGraph.Tracking.Entities;

/// <summary>What ran for a time, jobs and their nodes: it does not end before it begins, and has no less than nothing.</summary>
/// <param name="typeName">Which of them.</param>
internal sealed class SpanOfTimeRules(string typeName) : EntityRules
{
    public override string TypeName => typeName;

    public override IReadOnlyList<string> Needs => ["start_time", "end_time"];

    public override IReadOnlyDictionary<string, JsonShape> Documents { get; } = new Dictionary<string, JsonShape>
    {
        ["resource"] = JsonShape.Object(("CPUCore", JsonShape.Amount), ("Memory", JsonShape.Amount), ("GPUCore", JsonShape.Amount)),
    };

    public override void Decide(EntityChange change)
    {
        if (change.Kind is not (MutationKind.Create or MutationKind.Update) || !(change.IsGiven("startTime") || change.IsGiven("endTime")))
            return;
        if (TimeOf("start_time") is { } start && TimeOf("end_time") is { } end && end < start)
            change.Rules.Invalid($"The end {end:O} is before the start {start:O}.", "input", change.IsGiven("endTime") ? "endTime" : "startTime");

        DateTime? TimeOf(string column) => (change.Columns.TryGetValue(column, out var given) ? given.Value : change.Present(column)) as DateTime?;
    }
}

/// <summary>The documents of a job's profile that have more in them than fields of their own.</summary>
internal sealed class JobProfileRules : EntityRules
{
    private static readonly JsonShape Resource = JsonShape.Object(("cpu", JsonShape.Number), ("memory", JsonShape.Number));

    public override string TypeName => "JobProfile";

    public override IReadOnlyDictionary<string, JsonShape> Documents { get; } = new Dictionary<string, JsonShape>
    {
        ["modelFeature"] = JsonShape.Object(("kv_embedding_dims", JsonShape.ListOf(JsonShape.Number)), ("tensor_alloc_bytes", JsonShape.MapOf(JsonShape.Number))),
        ["resource"] = JsonShape.Object(("node_group_resources", JsonShape.MapOf(JsonShape.Object(
            ("count", JsonShape.Number),
            ("node_resource", JsonShape.Object(
                ("cpu", JsonShape.Number), ("memory", JsonShape.Number), ("gpu_num", JsonShape.Number), ("gpu_type", JsonShape.Text), ("image", JsonShape.Text), ("priority", JsonShape.Text))))))),
        ["optimization"] = JsonShape.ListOf(JsonShape.Object(
            ("timestamp", JsonShape.Seconds),
            ("config", JsonShape.MapOf(JsonShape.Any)),
            ("plan", JsonShape.Object(
                ("timestamp", JsonShape.Seconds),
                ("resource", JsonShape.Object(
                    ("task_group_resources", JsonShape.MapOf(JsonShape.Object(("count", JsonShape.Number), ("resource", Resource)))),
                    ("pod_resources", JsonShape.MapOf(Resource)))),
                ("job", JsonShape.Object(("uid", JsonShape.Text))))),
            ("job_states", JsonShape.ListOf(JsonShape.Object(
                ("timestamp", JsonShape.Seconds),
                ("speed", JsonShape.Number),
                ("pods", JsonShape.MapOf(JsonShape.Object(("name", JsonShape.Text), ("uid", JsonShape.Text), ("type", JsonShape.Text), ("is_oom", JsonShape.Boolean))))))))),
    };
}
