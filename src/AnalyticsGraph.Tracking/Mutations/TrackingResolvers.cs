using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping;
using AnalyticsGraph.Tracking.Entities;
using AnalyticsGraph.Tracking.Points;
using AnalyticsGraph.Tracking.Rules;
using AnalyticsGraph.Tracking.Writing;
using Npgsql;

namespace AnalyticsGraph.Tracking.Mutations;

/// <summary>The mutations of <c>schema/mutation.graphql</c> and <c>schema/series_mutation.graphql</c>. The caller is the request's <see cref="Caller"/>, if one was set.</summary>
public static class TrackingResolvers
{
    /// <summary>Binds the mutations, their payloads and their errors.</summary>
    /// <param name="bindings">The schema's bindings.</param>
    /// <param name="mapped">Reads the changed entities.</param>
    /// <param name="store">Experiments and runs.</param>
    /// <param name="log">What is added to runs.</param>
    /// <param name="rows">What is added to jobs, datasets and prediction sets.</param>
    public static void Bind(SchemaBindings bindings, MappedResolvers mapped, TrackingStore store, PointLog log, RowLog rows)
    {
        ArgumentNullException.ThrowIfNull(bindings);
        ArgumentNullException.ThrowIfNull(mapped);
        bindings
            .BindType<InvalidInputError>("InvalidInputError")
            .BindType<NotFoundError>("NotFoundError")
            .BindType<NotActiveError>("NotActiveError")
            .BindType<NameTakenError>("NameTakenError")
            .BindType<ParamConflictError>("ParamConflictError")
            .BindType<ClientTokenConflictError>("ClientTokenConflictError")
            .Bind("NameTakenError", "existing", mapped.ByKey<NameTakenError>("Experiment", error => error.TypeName == "Experiment" ? error.ExistingKey : null))
            .BindType<CreateExperimentPayload>("CreateExperimentPayload")
            .Bind("CreateExperimentPayload", "experiment", mapped.ByKey<CreateExperimentPayload>("Experiment", payload => payload.Id))
            .BindType<CreateRunPayload>("CreateRunPayload")
            .Bind("CreateRunPayload", "run", mapped.ByKey<CreateRunPayload>("Run", payload => payload.Id))
            .BindType<UpdateRunPayload>("UpdateRunPayload")
            .Bind("UpdateRunPayload", "run", mapped.ByKey<UpdateRunPayload>("Run", payload => payload.Id))
            .BindType<LogBatchPayload>("LogBatchPayload")
            .Bind("LogBatchPayload", "run", mapped.ByKey<LogBatchPayload>("Run", payload => payload.Id));

        bindings.Bind("Mutation", "createExperiment", Mutation(async (input, caller, ct) =>
        {
            var outcome = await store.CreateExperimentAsync(MutationInputs.CreateExperiment(input), caller, ct).ConfigureAwait(false);
            return new CreateExperimentPayload(IdOf(outcome), outcome.Errors);
        }));
        bindings.Bind("Mutation", "createRun", Mutation(async (input, caller, ct) =>
        {
            var outcome = await store.CreateRunAsync(MutationInputs.CreateRun(input), caller, ct).ConfigureAwait(false);
            return new CreateRunPayload(IdOf(outcome), outcome.Errors);
        }));
        bindings.Bind("Mutation", "updateRun", Mutation(async (input, caller, ct) =>
        {
            var outcome = await store.UpdateRunAsync(MutationInputs.UpdateRun(input), caller, ct).ConfigureAwait(false);
            return new UpdateRunPayload(IdOf(outcome), outcome.Errors);
        }));
        bindings.Bind("Mutation", "logBatch", Mutation(async (input, caller, ct) =>
        {
            var outcome = await log.LogBatchAsync(MutationInputs.LogBatch(input), caller, ct).ConfigureAwait(false);
            return new LogBatchPayload(outcome.Value?.RunId, outcome.Value?.NewPoints ?? 0, outcome.Errors);
        }));
        bindings.ReadInColumns("MetricInput");
        SeriesResolvers.Bind(bindings, mapped, log, rows);
    }

    internal static FieldResolver Mutation<TPayload>(Func<ArgumentValues, Caller, CancellationToken, Task<TPayload>> change) => FieldResolver.FromRequest(context => new ValueTask<TPayload>(
        GuardAsync(() => change(context.Arguments.Get<ArgumentValues>("input")!, context.Request.Find<Caller>() ?? Caller.Anonymous, context.CancellationToken))));

    /// <summary>Runs a change; where PostgreSQL is away, the error says what to do.</summary>
    internal static async Task<T> GuardAsync<T>(Func<Task<T>> change)
    {
        try
        {
            return await change().ConfigureAwait(false);
        }
        catch (Exception fault) when (PostgresAbsence.IsCause(fault))
        {
            throw new GraphQLException(
                new GraphQLError($"{PostgresAbsence.Outcome("The change", fault)} Try again later; with a client token that is safe.", ErrorCodes.StoreUnavailable), fault);
        }
    }

    private static long? IdOf(Outcome<long> outcome) => outcome.Succeeded ? outcome.Value : null;
}

/// <summary>Coerced inputs of the mutations as requests.</summary>
internal static class MutationInputs
{
    public static CreateExperimentRequest CreateExperiment(ArgumentValues input) => new()
    {
        Name = input.Get<string>("name")!,
        Description = input.Get<string>("description"),
        ArtifactLocation = input.Get<string>("artifactLocation"),
        Tags = Pairs(input, "tags"),
        ClientToken = input.Get<string>("clientToken"),
    };

    public static CreateRunRequest CreateRun(ArgumentValues input) => new()
    {
        ExperimentId = Key(input.Get<string>("experimentId")!, "Experiment"),
        Name = input.Get<string>("name"),
        User = input.Get<string>("user"),
        Status = input.Get<string>("status")!,
        StartTime = Moment(input, "startTime"),
        TrialId = input.Get<string>("trialId") is { } trial ? Key(trial, "Trial") : null,
        ParentId = input.Get<string>("parentId") is { } parent ? Key(parent, "Run") : null,
        Params = Pairs(input, "params"),
        Tags = Pairs(input, "tags"),
        ClientToken = input.Get<string>("clientToken"),
    };

    public static UpdateRunRequest UpdateRun(ArgumentValues input) => new()
    {
        RunId = Key(input.Get<string>("id")!, "Run"),
        Name = input.Get<string>("name"),
        Status = input.Get<string>("status"),
        EndTime = Moment(input, "endTime"),
        TakenAway = [.. new[] { "name", "status", "endTime" }.Where(name => input.TryGet(name, out var value) && value is null)],
        Version = input.TryGet("version", out var version) ? (long?)version : null,
        ClientToken = input.Get<string>("clientToken"),
    };

    public static LogBatchRequest LogBatch(ArgumentValues input) => new()
    {
        RunId = Key(input.Get<string>("runId")!, "Run"),
        Metrics = Metrics(input),
        Params = Pairs(input, "params"),
        Tags = Pairs(input, "tags"),
        ClientToken = input.Get<string>("clientToken"),
    };

    public static IReadOnlyList<MetricInput> Metrics(ArgumentValues input) => input.Get<InputColumns>("metrics") is { } metrics ? new MetricInputs(metrics) : [];

    private static KeyText[] Pairs(ArgumentValues input, string name) =>
        [.. input.Get<object?[]>(name, []).Select(pair => new KeyText(((ArgumentValues)pair!).Get<string>("key")!, ((ArgumentValues)pair).Get<string>("value")!))];

    public static DateTimeOffset? Moment(ArgumentValues input, string name) => input.TryGet(name, out var value) ? (DateTimeOffset?)value : null;

    // The schema says that it is there and not null.
    public static object Given(ArgumentValues input, string name) => input.TryGet(name, out var value) ? value! : throw new ArgumentException($"'{name}' is missing.", nameof(input));

    public static long Key(string id, string type) => InputChange.KeyOf(id, type);
}
