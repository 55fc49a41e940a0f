using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Resolvers;

/// <summary>The time that a look-up or list at the root is asked for.</summary>
internal static class AsOfArgument
{
    /// <summary>The time, or null for the present.</summary>
    public static DateTime? Read(ArgumentValues arguments) => arguments.Get<DateTimeOffset?>(HistoryModel.AsOf)?.UtcDateTime;
}
