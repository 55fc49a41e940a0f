using System.Collections.Concurrent;
using System.Diagnostics;
using AnalyticsGraph.GraphQL.Observability;

namespace AnalyticsGraph.GraphQL.Tests.Observability;

/// <summary>Listens to the engine; tells what happened below one span, so that tests beside it do not matter.</summary>
internal sealed class SpanRecorder : IDisposable
{
    private static readonly ActivitySource Tests = new("AnalyticsGraph.GraphQL.Tests");

    private readonly ConcurrentQueue<Activity> _stopped = [];
    private readonly ActivityListener _listener;
    private readonly Activity _root;

    public SpanRecorder()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is GraphQLTelemetry.Name or "AnalyticsGraph.GraphQL.Tests",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _stopped.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
        _root = Tests.StartActivity("test")!;
    }

    public IEnumerable<Activity> Spans => _stopped.Where(span => span.TraceId == _root.TraceId);

    /// <summary>Spans that link to one of the test's own.</summary>
    public IEnumerable<Activity> Linked => _stopped.Where(span => span.Links.Any(link => link.Context.TraceId == _root.TraceId));

    /// <summary>The spans as a tree, a line each, in the order in which they began.</summary>
    public string Tree()
    {
        var lines = new List<string>();
        Add(_root.SpanId, 0);
        return string.Join('\n', lines);

        void Add(ActivitySpanId parent, int depth)
        {
            foreach (var span in Spans.Where(span => span.ParentSpanId == parent).OrderBy(span => span.StartTimeUtc))
            {
                lines.Add(new string(' ', 2 * depth) + span.DisplayName);
                Add(span.SpanId, depth + 1);
            }
        }
    }

    public void Dispose()
    {
        _root.Dispose();
        _listener.Dispose();
    }
}
