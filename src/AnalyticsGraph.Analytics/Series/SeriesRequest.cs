using AnalyticsGraph.GraphQL.Execution;

namespace AnalyticsGraph.Analytics.Series;

/// <summary>What one <c>Run.series</c> field asks, for every run of its batch.</summary>
/// <param name="Key">The metric's key.</param>
/// <param name="Label">The label; empty for the total.</param>
/// <param name="Scope">The scope's name, as stored: <c>RUN</c>, <c>RESULT</c>, <c>EPOCH</c>, <c>BATCH</c>.</param>
/// <param name="Rank">The worker that reported it.</param>
/// <param name="From">The first step of the window, inclusive; null for no bound.</param>
/// <param name="To">The last step of the window, inclusive; null for no bound.</param>
/// <param name="Values">Which values take part.</param>
/// <param name="Sampling">How the points are thinned.</param>
/// <param name="Smoothing">How the values are smoothed; null for not at all.</param>
internal sealed record SeriesRequest(
    string Key,
    string Label,
    string Scope,
    int Rank,
    long? From,
    long? To,
    ValueWindow Values,
    Sampling Sampling,
    Smoothing? Smoothing)
{
    /// <summary>Whether every point is asked for: no window, no thinning.</summary>
    public bool IsWhole => !HasWindow && Sampling.Kind == SamplingKind.None;

    /// <summary>Whether steps or values are bounded.</summary>
    public bool HasWindow => From is not null || To is not null || Values.IsBounded;

    /// <summary>Reads the coerced arguments.</summary>
    /// <param name="arguments">The field's arguments.</param>
    /// <exception cref="GraphQL.Errors.GraphQLException">A value out of its range; the message names it.</exception>
    public static SeriesRequest Read(ArgumentValues arguments)
    {
        var from = arguments.TryGet("from", out var f) ? (long?)f : null;
        var to = arguments.TryGet("to", out var t) ? (long?)t : null;
        if (from > to)
        {
            throw ArgumentErrors.BadInput("from", $"The window is empty: `from` {from} is greater than `to` {to}.");
        }

        return new SeriesRequest(
            Text("key", arguments.Get<string>("key")!),
            Text("label", arguments.Get("label", string.Empty)),
            arguments.Get("scope", "RUN"),
            arguments.Get("rank", 0),
            from,
            to,
            ValueWindow.From(arguments),
            Sampling.From(arguments.Get<ArgumentValues>("sample"), arguments.Get("scale", "LINEAR") == "LOG" ? AxisScale.Log : AxisScale.Linear),
            Smoothing.From(arguments.Get<ArgumentValues>("smoothing")));
    }

    internal static string Text(string argument, string value) => value.Contains('\0', StringComparison.Ordinal)
        ? throw ArgumentErrors.BadInput(argument, $"`{argument}` contains the character U+0000, which no store can hold.")
        : value;
}
