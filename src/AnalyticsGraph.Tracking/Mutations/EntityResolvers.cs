using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Topics;
using AnalyticsGraph.Mapping;
using AnalyticsGraph.Tracking.Entities;
using AnalyticsGraph.Tracking.Rules;
using AnalyticsGraph.Tracking.Writing;
using Npgsql;

namespace AnalyticsGraph.Tracking.Mutations;

/// <summary>The mutations that follow from <c>@writable</c>, and those of entities that are special.</summary>
public static class EntityResolvers
{
    /// <summary>Binds them with their payloads and errors.</summary>
    /// <param name="bindings">The schema's bindings.</param>
    /// <param name="mapped">Knows what can be written, and reads what was changed.</param>
    /// <param name="postgres">The source of truth.</param>
    /// <param name="topics">Told of what was committed.</param>
    public static void Bind(SchemaBindings bindings, MappedResolvers mapped, NpgsqlDataSource postgres, ITopicEvents topics)
    {
        ArgumentNullException.ThrowIfNull(bindings);
        ArgumentNullException.ThrowIfNull(mapped);
        var runner = new ChangeRunner(postgres);
        var rules = new EntityRuleBook(
            [
                new RunRules(topics), new RegisteredModelRules(), new ModelVersionRules(), new LoggedModelRules(), new TraceRules(), new DatasetRules(),
                new SpanOfTimeRules("Job"), new SpanOfTimeRules("JobNode"), new JobProfileRules(),
            ],
            mapped.Model);
        bindings.BindType<VersionConflictError>("VersionConflictError").BindType<InUseError>("InUseError");
        foreach (var mutation in mapped.Model.Mutations)
        {
            bindings.Bind("Mutation", mutation.Name, Mutation(runner, (input, caller) => new EntityChange(mutation, rules, input, caller)))
                .BindType<EntityPayload>(mutation.PayloadType)
                .Bind(mutation.PayloadType, mutation.EntityField, mapped.ByKey<EntityPayload>(mutation.Entity.Table.TypeName, payload => payload.Id));
        }

        BindSpecial(bindings, mapped, runner, "setModelAlias", "RegisteredModel", (input, caller) => new SetModelAlias(input, caller));
        BindSpecial(bindings, mapped, runner, "deleteModelAlias", "RegisteredModel", (input, caller) => new DeleteModelAlias(input, caller));
        BindSpecial(bindings, mapped, runner, "transitionModelVersion", "ModelVersion", (input, caller) => new TransitionModelVersion(input, caller));
        BindSpecial(bindings, mapped, runner, "registerModel", "ModelVersion", (input, caller) => new RegisterModel(input, caller));
        BindSpecial(bindings, mapped, runner, "unlinkArtifact", "Artifact", (input, caller) => new UnlinkArtifact(input, caller));
        foreach (var isLinked in new[] { true, false })
        {
            var name = isLinked ? "linkRunToJob" : "unlinkRunFromJob";
            BindSpecial(bindings, mapped, runner, name, "Job", (input, caller) => new JobRunChange(isLinked, input, caller));
            bindings.Bind(PayloadOf(name), "run", mapped.ByKey<EntityPayload>("Run", payload => payload.Id is null ? null : ((JobRunChange)payload.Change!).Run));
        }

        bindings.Bind("Mutation", "logArtifacts", FieldResolver.FromRequest(async context =>
            {
                var (outcome, _) = await RunAsync(runner, (input, caller) => new LogArtifacts(input, caller), context).ConfigureAwait(false);
                return new LogArtifactsPayload([.. outcome.Value?.Artifacts.Select(id => new LoggedArtifact(id)) ?? []], outcome.Errors);
            }))
            .BindType<LogArtifactsPayload>("LogArtifactsPayload")
            .BindType<LoggedArtifact>("LoggedArtifact")
            .Bind("LoggedArtifact", "artifact", mapped.ByKey<LoggedArtifact>("Artifact", logged => logged.Id));
    }

    private static void BindSpecial(SchemaBindings bindings, MappedResolvers mapped, ChangeRunner runner, string name, string type, Func<ArgumentValues, Caller, Change> make) =>
        bindings.Bind("Mutation", name, Mutation(runner, make))
            .BindType<EntityPayload>(PayloadOf(name))
            .Bind(PayloadOf(name), char.ToLowerInvariant(type[0]) + type[1..], mapped.ByKey<EntityPayload>(type, payload => payload.Id));

    private static string PayloadOf(string mutation) => $"{char.ToUpperInvariant(mutation[0])}{mutation[1..]}Payload";

    private static FieldResolver Mutation(ChangeRunner runner, Func<ArgumentValues, Caller, Change> make) => FieldResolver.FromRequest(async context =>
    {
        var (outcome, _) = await RunAsync(runner, make, context).ConfigureAwait(false);
        return new EntityPayload(outcome.Value, outcome.Errors);
    });

    private static async ValueTask<(Outcome<TChange> Outcome, Caller Caller)> RunAsync<TChange>(ChangeRunner runner, Func<ArgumentValues, Caller, TChange> make, StepContext context)
        where TChange : Change
    {
        var input = context.Arguments.Get<ArgumentValues>("input")!;
        var caller = context.Request.Find<Caller>() ?? Caller.Anonymous;
        return (await TrackingResolvers.GuardAsync(() => runner.RunAsync(() => make(input, caller), context.CancellationToken)).ConfigureAwait(false), caller);
    }
}
