using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Topics;
using AnalyticsGraph.Mapping;
using AnalyticsGraph.Mapping.Rows;
using AnalyticsGraph.Mapping.Sessions;
using AnalyticsGraph.Tracking.Points;
using Npgsql;

namespace AnalyticsGraph.Tracking.Live;

/// <summary>The subscriptions of <c>schema/subscription.graphql</c>.</summary>
public static class LiveResolvers
{
    private const int MostRuns = 100;

    /// <summary>Binds the subscriptions and their events.</summary>
    /// <param name="bindings">The schema's bindings.</param>
    /// <param name="mapped">Reads the runs and jobs that events are about.</param>
    /// <param name="postgres">Knows what there is to subscribe to.</param>
    /// <param name="topics">Where the write side publishes.</param>
    /// <param name="flusher">Brings what was acknowledged to where it can be read.</param>
    public static void Bind(SchemaBindings bindings, MappedResolvers mapped, NpgsqlDataSource postgres, ITopicEvents topics, PointFlusher flusher)
    {
        ArgumentNullException.ThrowIfNull(bindings);
        ArgumentNullException.ThrowIfNull(mapped);
        bindings
            .BindType<LivePoint>("LivePoint")
            .BindType<LivePoints>("LivePoints")
            .Bind("LivePoints", "run", mapped.ByKey<LivePoints>("Run", points => points.RunId))
            .BindType<RunChange>("RunChange")
            .Bind("RunChange", "run", mapped.ByKey<RunChange>("Run", change => change.RunId))
            .BindType<LiveRuntimeRecord>("LiveRuntimeRecord")
            .BindType<LiveRuntime>("LiveRuntime")
            .Bind("LiveRuntime", "job", mapped.ByKey<LiveRuntime>("Job", records => records.JobId))
            .Bind("Subscription", "metricPoints", FieldResolver.FromEvents(context => SubscribeToPointsAsync(context, postgres, topics, flusher, mapped.ClickHouse!)))
            .Bind("Subscription", "runChanged", FieldResolver.FromEvents(context => SubscribeToRunsAsync(context, postgres, topics)))
            .Bind("Subscription", "jobRuntime", FieldResolver.FromEvents(context => SubscribeToRuntimeAsync(context, postgres, topics, flusher, mapped.ClickHouse!)));
    }

    private static async ValueTask<IAsyncEnumerable<LivePoints>> SubscribeToPointsAsync(
        StepContext context, NpgsqlDataSource postgres, ITopicEvents topics, PointFlusher flusher, ClickHouseReads store)
    {
        long[] runs = [.. context.Arguments.Get<object?[]>("runIds")!.Select(id => GlobalId.ParseInt64((string)id!, "Run")).Distinct()];
        if (runs.Length is 0 or > MostRuns)
        {
            throw new GraphQLException(new GraphQLError($"A subscription is about 1 to {MostRuns} runs, not {runs.Length}.", ErrorCodes.BadUserInput));
        }

        string[]? keys = context.Arguments.Get<object?[]>("keys") is { } wanted ? [.. wanted.Select(key => (string)key!)] : null;
        var feed = new PointFeed(topics, ct => PresentAsync(postgres, runs, ct), (run, ct) => flusher.FlushRunsAsync([run], ct), store, keys);
        await feed.OpenAsync(runs, After(context, LiveCursorKind.Points), context.CancellationToken).ConfigureAwait(false);
        return feed.ReadAsync(context.CancellationToken);
    }

    private static async ValueTask<IAsyncEnumerable<RunChange>> SubscribeToRunsAsync(StepContext context, NpgsqlDataSource postgres, ITopicEvents topics)
    {
        var experiment = GlobalId.ParseInt64(context.Arguments.Get<string>("experimentId")!, "Experiment");
        await RequireAsync(postgres, "experiment", experiment, context.CancellationToken).ConfigureAwait(false);
        return JoinedChanges.JoinAsync(await topics.SubscribeAsync([LiveTopics.RunsOf(experiment)], context.CancellationToken).ConfigureAwait(false), context.CancellationToken);
    }

    private static async ValueTask<IAsyncEnumerable<LiveRuntime>> SubscribeToRuntimeAsync(
        StepContext context, NpgsqlDataSource postgres, ITopicEvents topics, PointFlusher flusher, ClickHouseReads store)
    {
        var job = GlobalId.ParseInt64(context.Arguments.Get<string>("jobId")!, "Job");
        await RequireAsync(postgres, "job", job, context.CancellationToken).ConfigureAwait(false);
        var feed = new RuntimeFeed(topics, flusher.FlushPendingAsync, store, job);
        await feed.OpenAsync(After(context, LiveCursorKind.Runtime), context.CancellationToken).ConfigureAwait(false);
        return feed.ReadAsync(context.CancellationToken);
    }

    private static Dictionary<long, long>? After(StepContext context, LiveCursorKind kind) =>
        context.Arguments.Get<string>("after") is { } cursor ? LiveCursor.Parse(kind, cursor) : null;

    internal static Task<IReadOnlyList<PointFeed.Run>> PresentAsync(NpgsqlDataSource postgres, long[] runs, CancellationToken ct) => AskAsync<IReadOnlyList<PointFeed.Run>>(async () =>
    {
        await using var command = postgres.CreateCommand("SELECT r.id, r.experiment_id, c.seq FROM run r JOIN run_counter c ON c.run_id = r.id WHERE r.id = ANY ($1)");
        command.Parameters.Add(new() { Value = runs });
        await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        var present = new List<PointFeed.Run>();
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
        {
            present.Add(new PointFeed.Run(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)));
        }

        return present;
    });

    // What does not exist would be silent for ever, and nobody would know why.
    private static async Task RequireAsync(NpgsqlDataSource postgres, string table, long id, CancellationToken ct)
    {
        var count = await AskAsync(async () =>
        {
            await using var command = postgres.CreateCommand($"SELECT count(*) FROM {table} WHERE id = $1");
            command.Parameters.Add(new() { Value = id });
            return (long)(await command.ExecuteScalarAsync(ct).ConfigureAwait(false))!;
        }).ConfigureAwait(false);
        if (count == 0)
        {
            throw new GraphQLException(new GraphQLError($"There is no such {table}.", ErrorCodes.NotFound));
        }
    }

    private static async Task<T> AskAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask().ConfigureAwait(false);
        }
        catch (NpgsqlException fault) when (fault is not PostgresException || fault.IsTransient)
        {
            throw new GraphQLException(new GraphQLError("PostgreSQL does not answer. Try again later.", ErrorCodes.StoreUnavailable), fault);
        }
    }
}
