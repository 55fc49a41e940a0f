using AnalyticsGraph.GraphQL.Topics;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Tracking.Live;

namespace AnalyticsGraph.Tracking.Entities;

/// <summary>Runs: whoever writes to one holds its counter, as batches do; its name and its parent are tags, too; and their changes are told to subscribers.</summary>
/// <param name="topics">Told of what was committed.</param>
internal sealed class RunRules(ITopicEvents topics) : EntityRules
{
    public override string TypeName => "Run";

    public override IReadOnlyList<string> Needs => ["experiment_id"];

    public override void Prepare(EntityChange change)
    {
        if (change.Kind == MutationKind.DeletePairs && change.Pairs["tags"].Any(tag => tag.Key == RunTags.Name))
            change.Rules.Invalid($"The tag {RunTags.Name} is the run's name, which it always has. Change it instead.", "input", "keys");
    }

    public override void Lock(EntityChange change) =>
        change.Ask(new Statement("SELECT run_id FROM run_counter WHERE run_id = ").Bind(change.Key).Add(" FOR NO KEY UPDATE"), _ => { });

    public override void LockDependents(EntityChange change, RelationField relation)
    {
        var runs = new List<long>();
        var experiment = 0L;
        change.Ask(
            new Statement("SELECT c.run_id, r.experiment_id FROM run_counter c JOIN run r ON r.id = c.run_id WHERE r.").Name(relation.To[0]).Add(" = ").Bind(change.Key)
                .Add(" AND r.lifecycle_stage = ").Bind(change.Kind == MutationKind.Delete ? "ACTIVE" : "DELETED").Add(" ORDER BY c.run_id FOR NO KEY UPDATE OF c"),
            row =>
            {
                experiment = row.GetInt64(1);
                runs.Add(row.GetInt64(0));
            });
        change.WhenCommitted(() =>
        {
            if (runs.Count > 0)
                topics.Publish(LiveTopics.RunsOf(experiment), new ChangedRuns(runs));
        });
    }

    public override void Write(EntityChange change)
    {
        if (change.Kind == MutationKind.DeletePairs && change.Pairs["tags"].Any(tag => tag.Key == RunTags.Parent))
        {
            change.Write(new Statement("UPDATE run SET parent_id = NULL WHERE id = ").Bind(change.Key)
                .Add(" AND EXISTS (SELECT FROM run_tag WHERE run_id = run.id AND key = ").Bind(RunTags.Parent).Add(")"));
        }

        change.WriteDefault();
        if (change.Kind == MutationKind.SetPairs)
            Mirror(change);
        change.WhenCommitted(() => topics.Publish(LiveTopics.RunsOf((long)change.Present("experiment_id")!), new ChangedRuns([change.Key])));
    }

    private static void Mirror(EntityChange change)
    {
        foreach (var (key, value) in change.Pairs["tags"])
        {
            if (key == RunTags.Name)
            {
                change.Write(new Statement("UPDATE run SET name = ").Bind(value).Add(" WHERE id = ").Bind(change.Key).Add(" AND name IS DISTINCT FROM ").Bind(value));
            }
            else if (key == RunTags.Parent)
            {
                foreach (var statement in RunTags.SetParent(change.Key, value))
                    change.Write(statement);
            }
        }
    }
}
