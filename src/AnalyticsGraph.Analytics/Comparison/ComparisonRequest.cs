using AnalyticsGraph.Analytics.Series;
using AnalyticsGraph.GraphQL.Execution;

namespace AnalyticsGraph.Analytics.Comparison;

/// <summary>What <c>compareRuns</c> asks, but for which runs.</summary>
/// <param name="Keys">The metrics.</param>
/// <param name="Label">The label; empty for the total.</param>
/// <param name="Scope">The scope's name, as stored.</param>
/// <param name="Rank">The worker that reported them.</param>
/// <param name="Align">What the axis is.</param>
/// <param name="Scale">How the axis is divided.</param>
/// <param name="Places">The most places of the axis.</param>
/// <param name="Sample">What stands for several points of a run in one place.</param>
/// <param name="From">The first position of the window; null for no bound.</param>
/// <param name="To">The last position of the window; null for no bound.</param>
/// <param name="Values">Which values take part.</param>
/// <param name="GroupBy">What runs are grouped by.</param>
/// <param name="GroupKey">The param's or tag's key; else null.</param>
internal sealed record ComparisonRequest(
    string[] Keys,
    string Label,
    string Scope,
    int Rank,
    Alignment Align,
    AxisScale Scale,
    int Places,
    AlignedSample Sample,
    long? From,
    long? To,
    ValueWindow Values,
    GroupKind GroupBy,
    string? GroupKey)
{
    /// <summary>The most metrics of one comparison.</summary>
    public const int MaxKeys = 100;

    /// <summary>The most places of the axis.</summary>
    public const int MaxPlaces = 100_000;

    /// <summary>How the values of each run, and the means of each group, are smoothed; null for not at all.</summary>
    public Smoothing? Smoothing { get; init; }

    /// <summary>Whether positions are the steps that rollups are made by, and all their points take part.</summary>
    public bool MayUseRollups => Scale == AxisScale.Linear && !IsTime && Scope != "BATCH" && !Values.IsBounded;

    /// <summary>Whether positions are milliseconds.</summary>
    public bool IsTime => Align is Alignment.RelativeTime or Alignment.WallTime;

    /// <summary>Reads the coerced arguments.</summary>
    /// <param name="arguments">The field's arguments.</param>
    /// <exception cref="GraphQL.Errors.GraphQLException">A value out of its range; the message names it.</exception>
    public static ComparisonRequest Read(ArgumentValues arguments)
    {
        var (groupBy, groupKey) = Group(arguments.Get<ArgumentValues>("groupBy"));
        var request = new ComparisonRequest(
            [.. arguments.Get<object?[]>("keys")!.Select(key => SeriesRequest.Text("keys", (string)key!)).Distinct()],
            SeriesRequest.Text("label", arguments.Get("label", string.Empty)),
            arguments.Get("scope", "RUN"),
            arguments.Get("rank", 0),
            arguments.Get("align", "STEP") switch { "EPOCH" => Alignment.Epoch, "RELATIVE_TIME" => Alignment.RelativeTime, "WALL_TIME" => Alignment.WallTime, _ => Alignment.Step },
            arguments.Get("scale", "LINEAR") == "LOG" ? AxisScale.Log : AxisScale.Linear,
            arguments.Get("points", 0),
            Enum.Parse<AlignedSample>(arguments.Get("sample", "MEAN"), ignoreCase: true),
            arguments.Get<long?>("from"),
            arguments.Get<long?>("to"),
            ValueWindow.From(arguments),
            groupBy,
            groupKey)
        {
            Smoothing = Smoothing.From(arguments.Get<ArgumentValues>("smoothing")),
        };
        return request.Checked();
    }

    private ComparisonRequest Checked()
    {
        if (Keys.Length is 0 or > MaxKeys)
        {
            throw ArgumentErrors.BadInput("keys", $"`keys` must name from 1 to {MaxKeys} metrics; it names {Keys.Length}.");
        }

        var least = Scale == AxisScale.Log ? AxisBuckets.FewestLogarithmic : 1;
        if (Places < least || Places > MaxPlaces)
        {
            throw ArgumentErrors.BadInput("points", $"`points` must be from {least}{(Scale == AxisScale.Log ? " (for `scale: LOG`)" : "")} to {MaxPlaces}; it is {Places}.");
        }

        if (From > To)
        {
            throw ArgumentErrors.BadInput("from", $"The window is empty: `from` {From} is greater than `to` {To}.");
        }

        return Align == Alignment.Epoch && Scope is not ("EPOCH" or "BATCH")
            ? throw ArgumentErrors.BadInput("align", $"Points of the scope {Scope} have no epoch. Align them by STEP or by a time, or compare the scope EPOCH or BATCH.")
            : this;
    }

    private static (GroupKind, string?) Group(ArgumentValues? group)
    {
        if (group is null)
        {
            return (GroupKind.None, null);
        }

        var (name, value) = group.Values[0];
        return name == "property"
            ? (Enum.Parse<GroupKind>((string)value!, ignoreCase: true), null)
            : (name == "param" ? GroupKind.Param : GroupKind.Tag, SeriesRequest.Text($"groupBy.{name}", (string)value!));
    }
}
