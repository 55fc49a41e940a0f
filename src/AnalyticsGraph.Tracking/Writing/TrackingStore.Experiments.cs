using AnalyticsGraph.Tracking.Rules;
using Npgsql;

namespace AnalyticsGraph.Tracking.Writing;

public sealed partial class TrackingStore
{
    /// <summary>Creates an experiment.</summary>
    /// <param name="request">What to create.</param>
    /// <param name="caller">Who creates it.</param>
    /// <param name="ct">Ends the wait; the change may still have been made.</param>
    /// <returns>Its internal id; or invalid input, a taken name, a client token used for something else.</returns>
    public async Task<Outcome<long>> CreateExperimentAsync(CreateExperimentRequest request, Caller caller, CancellationToken ct = default)
    {
        var rules = new InputRules();
        rules.Name(request.Name, InputRules.LongestExperimentName, "The experiment's name", "input", "name");
        rules.Text(request.Description, InputRules.LongestDescription, "The description", "input", "description");
        rules.Text(request.ArtifactLocation, InputRules.LongestUri, "The artifact location", "input", "artifactLocation");
        rules.Pairs(request.Tags, InputRules.MostTags, InputRules.LongestTag, "tag", "tags");
        rules.Token(request.ClientToken);
        if (rules.Errors.Count > 0)
        {
            // A taken name is told beside the other errors, so that the caller can mend all at once.
            if (!rules.Errors.Any(error => error.Path[^1] == "name"))
            {
                await using var connection = await postgres.OpenConnectionAsync(ct).ConfigureAwait(false);
                if (await FindByNameAsync(connection, request.Name, ct).ConfigureAwait(false) is { } taken)
                    rules.Add(NameTaken(request.Name, taken));
            }

            return Outcome.Failed<long>(rules.Errors);
        }

        return await ChangeAsync(caller, "createExperiment", request.ClientToken, request, c => InsertExperimentAsync(c, request, ct), ct).ConfigureAwait(false);
    }

    private static async Task<Outcome<long>> InsertExperimentAsync(NpgsqlConnection connection, CreateExperimentRequest request, CancellationToken ct)
    {
        await using var insert = new NpgsqlCommand(
            """
            WITH added AS (
                INSERT INTO experiment (source, name, artifact_location, description, creation_time, last_update_time) VALUES ($1, $2, $3, $6, now(), now())
                ON CONFLICT (name, source, workspace) WHERE unique_name DO NOTHING
                RETURNING id),
            tags AS (
                INSERT INTO experiment_tag (experiment_id, key, value) SELECT DISTINCT added.id, t.key, t.value FROM added, unnest($4, $5) AS t (key, value))
            SELECT id FROM added
            """, connection)
        {
            Parameters =
            {
                new() { Value = LocalSource }, new() { Value = request.Name }, new NpgsqlParameter<string?> { TypedValue = request.ArtifactLocation },
                new() { Value = Keys(request.Tags) }, new() { Value = Values(request.Tags) }, new NpgsqlParameter<string?> { TypedValue = request.Description },
            },
        };
        if (await insert.ExecuteScalarAsync(ct).ConfigureAwait(false) is long id)
            return Outcome.Of(id);
        return Outcome.Failed<long>(NameTaken(request.Name, await FindByNameAsync(connection, request.Name, ct).ConfigureAwait(false) ?? 0));
    }

    private static async Task<long?> FindByNameAsync(NpgsqlConnection connection, string name, CancellationToken ct)
    {
        await using var find = new NpgsqlCommand("SELECT id FROM experiment WHERE name = $1 AND source = $2 AND workspace = 'default' AND unique_name", connection)
        {
            Parameters = { new() { Value = name }, new() { Value = LocalSource } },
        };
        return await find.ExecuteScalarAsync(ct).ConfigureAwait(false) as long?;
    }

    private static NameTakenError NameTaken(string name, long existing) => new(
        $"There is an experiment '{InputRules.Shortened(name)}' already. Deleted experiments keep their names: choose another one, or restore it.",
        InputRules.Path("input", "name"),
        "Experiment",
        existing);
}
