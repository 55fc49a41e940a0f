using System.Diagnostics;
using System.Diagnostics.Metrics;
using AnalyticsGraph.GraphQL.Errors;

namespace AnalyticsGraph.GraphQL.Observability;

/// <summary>What the engine tells those who listen: spans by OpenTelemetry's conventions for GraphQL servers, and metrics. docs/observability.md lists them.</summary>
public static class GraphQLTelemetry
{
    /// <summary>The name of the engine's <see cref="ActivitySource"/> and <see cref="Meter"/>.</summary>
    public const string Name = "AnalyticsGraph.GraphQL";

    // Resolvers may make codes of their own; a label must not grow with them.
    private static readonly HashSet<string> KnownCodes =
        [.. typeof(ErrorCodes).GetFields().Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!)];

    internal static ActivitySource Source { get; } = new(Name);

    private static readonly Meter Meter = new(Name);

    internal static Histogram<double> RequestDuration { get; } = Meter.CreateHistogram(
        "graphql.server.request.duration",
        "s",
        "How long operations took, from the document to the last byte of the answer's last part.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] });

    internal static UpDownCounter<long> ActiveRequests { get; } = Meter.CreateUpDownCounter<long>("graphql.server.active_requests", "{request}", "Operations under way.");

    internal static Counter<long> Errors { get; } = Meter.CreateCounter<long>("graphql.server.errors", "{error}", "Errors told in answers, by code; of requests that were refused and of fields.");

    internal static Counter<long> DocumentLookups { get; } = Meter.CreateCounter<long>("graphql.server.document_cache.lookups", "{lookup}", "Documents looked for among the planned ones.");

    internal static UpDownCounter<long> CachedDocuments { get; } = Meter.CreateUpDownCounter<long>("graphql.server.document_cache.documents", "{document}", "Documents kept planned.");

    internal static UpDownCounter<long> ActiveSubscriptions { get; } = Meter.CreateUpDownCounter<long>("graphql.server.active_subscriptions", "{subscription}", "Subscriptions that are open.");

    internal static Counter<long> SubscriptionEvents { get; } = Meter.CreateCounter<long>("graphql.server.subscription.events", "{event}", "Events executed for subscribers.");

    internal static Counter<long> SubscriptionOverflows { get; } =
        Meter.CreateCounter<long>("graphql.server.subscription.overflows", "{subscription}", "Subscriptions that were ended because their events were taken too slowly.");

    /// <summary>Whether anybody wants to know of requests.</summary>
    internal static bool IsListening => Source.HasListeners() || RequestDuration.Enabled || ActiveRequests.Enabled || Errors.Enabled;

    /// <summary>A code as a label: one of the table, or <c>_OTHER</c>.</summary>
    internal static string LabelOf(string code) => KnownCodes.Contains(code) ? code : "_OTHER";
}
