using AnalyticsGraph.GraphQL.Execution;

namespace AnalyticsGraph.Analytics.Series;

/// <summary>Which values take part: those within both bounds, and NaN, which is a gap wherever it stands.</summary>
/// <param name="Least">The least value; null for no bound.</param>
/// <param name="Most">The greatest value; null for no bound.</param>
internal readonly record struct ValueWindow(double? Least, double? Most)
{
    /// <summary>Whether there is a bound.</summary>
    public bool IsBounded => Least is not null || Most is not null;

    /// <summary>Reads the arguments <c>minValue</c> and <c>maxValue</c>.</summary>
    /// <param name="arguments">The field's arguments.</param>
    /// <exception cref="GraphQL.Errors.GraphQLException">No value could be within.</exception>
    public static ValueWindow From(ArgumentValues arguments)
    {
        var window = new ValueWindow(arguments.Get<double?>("minValue"), arguments.Get<double?>("maxValue"));
        if (window.Least is double.NaN || window.Most is double.NaN)
        {
            throw ArgumentErrors.BadInput(window.Least is double.NaN ? "minValue" : "maxValue", "NaN is no bound.");
        }

        return window.Least > window.Most
            ? throw ArgumentErrors.BadInput("minValue", $"The window is empty: `minValue` {window.Least:R} is greater than `maxValue` {window.Most:R}.")
            : window;
    }
}
