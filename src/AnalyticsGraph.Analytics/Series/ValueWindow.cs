using AnalyticsGraph.GraphQL.Execution;

namespace AnalyticsGraph.Analytics.Series;

/// <summary>Which values take part: those within both bounds, and NaN, which is a gap wherever it stands.</summary>
/// <param name="Least">The least value; null for no bound.</param>
/// <param name="Most">The greatest value; null for no bound.</param>
public readonly record struct ValueWindow(double? Least, double? Most)
{
    /// <summary>Whether there is a bound.</summary>
    public bool IsBounded => Least is not null || Most is not null;

    /// <summary>Reads the arguments <c>minValue</c> and <c>maxValue</c>.</summary>
    /// <param name="arguments">The field's arguments.</param>
    /// <exception cref="GraphQL.Errors.GraphQLException">No value could be within.</exception>
    internal static ValueWindow From(ArgumentValues arguments) => Of(arguments.Get<double?>("minValue"), arguments.Get<double?>("maxValue"));

    /// <summary>Checks the bounds.</summary>
    /// <param name="minValue">The least value; null for no bound.</param>
    /// <param name="maxValue">The greatest value; null for no bound.</param>
    /// <exception cref="GraphQL.Errors.GraphQLException">No value could be within.</exception>
    public static ValueWindow Of(double? minValue, double? maxValue)
    {
        if (minValue is double.NaN || maxValue is double.NaN)
        {
            throw ArgumentErrors.BadInput(minValue is double.NaN ? "minValue" : "maxValue", "NaN is no bound.");
        }

        return minValue > maxValue
            ? throw ArgumentErrors.BadInput("minValue", $"The window is empty: `minValue` {minValue:R} is greater than `maxValue` {maxValue:R}.")
            : new ValueWindow(minValue, maxValue);
    }
}
