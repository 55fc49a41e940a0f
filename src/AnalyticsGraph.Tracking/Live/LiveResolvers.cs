using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Topics;
using AnalyticsGraph.Mapping;
using AnalyticsGraph.Mapping.Rows;
using Npgsql;

namespace AnalyticsGraph.Tracking.Live;

/// <summary>The subscriptions of <c>schema/subscription.graphql</c>.</summary>
public static class LiveResolvers
{
    private const int MostRuns = 100;

    /// <summary>Binds the subscriptions and their events.</summary>
    /// <param name="bindings">The schema's bindings.</param>
    /// <param name="mapped">Reads the runs that events are about.</param>
    /// <param name="postgres">Knows what there is to subscribe to.</param>
    /// <param name="topics">Where the write side publishes.</param>
    public static void Bind(SchemaBindings bindings, MappedResolvers mapped, NpgsqlDataSource postgres, ITopicEvents topics)
    {
        ArgumentNullException.ThrowIfNull(bindings);
        ArgumentNullException.ThrowIfNull(mapped);
        bindings
            .BindType<LivePoint>("LivePoint")
            .BindType<LivePoints>("LivePoints")
            .Bind("LivePoints", "run", mapped.ByKey<LivePoints>("Run", points => points.RunId))
            .BindType<RunChange>("RunChange")
            .Bind("RunChange", "run", mapped.ByKey<RunChange>("Run", change => change.RunId))
            .Bind("Subscription", "metricPoints", FieldResolver.FromEvents(context => SubscribeToPointsAsync(context, postgres, topics)))
            .Bind("Subscription", "runChanged", FieldResolver.FromEvents(context => SubscribeToRunsAsync(context, postgres, topics)));
    }

    private static async ValueTask<IAsyncEnumerable<LivePoints>> SubscribeToPointsAsync(StepContext context, NpgsqlDataSource postgres, ITopicEvents topics)
    {
        long[] runs = [.. context.Arguments.Get<object?[]>("runIds")!.Select(id => GlobalId.ParseInt64((string)id!, "Run")).Distinct()];
        if (runs.Length is 0 or > MostRuns)
        {
            throw new GraphQLException(new GraphQLError($"A subscription is about 1 to {MostRuns} runs, not {runs.Length}.", ErrorCodes.BadUserInput));
        }

        await RequireAsync(postgres, "run", runs, context.CancellationToken).ConfigureAwait(false);
        var events = await topics.SubscribeAsync([.. runs.Select(LiveTopics.PointsOf)], context.CancellationToken).ConfigureAwait(false);
        if (context.Arguments.Get<object?[]>("keys") is not { } wanted)
        {
            return events;
        }

        var keys = wanted.Select(key => (string)key!).ToHashSet(StringComparer.Ordinal);
        return events.Select(points => points with { Points = [.. points.Points.Where(point => keys.Contains(point.Key))] }).Where(points => points.Points.Count > 0);
    }

    private static async ValueTask<IAsyncEnumerable<RunChange>> SubscribeToRunsAsync(StepContext context, NpgsqlDataSource postgres, ITopicEvents topics)
    {
        var experiment = GlobalId.ParseInt64(context.Arguments.Get<string>("experimentId")!, "Experiment");
        await RequireAsync(postgres, "experiment", [experiment], context.CancellationToken).ConfigureAwait(false);
        return await topics.SubscribeAsync([LiveTopics.RunsOf(experiment)], context.CancellationToken).ConfigureAwait(false);
    }

    // What does not exist would be silent for ever, and nobody would know why.
    private static async Task RequireAsync(NpgsqlDataSource postgres, string table, long[] ids, CancellationToken ct)
    {
        try
        {
            await using var command = postgres.CreateCommand($"SELECT count(*) FROM {table} WHERE id = ANY ($1)");
            command.Parameters.Add(new() { Value = ids });
            if ((long)(await command.ExecuteScalarAsync(ct).ConfigureAwait(false))! < ids.Length)
            {
                throw new GraphQLException(new GraphQLError(ids.Length == 1 ? $"There is no such {table}." : $"Not every {table} of these exists.", ErrorCodes.NotFound));
            }
        }
        catch (NpgsqlException fault) when (fault is not PostgresException || fault.IsTransient)
        {
            throw new GraphQLException(new GraphQLError("PostgreSQL does not answer. Try again later.", ErrorCodes.StoreUnavailable), fault);
        }
    }
}
