using AnalyticsGraph.GraphQL.Topics;
using AnalyticsGraph.Tracking.Entities;
using AnalyticsGraph.Tracking.Rules;
using Npgsql;

namespace AnalyticsGraph.Tracking.Writing;

/// <summary>Creates and changes experiments and runs. Each call is one transaction: all of it or nothing, and what a caller can mend comes back all at once.</summary>
/// <param name="postgres">The source of truth.</param>
/// <param name="topics">Told of what was committed.</param>
public sealed class TrackingStore(NpgsqlDataSource postgres, ITopicEvents topics)
{
    /// <summary>The source of what is created here.</summary>
    public const string LocalSource = "local";

    private readonly ChangeRunner _runner = new(postgres);

    /// <summary>Creates an experiment.</summary>
    /// <param name="request">What to create.</param>
    /// <param name="caller">Who creates it.</param>
    /// <param name="ct">Ends the wait; the change may still have been made.</param>
    /// <returns>Its internal id; or invalid input, a taken name, a client token used for something else.</returns>
    public Task<Outcome<long>> CreateExperimentAsync(CreateExperimentRequest request, Caller caller, CancellationToken ct = default) =>
        RunAsync(() => new CreateExperiment(request, caller), ct);

    /// <summary>Creates a run.</summary>
    /// <param name="request">What to create.</param>
    /// <param name="caller">Who creates it.</param>
    /// <param name="ct">Ends the wait; the change may still have been made.</param>
    /// <returns>Its internal id; or all that is wrong: invalid input, no such experiment, trial or parent, a deleted experiment, a client token used for something else.</returns>
    public Task<Outcome<long>> CreateRunAsync(CreateRunRequest request, Caller caller, CancellationToken ct = default) => RunAsync(() => new CreateRun(request, caller, topics), ct);

    /// <summary>Changes a run's name, status or end.</summary>
    /// <param name="request">What to change.</param>
    /// <param name="caller">Who changes it.</param>
    /// <param name="ct">Ends the wait; the change may still have been made.</param>
    /// <returns>Its internal id; or invalid input, no such run, a deleted run, another version, a client token used for something else.</returns>
    public Task<Outcome<long>> UpdateRunAsync(UpdateRunRequest request, Caller caller, CancellationToken ct = default) => RunAsync(() => new UpdateRun(request, caller, topics), ct);

    private async Task<Outcome<long>> RunAsync(Func<Change> make, CancellationToken ct)
    {
        var outcome = await _runner.RunAsync(make, ct).ConfigureAwait(false);
        return new Outcome<long>(outcome.Value?.Answer ?? 0, outcome.Errors);
    }

    internal static async Task SetActorAsync(NpgsqlConnection connection, Caller caller, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("SELECT set_config('analyticsgraph.actor', $1, true)", connection) { Parameters = { new() { Value = caller.Name ?? "" } } };
        await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }
}
