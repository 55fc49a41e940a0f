using AnalyticsGraph.Tracking.Rules;
using AnalyticsGraph.Tracking.Writing;

namespace AnalyticsGraph.Tracking.Entities;

/// <summary><c>createExperiment</c>.</summary>
internal sealed class CreateExperiment(CreateExperimentRequest request, Caller caller) : Change("createExperiment", caller, request.ClientToken)
{
    public override byte[] Hash() => ClientTokens.Hash(request with { ClientToken = null });

    public override void Prepare()
    {
        Rules.Name(request.Name, InputRules.LongestExperimentName, "The experiment's name", "input", "name");
        Rules.Text(request.Description, InputRules.LongestDescription, "The description", "input", "description");
        Rules.Text(request.ArtifactLocation, InputRules.LongestUri, "The artifact location", "input", "artifactLocation");
        Rules.Pairs(request.Tags, InputRules.MostTags, InputRules.LongestTag, "tag", "tags");
        CheckToken();
        Ask(new Statement("SELECT nextval(pg_get_serial_sequence('experiment', 'id'))"), row => Answer = row.GetInt64(0));
        if (!IsValid("name"))
            return;
        Ask(
            new Statement("SELECT id FROM experiment WHERE workspace = 'default' AND unique_name AND source = ").Bind(TrackingStore.LocalSource).Add(" AND name = ").Bind(request.Name),
            row => Rules.Add(new NameTakenError(
                $"There is an experiment '{InputRules.Shortened(request.Name)}' already. Deleted experiments keep their names: choose another one, or restore it.",
                InputRules.Path("input", "name"), "Experiment", row.GetInt64(0))));
    }

    public override void Decide()
    {
        if (Rules.Errors.Count > 0)
            return;
        Write(new Statement("INSERT INTO experiment (id, source, name, artifact_location, description, creation_time, last_update_time) OVERRIDING SYSTEM VALUE VALUES (")
            .Bind(Answer).Add(", ").Bind(TrackingStore.LocalSource).Add(", ").Bind(request.Name).Add(", ").Bind(request.ArtifactLocation).Add(", ").Bind(request.Description).Add(", now(), now())"));
        if (request.Tags.Count > 0)
            Write(PairStatements.Insert("experiment_tag", "experiment_id", Answer, request.Tags));
    }
}
