using AnalyticsGraph.Analytics.Series;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping;

namespace AnalyticsGraph.Analytics.Aggregates;

/// <summary>Aggregates over the metrics of many runs.</summary>
internal static class AggregateResolvers
{
    /// <summary>Binds the fields.</summary>
    public static void Bind(SchemaBindings bindings, MappedResolvers mapped, IPendingPoints pending, AggregateLimits limits)
    {
        bindings
            .BindType<MetricAggregates>("MetricAggregates")
            .BindType<MetricAggregateRow>("MetricAggregateRow")
            .BindType<DataColumn>("DataColumn")
            .BindType<DataValue>("DataValue")
            .BindType<MetricHistogram>("MetricHistogram")
            .Bind("Query", "metricHistogram", FieldResolver.FromRequest(new MetricHistogramReader(mapped, pending, limits).ReadAsync))
            .Bind("Query", "metricAggregates", FieldResolver.FromRequest(new MetricAggregateReader(mapped, pending, limits).ReadAsync));
        foreach (var type in new[] { "Experiment", "Trial", "Run", "LoggedModel", "Dataset", "Job" })
        {
            var field = type == "LoggedModel" ? "model" : type.ToLowerInvariant();
            bindings.Bind("DataValue", field, mapped.ByKey<DataValue>(type, value => value.KeyOf(type)));
        }
    }
}
