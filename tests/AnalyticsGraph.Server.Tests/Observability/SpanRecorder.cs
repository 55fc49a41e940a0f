using System.Collections.Concurrent;
using System.Diagnostics;

namespace AnalyticsGraph.Server.Tests.Observability;

/// <summary>Listens to all that the server exports, and tells what belongs to the test's own trace: other tests run beside it.</summary>
internal sealed class SpanRecorder : IDisposable
{
    private static readonly ActivitySource Tests = new("AnalyticsGraph.Server.Tests");

    private readonly ConcurrentQueue<Activity> _stopped = [];
    private readonly ActivityListener _listener;

    public SpanRecorder()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Npgsql" or "Microsoft.AspNetCore" || source.Name.StartsWith("AnalyticsGraph.", StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _stopped.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
        Root = Tests.StartActivity("test")!;
    }

    /// <summary>What the test's spans stand below.</summary>
    public Activity Root { get; }

    /// <summary>All spans of whatever trace that have ended.</summary>
    public IReadOnlyCollection<Activity> All => _stopped;

    /// <summary>Those of the test's trace.</summary>
    public IReadOnlyList<Activity> Spans => [.. _stopped.Where(span => span.TraceId == Root.TraceId && span != Root)];

    /// <summary>Those right below another, in the order in which they began.</summary>
    public IReadOnlyList<Activity> Below(Activity parent) => [.. _stopped.Where(span => span.TraceId == parent.TraceId && span.ParentSpanId == parent.SpanId).OrderBy(span => span.StartTimeUtc)];

    /// <summary>The one right below another that has the name.</summary>
    public Activity Below(Activity parent, string name) => Below(parent).Single(span => span.DisplayName == name);

    public void Dispose()
    {
        Root.Dispose();
        _listener.Dispose();
    }
}
