using System.Collections.Concurrent;
using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Cost;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Observability;
using AnalyticsGraph.GraphQL.Persisted;
using AnalyticsGraph.GraphQL.Planning;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>Runs requests against a schema: parses, validates and plans each document once, then executes its plan. Thread-safe.</summary>
public sealed class GraphQLExecutor
{
    private const int MostRunsKept = 64;

    private readonly ExecutableSchema _schema;
    private readonly GraphQLExecutorOptions _options;
    private readonly DocumentSource _documents;
    private readonly ConcurrentQueue<OperationRun> _runs = [];
    private int _underWay;

    /// <summary>Makes an executor.</summary>
    /// <param name="schema">The schema with its resolvers.</param>
    /// <param name="options">Limits; the defaults if null.</param>
    /// <param name="trusted">Files of documents that requests may name by their hash or by their operations' names; none if null. Their fragments may be used across files.</param>
    /// <exception cref="TrustedDocumentException">A trusted document is faulty or does not fit the schema; all faults are listed with file, line and column.</exception>
    public GraphQLExecutor(ExecutableSchema schema, GraphQLExecutorOptions? options = null, IEnumerable<DocumentFile>? trusted = null)
    {
        ArgumentNullException.ThrowIfNull(schema);
        _schema = schema;
        _options = options ?? new GraphQLExecutorOptions();
        _documents = new DocumentSource(schema, _options, trusted ?? []);
    }

    /// <summary>The schema with its resolvers.</summary>
    public ExecutableSchema Schema => _schema;

    /// <summary>Executes a query or a mutation (section 6.2). Whatever is wrong is an error of the result; nothing is thrown.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Ends it early; the result then is one error of the code <see cref="ErrorCodes.Cancelled"/>.</param>
    /// <returns>The response; to be disposed.</returns>
    public ValueTask<ExecutionResult> ExecuteAsync(GraphQLRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return IsObserved(request) ? ExecuteObservedAsync(request, cancellationToken) : Execute(request, null, cancellationToken);
    }

    /// <summary>
    /// Begins an operation of any kind: a subscription (section 6.2.3) has a response for each event, a query or a mutation one, in parts where <see cref="GraphQLRequest.AllowParts"/>
    /// says so. Whatever is wrong is an error of a response.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Ends the operation, and with it the source stream.</param>
    /// <returns>The responses; to be disposed.</returns>
    public ValueTask<ResponseStream> SubscribeAsync(GraphQLRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return IsObserved(request) ? SubscribeObservedAsync(request, cancellationToken) : SubscribeAsync(request, null, cancellationToken);
    }

    private async ValueTask<ResponseStream> SubscribeAsync(GraphQLRequest request, RequestTrace? trace, CancellationToken cancellationToken)
    {
        if (Prepare(request, allowsSubscriptions: true, trace, out var prepared) is { } refused)
        {
            return new ResponseStream(refused);
        }

        if (prepared.Plan.Operation.Operation != OperationType.Subscription)
        {
            return new ResponseStream(await ExecutePlan(prepared, null, cancellationToken).ConfigureAwait(false));
        }

        var field = prepared.Plan.Root.Fields[0];
        var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var context = new RequestContext(_schema.Schema, prepared.Variables, prepared.Arguments, ended.Token);
        try
        {
            prepared.Configure?.Invoke(context);
            var resolver = (SourceStreamResolver)_schema.GetResolver(field.Definition);
            var events = await resolver.OpenAsync(new StepContext(context, field, prepared.Arguments.Of(field))).ConfigureAwait(false);
            return new ResponseStream(
                events, context, ended, source => prepared.Trace is null ? ExecutePlan(prepared, source, cancellationToken) : ExecuteEventAsync(prepared, source, cancellationToken), ToError);
        }
        catch (Exception exception)
        {
            // What was begun before it failed, such as listening to topics, hears of it by the token alone.
            await ended.CancelAsync().ConfigureAwait(false);
            ended.Dispose();
            await context.DisposeAsync().ConfigureAwait(false);

            // Whoever asked may leave before it is open, which is nobody's fault.
            return new ResponseStream(ResponseAssembly.RequestError([exception is OperationCanceledException && cancellationToken.IsCancellationRequested ? CancelledWhileOpening : ToError(exception)]));
        }

        GraphQLError ToError(Exception exception)
        {
            var error = Failure.ToError(exception, $"{field.ParentType.Name}.{field.Definition.Name}", _options);
            return error with { Locations = error.Locations.IsEmpty ? [field.Nodes[0].Location] : error.Locations, Path = error.Path.IsDefault ? [field.ResponseName] : error.Path };
        }
    }

    private static GraphQLError CancelledWhileOpening { get; } = new("The subscription was cancelled before it was open.", ErrorCodes.Cancelled);

    private static GraphQLError TooManyRequests { get; } =
        new("The server is answering as many requests as it may at once. Try again a little later, with pauses that grow.", ErrorCodes.ResourceExhausted);

    /// <summary>The operation of a trusted document.</summary>
    /// <param name="id">The hash of a document of one operation, with or without <c>sha256:</c>, or an operation's name.</param>
    /// <returns>The operation; null if there is none of that identifier.</returns>
    /// <exception cref="GraphQLException">The document has several operations.</exception>
    public OperationDefinitionNode? FindTrusted(string id) => _documents.FindTrusted(id)?.Definition;

    /// <summary>Parses and validates a request's document now, so that many requests for it that begin at once do it no more than that. What is wrong is told by the requests.</summary>
    /// <param name="request">The request.</param>
    public void Warm(GraphQLRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        Prepare(request, allowsSubscriptions: true, null, out _)?.Dispose();
    }

    /// <summary>What a caller may be told of an exception that a transport met before or after the execution; the log is told where the server is at fault.</summary>
    /// <param name="exception">The exception.</param>
    public GraphQLError ToError(Exception exception) => Failure.ToError(exception, null, _options);

    private static bool IsObserved(GraphQLRequest request) => request.Profile != ProfileDetail.None || GraphQLTelemetry.IsListening;

    private ValueTask<ExecutionResult> Execute(GraphQLRequest request, RequestTrace? trace, CancellationToken cancellationToken) =>
        Prepare(request, allowsSubscriptions: false, trace, out var prepared) is { } refused ? new(refused) : ExecutePlan(prepared, null, cancellationToken);

    private async ValueTask<ExecutionResult> ExecuteObservedAsync(GraphQLRequest request, CancellationToken cancellationToken)
    {
        var trace = RequestTrace.Begin(request, _options.Telemetry);
        return Observed(await Execute(request, trace, cancellationToken).ConfigureAwait(false), trace);
    }

    private async ValueTask<ResponseStream> SubscribeObservedAsync(GraphQLRequest request, CancellationToken cancellationToken)
    {
        var trace = RequestTrace.Begin(request, _options.Telemetry);
        var stream = await SubscribeAsync(request, trace, cancellationToken).ConfigureAwait(false);
        if (stream.First is { } only)
        {
            Observed(only, trace);
        }
        else
        {
            // The subscription is open; each of its events is told by itself.
            trace.End(isRefused: false, []);
        }

        return stream;
    }

    private async ValueTask<ExecutionResult> ExecuteEventAsync(PreparedRequest prepared, object source, CancellationToken cancellationToken)
    {
        var trace = prepared.Trace!.BeginEvent();
        return Observed(await ExecutePlan(prepared with { Trace = trace }, source, cancellationToken).ConfigureAwait(false), trace);
    }

    // A response in parts has ended when its last part was taken.
    private static ExecutionResult Observed(ExecutionResult result, RequestTrace trace)
    {
        if (result is not IncrementalResult)
        {
            trace.End(result.IsRefused, result.Errors);
        }

        result.Timings = trace.Profile == ProfileDetail.None ? [] : trace.ToTimings();
        return result;
    }

    /// <summary>Everything before execution.</summary>
    /// <returns>What is wrong; null if the operation may run.</returns>
    private ExecutionResult? Prepare(GraphQLRequest request, bool allowsSubscriptions, RequestTrace? trace, out PreparedRequest prepared)
    {
        prepared = default;
        try
        {
            var operation = _documents.Find(request, trace);
            trace?.Tell(operation.Definition);
            CheckAllowed(operation.Definition, request, allowsSubscriptions);
            var variables = operation.Coerce(request);
            if (!variables.IsValid)
            {
                return ResponseAssembly.RequestError(variables.Errors, trace);
            }

            // The answer to an event is one part: the events themselves are what comes one after another.
            var inParts = request.AllowParts && _options.DeliverParts && operation.Definition.Operation != OperationType.Subscription;
            var plan = operation.GetPlan(variables.Values, inParts, trace);
            trace?.Tell(plan);
            var arguments = RequestArguments.Of(plan, variables.Values);
            var cost = FindCost(plan, variables.Values, arguments, trace);
            if (!cost.Errors.IsEmpty)
            {
                return ResponseAssembly.RequestError(cost.Errors, trace);
            }

            prepared = new PreparedRequest(plan, variables.Values, arguments, request.Configure, request.ReportCost ? cost.Cost : null, trace);
            return null;
        }
        catch (InvalidDocumentException invalid)
        {
            return ResponseAssembly.RequestError(invalid.Errors, trace);
        }
        catch (Exception exception)
        {
            return ResponseAssembly.RequestError([Failure.ToError(exception, null, _options)], trace);
        }
    }

    private CostVerdict FindCost(OperationPlan plan, IReadOnlyDictionary<string, object?> variables, RequestArguments arguments, RequestTrace? trace)
    {
        using var _ = plan.Cost is null ? trace?.Begin("cost") : null;
        return CostAnalysis.Run(_schema.Costs, _options.Cost, plan, variables, arguments);
    }

    /// <summary>Runs a prepared operation.</summary>
    /// <param name="prepared">The operation.</param>
    /// <param name="source">The event of a subscription; else null. The subscription was accepted: its events count as requests under way, but are not refused.</param>
    /// <param name="cancellationToken">Ends it.</param>
    private ValueTask<ExecutionResult> ExecutePlan(in PreparedRequest prepared, object? source, CancellationToken cancellationToken)
    {
        var plan = prepared.Plan;
        if (!plan.IsImmediate && Interlocked.Increment(ref _underWay) > _options.MaxConcurrentRequests && source is null)
        {
            Interlocked.Decrement(ref _underWay);
            return new(ResponseAssembly.RequestError([TooManyRequests], prepared.Trace));
        }

        if (!_runs.TryDequeue(out var run))
        {
            run = new OperationRun(_options);
        }

        // A plan whose data are all at hand cannot be cut short, and needs no timer.
        var timer = plan.IsImmediate ? null : Timer(cancellationToken);
        var context = new RequestContext(_schema.Schema, prepared.Variables, prepared.Arguments, timer?.Token ?? cancellationToken) { Observation = prepared.Trace };
        var response = new PendingResponse(run, plan, context, _options, source);
        if (prepared.ReportedCost is { } cost)
        {
            context.SetExtension("operationCost", new Dictionary<string, object?> { ["fieldCost"] = cost.FieldCost, ["typeCost"] = cost.TypeCost });
        }

        try
        {
            prepared.Configure?.Invoke(context);
            if (plan.Operation.Operation != OperationType.Mutation && response.TryComplete() && !context.HasDisposables)
            {
                return new(End(response, timer));
            }
        }
        catch (Exception exception)
        {
            response.Fail(exception);
        }

        return FinishAsync(response, timer);
    }

    private async ValueTask<ExecutionResult> FinishAsync(PendingResponse response, CancellationTokenSource? timer)
    {
        await response.FinishAsync().ConfigureAwait(false);
        return End(response, timer);
    }

    private ExecutionResult End(PendingResponse response, CancellationTokenSource? timer)
    {
        var result = response.HasParts ? response.ToFirstPart(timer, Release) : response.ToResult();
        if (result is not IncrementalResult)
        {
            Release(timer);
        }

        if (response.Run.Reset() && _runs.Count < MostRunsKept)
        {
            _runs.Enqueue(response.Run);
        }

        return result;
    }

    private void Release(CancellationTokenSource? timer)
    {
        if (timer is not null)
        {
            timer.Dispose();
            Interlocked.Decrement(ref _underWay);
        }
    }

    private CancellationTokenSource Timer(CancellationToken cancellationToken)
    {
        var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timer.CancelAfter(_options.Timeout);
        return timer;
    }

    private static void CheckAllowed(OperationDefinitionNode operation, GraphQLRequest request, bool allowsSubscriptions)
    {
        var message = operation.Operation switch
        {
            OperationType.Mutation when !request.AllowMutations => "A mutation cannot be sent by GET; send it by POST.",
            OperationType.Subscription when !allowsSubscriptions => "A subscription needs a stream of events; this request has one answer.",
            _ => null,
        };
        if (message is not null)
        {
            throw new GraphQLException(new GraphQLError(message, ErrorCodes.OperationNotAllowed) { Locations = [operation.Location] });
        }
    }

    /// <summary>A request that may run.</summary>
    private readonly record struct PreparedRequest(
        OperationPlan Plan,
        IReadOnlyDictionary<string, object?> Variables,
        RequestArguments Arguments,
        Action<RequestContext>? Configure,
        OperationCost? ReportedCost,
        RequestTrace? Trace);
}
