using AnalyticsGraph.Analytics.Series;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping;
using AnalyticsGraph.Mapping.Sessions;

namespace AnalyticsGraph.Analytics.Comparison;

/// <summary><c>Query.compareRuns</c>: PostgreSQL tells the runs, what their summaries know and their groups; one ClickHouse query has the rest.</summary>
internal static class ComparisonResolvers
{
    /// <summary>Binds the fields.</summary>
    /// <param name="bindings">The schema's bindings.</param>
    /// <param name="mapped">Selects runs.</param>
    /// <param name="pending">Who brings acknowledged points to ClickHouse.</param>
    /// <param name="limits">What one request may ask.</param>
    public static void Bind(SchemaBindings bindings, MappedResolvers mapped, IPendingPoints pending, SeriesLimits limits) => bindings
        .BindType<ComparisonAnswer>("RunComparison")
        .BindType<ComparedSeries>("ComparedSeries")
        .BindType<ComparedGroup>("ComparedGroup")
        .Bind("ComparedSeries", "run", mapped.ByKey<ComparedSeries>("Run", series => series.RunId))
        .Bind("RunComparison", "times", FieldResolver.FromSource<ComparisonAnswer, DateTime[]?>(answer =>
            answer.Request.Align == Alignment.WallTime ? Array.ConvertAll(answer.Positions, time => DateTime.UnixEpoch.AddMilliseconds(time)) : null))
        .Bind("Query", "compareRuns", FieldResolver.FromRequest(context => CompareAsync(mapped, pending, limits, context)));

    private static async ValueTask<ComparisonAnswer> CompareAsync(MappedResolvers mapped, IPendingPoints pending, SeriesLimits limits, StepContext context)
    {
        var request = ComparisonRequest.Read(context.Arguments);
        var stores = context.Request.Get<StoreSessions>();
        var selected = await SelectAsync(mapped, limits, context).ConfigureAwait(false);
        var runs = await ComparedRuns.ReadAsync(stores.Postgres, request, selected, limits).ConfigureAwait(false);
        var groups = IsSelected(context, "groups") ? await RunGroups.ReadAsync(stores.Postgres, request, runs.RunIds).ConfigureAwait(false) : null;
        if (runs.Unflushed.Length > 0)
        {
            await pending.FlushAsync(runs.Unflushed, context.CancellationToken).ConfigureAwait(false);
        }

        return await ReadAsync(request, runs, groups, limits, context).ConfigureAwait(false);
    }

    private static async Task<ComparisonAnswer> ReadAsync(ComparisonRequest request, ComparedRuns runs, RunGroups? groups, SeriesLimits limits, StepContext context)
    {
        var assembler = new ComparisonAssembler(request, runs.RunIds, groups, limits);
        if (runs.RunIds.Length == 0)
        {
            return assembler.Finish();
        }

        var query = ComparisonSql.Compose(request, runs, withRuns: groups is null || IsSelected(context, "series"), groups, context.Request.Get<MappingLimits>());
        try
        {
            await context.Request.Get<StoreSessions>().ClickHouse!.ReadBlocksAsync(query, assembler.Add, [], context.CancellationToken).ConfigureAwait(false);
            return assembler.IsBeyondTheAxis
                ? await ReadAsync(request, runs.Reaching(request, assembler.Least, assembler.Greatest), groups, limits, context).ConfigureAwait(false)
                : assembler.Finish();
        }
        catch (GraphQLException exception) when (exception.InnerException is ClickHouseException { Code: RollupSql.IsBeingBuilt })
        {
            // The points are always there.
            return await ReadAsync(request, runs with { Rolled = [] }, groups, limits, context).ConfigureAwait(false);
        }
    }

    private static async Task<long[]> SelectAsync(MappedResolvers mapped, SeriesLimits limits, StepContext context)
    {
        var arguments = context.Arguments;
        var first = arguments.Get<int?>("first");
        if (first < 0)
        {
            throw ArgumentErrors.BadInput("first", $"`first` must not be negative; it is {first}.");
        }

        var most = Math.Min(first ?? int.MaxValue, limits.MaxComparedRuns);
        var (runs, hasMore) = await mapped.SelectKeysAsync(context.Request, "Run", Filter(arguments), arguments.Get<object?[]>("order"), most).ConfigureAwait(false);
        return !hasMore || runs.Length == first
            ? runs
            : throw new GraphQLException(new GraphQLError(
                $"More than {limits.MaxComparedRuns} runs are meant; narrow them with `where`, or take the `first` of an `order`.", ErrorCodes.LimitExceeded));
    }

    // What `where` means, of the runs that are named.
    private static ArgumentValues? Filter(ArgumentValues arguments)
    {
        var where = arguments.Get<ArgumentValues>("where");
        if (arguments.Get<object?[]>("runIds") is not { } ids)
        {
            return where;
        }

        var named = Values("id", Values("in", ids));
        return where is null ? named : Values("and", new object?[] { where, named });

        static ArgumentValues Values(string name, object value) => new(new KeyValuePair<string, object?>(name, value));
    }

    private static bool IsSelected(StepContext context, string field) =>
        context.Field.SelectionSets[0].Fields.Any(selected => selected.Definition.Name == field && context.Includes(selected));
}
