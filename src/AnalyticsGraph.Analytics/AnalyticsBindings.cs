using AnalyticsGraph.Analytics.Aggregates;
using AnalyticsGraph.Analytics.Comparison;
using AnalyticsGraph.Analytics.Evaluation;
using AnalyticsGraph.Analytics.Jobs;
using AnalyticsGraph.Analytics.Runs;
using AnalyticsGraph.Analytics.Series;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping;

namespace AnalyticsGraph.Analytics;

/// <summary>Binds the fields of the schema that this room resolves.</summary>
public static class AnalyticsBindings
{
    /// <summary>Binds them.</summary>
    /// <param name="bindings">The schema's bindings.</param>
    /// <param name="mapped">Reads entities.</param>
    /// <param name="pending">Who brings acknowledged points to ClickHouse before series are read.</param>
    /// <param name="limits">What one request may read; null for the defaults.</param>
    /// <param name="aggregateLimits">What one aggregate may ask; null for the defaults.</param>
    public static SchemaBindings AddAnalytics(this SchemaBindings bindings, MappedResolvers mapped, IPendingPoints pending, SeriesLimits? limits = null, AggregateLimits? aggregateLimits = null)
    {
        ArgumentNullException.ThrowIfNull(bindings);
        limits ??= new SeriesLimits();
        bindings.Bind("Run", "series", new SeriesResolver(pending, limits));
        SeriesColumns.Bind(bindings);
        ComparisonResolvers.Bind(bindings, mapped, pending, limits);
        JobResolvers.Bind(bindings, mapped);
        EvaluationResolvers.Bind(bindings, mapped);
        AggregateResolvers.Bind(bindings, mapped, pending, aggregateLimits ?? new AggregateLimits());
        RunQuestionResolvers.Bind(bindings, mapped, aggregateLimits ?? new AggregateLimits());
        return bindings;
    }
}
