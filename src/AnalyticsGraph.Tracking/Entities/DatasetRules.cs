using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Tracking.Rules;
using NpgsqlTypes;

namespace AnalyticsGraph.Tracking.Entities;

/// <summary>
/// Datasets that are made here can be told apart, even without an experiment or a digest: what both of two do not have counts as the same. Originals may have several that share all of it.
/// </summary>
internal sealed class DatasetRules : EntityRules
{
    private static readonly string[] TellApart = ["experiment_id", "name", "digest"];

    public override string TypeName => "Dataset";

    public override void Prepare(EntityChange change)
    {
        if (change.Kind is not (MutationKind.Create or MutationKind.Update) || !TellApart.Any(change.Columns.ContainsKey) || !change.IsValid("name") || !change.IsValid("digest"))
            return;
        var question = new Statement("SELECT o.id FROM dataset o, (SELECT ");
        foreach (var column in TellApart)
        {
            if (change.Columns.TryGetValue(column, out var value))
                question.Add(value.Type == NpgsqlDbType.Unknown ? new ColumnValue(null, column == "experiment_id" ? NpgsqlDbType.Bigint : NpgsqlDbType.Text) : value);
            else
                question.Add("me.").Name(column);
            question.Add(" AS ").Name(column).Add(", ");
        }

        question.Add("me.original_id IS NULL AS is_ours FROM (SELECT 1) one LEFT JOIN dataset me ON me.id = ").Bind(change.Kind == MutationKind.Update ? change.Key : -1)
            .Add(") n WHERE n.is_ours AND o.original_id IS NULL AND o.id <> ").Bind(change.Key)
            .Add(" AND o.name = n.name AND o.experiment_id IS NOT DISTINCT FROM n.experiment_id AND o.digest IS NOT DISTINCT FROM n.digest AND (n.experiment_id IS NULL OR n.digest IS NULL) LIMIT 1");
        change.Ask(question, row => change.Rules.Add(new NameTakenError(
            "There is a dataset with this `name`, and without what would tell the two apart, already. Deleted ones keep theirs: choose another name, give a digest, or restore it.",
            InputRules.Path("input", "name"), "Dataset", row.GetInt64(0))));
    }
}
