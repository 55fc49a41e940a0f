using AnalyticsGraph.Analytics.Aggregates;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping;

namespace AnalyticsGraph.Analytics.Runs;

/// <summary>What several questions of runs have in common: lists of arguments within the limits, and runs selected with values.</summary>
/// <param name="mapped">Reads entities.</param>
/// <param name="limits">How much may be asked.</param>
internal sealed class RunQuestions(MappedResolvers mapped, AggregateLimits limits)
{
    /// <summary>The runs that <c>where</c> means, with values.</summary>
    public async Task<SelectedRows> SelectAsync(StepContext context, ArgumentValues? where, IReadOnlyList<RowColumn> columns)
    {
        var filter = await mapped.FilterAsync(context.Request, "Run", where).ConfigureAwait(false);
        var rows = await mapped.SelectAsync(context.Request, "Run", filter, columns, limits.MaxRuns).ConfigureAwait(false);
        return rows.HasMore ? throw ArgumentErrors.Limit("where", $"More than {limits.MaxRuns} runs, or values of runs, are meant; narrow them with `where`.") : rows;
    }

    /// <summary>The keys of the first runs in an order.</summary>
    public Task<(long[] Keys, bool HasMore)> FirstAsync(StepContext context, ArgumentValues? where, ArgumentValues order, int first) =>
        mapped.SelectKeysAsync(context.Request, "Run", where, [order], first);

    /// <summary>The entries of a list argument.</summary>
    public IReadOnlyList<T> Read<T>(StepContext context, string name, Func<object, string, T> read) => context.Arguments.Get<object?[]>(name) is not { } given ? []
        : given.Length <= limits.MaxMeasures ? [.. given.Select((entry, i) => read(entry!, $"{name}.{i}"))]
        : throw ArgumentErrors.Limit(name, $"`{name}` has {given.Length} entries; at most {limits.MaxMeasures} are allowed.");

    /// <summary>A number of rows to come.</summary>
    public static int First(StepContext context, int most) => context.Arguments.Get("first", 0) switch
    {
        < 1 => throw ArgumentErrors.BadInput("first", $"`first` must be from 1 to {most}."),
        var first => first <= most ? first : throw ArgumentErrors.Limit("first", $"`first` must be from 1 to {most}."),
    };
}
