using System.Collections.Immutable;
using System.Diagnostics;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Persisted;
using AnalyticsGraph.GraphQL.Planning;

namespace AnalyticsGraph.GraphQL.Observability;

/// <summary>
/// What is noted of one request for those who listen: the span of its operation, its metrics, and, where a span is recorded or a profile was asked for, its phases, steps and round trips. A request that
/// nobody listens to has none, and pays a comparison with null wherever something would be noted.
/// </summary>
public sealed class RequestTrace
{
    private readonly Lock _lock = new();
    private readonly List<PhaseTrace> _phases = [];
    private readonly List<StepTrace> _steps = [];
    private readonly List<RoundTripTrace> _trips = [];
    private readonly TraceClock _clock = new();
    private readonly Activity? _activity;
    private readonly bool _countsActive;
    private OperationPlan? _plan;
    private string? _type;
    private string? _name;
    private int _hasEnded;

    private RequestTrace(Activity? activity, ProfileDetail profile, bool countsActive) => (_activity, Profile, _countsActive) = (activity, profile, countsActive);

    internal ProfileDetail Profile { get; }

    /// <summary>Whether phases, steps and round trips are noted; else there are only metrics.</summary>
    internal bool HasDetails => Profile != ProfileDetail.None || _activity is { IsAllDataRequested: true };

    internal IReadOnlyList<PhaseTrace> Phases => _phases;

    internal IReadOnlyList<StepTrace> Steps => _steps;

    internal IReadOnlyList<RoundTripTrace> RoundTrips => _trips;

    internal string? OperationType => _type;

    internal string? OperationName => _name;

    internal TraceClock Clock => _clock;

    internal Activity? Activity => _activity;

    /// <summary>Whether the document is one of the server's own, so that its operation's name is one of few.</summary>
    internal bool IsTrusted { get; set; }

    /// <summary>Begins with a request. To be called in an async method of its own, for the operation's span becomes the current one.</summary>
    internal static RequestTrace Begin(GraphQLRequest request, TelemetryOptions options)
    {
        var activity = GraphQLTelemetry.Source.StartActivity("GraphQL Operation", ActivityKind.Server);
        var trace = new RequestTrace(activity, request.Profile, GraphQLTelemetry.ActiveRequests.Enabled);
        if (activity is { IsAllDataRequested: true })
        {
            TellDocument(activity, request, options);
        }

        if (trace._countsActive)
        {
            GraphQLTelemetry.ActiveRequests.Add(1);
        }

        return trace;
    }

    /// <summary>Begins with an event of a subscription: a trace of its own, for subscriptions last, with a link to the one that opened it.</summary>
    internal RequestTrace BeginEvent()
    {
        ActivityLink[] links = _activity is null ? [] : [new ActivityLink(_activity.Context)];
        var before = Activity.Current;
        Activity.Current = null;
        var activity = GraphQLTelemetry.Source.StartActivity("subscription event", ActivityKind.Consumer, default(ActivityContext), links: links);
        if (activity is null)
        {
            Activity.Current = before;
        }

        GraphQLTelemetry.SubscriptionEvents.Add(1);
        var trace = new RequestTrace(activity, Profile, countsActive: false) { IsTrusted = IsTrusted };
        trace.Tell(_plan!.Operation, renamesSpan: false);
        trace._plan = _plan;
        return trace;
    }

    /// <summary>The operation is known.</summary>
    internal void Tell(OperationDefinitionNode operation, bool renamesSpan = true)
    {
        _type = TypeOf(operation.Operation);
        _name = operation.Name?.Value;
        if (_activity is { IsAllDataRequested: true } activity)
        {
            // The convention: the name of an operation is the caller's choice, and no span is named by it.
            activity.DisplayName = renamesSpan ? _type : activity.DisplayName;
            activity.SetTag("graphql.operation.type", _type);
            if (_name is not null)
            {
                activity.SetTag("graphql.operation.name", _name);
            }
        }
    }

    internal void Tell(OperationPlan plan) => _plan = plan;

    /// <summary>Begins a phase, if phases are noted.</summary>
    internal PhaseTrace? Begin(string phase)
    {
        if (!HasDetails)
        {
            return null;
        }

        var begun = new PhaseTrace(phase);
        lock (_lock)
        {
            _phases.Add(begun);
        }

        return begun;
    }

    /// <summary>Begins a later part of a response, in whatever flow it is asked for.</summary>
    internal Activity? BeginPart() =>
        _activity is null ? null : GraphQLTelemetry.Source.StartActivity("graphql.part", ActivityKind.Internal, _activity.Context);

    /// <summary>Begins a step.</summary>
    internal StepTrace Begin(PlannedField field, int parents)
    {
        var step = new StepTrace(field, _plan!.Paths.Of(field), parents);
        lock (_lock)
        {
            _steps.Add(step);
        }

        return step;
    }

    /// <summary>Begins a round trip to a store. Thread-safe.</summary>
    /// <param name="store">The store, by OpenTelemetry's name of the system, such as <c>postgresql</c>.</param>
    public RoundTripTrace BeginRoundTrip(string store)
    {
        var trip = new RoundTripTrace(store);
        lock (_lock)
        {
            _trips.Add(trip);
        }

        return trip;
    }

    /// <summary>The request was answered; to be called once all of its parts were.</summary>
    /// <param name="isRefused">Whether nothing was executed, or all of it failed.</param>
    /// <param name="errors">What was told.</param>
    internal void End(bool isRefused, ImmutableArray<GraphQLError> errors)
    {
        if (Interlocked.Exchange(ref _hasEnded, 1) != 0)
        {
            return;
        }

        _clock.Stop();
        if (_countsActive)
        {
            GraphQLTelemetry.ActiveRequests.Add(-1);
        }

        CountErrors(isRefused, errors);
        Record(isRefused, errors);
        EndSpan(isRefused, errors);
    }

    /// <summary>How long each phase took, in the order of their first beginning; what stores were waited for too, one after another by their names.</summary>
    internal ImmutableArray<PhaseTiming> ToTimings()
    {
        lock (_lock)
        {
            return
            [
                .. _phases.GroupBy(phase => phase.Name).Select(phases => new PhaseTiming(phases.Key, Sum(phases.Select(phase => phase.Clock)))),
                .. _trips.GroupBy(trip => trip.Store).OrderBy(trips => trips.Key, StringComparer.Ordinal).Select(trips => new PhaseTiming(trips.Key, Sum(trips.Select(trip => trip.Clock)))),
            ];
        }
    }

    private static TimeSpan Sum(IEnumerable<TraceClock> clocks) => clocks.Aggregate(TimeSpan.Zero, (sum, clock) => sum + clock.Elapsed);

    private static void TellDocument(Activity activity, GraphQLRequest request, TelemetryOptions options)
    {
        if (request.DocumentId is { } id)
        {
            activity.SetTag("graphql.document.id", MessageText.Shorten(id, 100));
        }

        if (!request.Query.IsEmpty)
        {
            activity.SetTag("graphql.document.hash", $"sha256:{TrustedDocuments.Hash(request.Query.Span)}");
            if (options.IncludeDocument)
            {
                activity.SetTag("graphql.document", System.Text.Encoding.UTF8.GetString(request.Query.Span));
            }
        }
    }

    private static string TypeOf(OperationType type) => type switch
    {
        Language.OperationType.Query => "query",
        Language.OperationType.Mutation => "mutation",
        _ => "subscription",
    };

    private static void CountErrors(bool isRefused, ImmutableArray<GraphQLError> errors)
    {
        if (GraphQLTelemetry.Errors.Enabled)
        {
            foreach (var error in errors)
            {
                GraphQLTelemetry.Errors.Add(1, new("error.type", GraphQLTelemetry.LabelOf(error.Code)), new("graphql.error.scope", isRefused ? "request" : "field"));
            }
        }
    }

    private void Record(bool isRefused, ImmutableArray<GraphQLError> errors)
    {
        if (!GraphQLTelemetry.RequestDuration.Enabled)
        {
            return;
        }

        var tags = new TagList { { "graphql.outcome", isRefused ? "error" : errors.IsEmpty ? "success" : "partial" } };
        if (_type is not null)
        {
            tags.Add("graphql.operation.type", _type);
        }

        if (IsTrusted && _name is not null)
        {
            tags.Add("graphql.operation.name", _name);
        }

        if (isRefused)
        {
            tags.Add("error.type", GraphQLTelemetry.LabelOf(errors[0].Code));
        }

        GraphQLTelemetry.RequestDuration.Record(_clock.Elapsed.TotalSeconds, tags);
    }

    private void EndSpan(bool isRefused, ImmutableArray<GraphQLError> errors)
    {
        if (_activity is null)
        {
            return;
        }

        if (!errors.IsEmpty)
        {
            _activity.SetTag("graphql.error.count", errors.Length);
            if (isRefused)
            {
                // A message can show a value of the caller's; the code cannot.
                _activity.SetTag("error.type", GraphQLTelemetry.LabelOf(errors[0].Code)).SetStatus(ActivityStatusCode.Error);
            }
        }

        _activity.Dispose();
    }
}
