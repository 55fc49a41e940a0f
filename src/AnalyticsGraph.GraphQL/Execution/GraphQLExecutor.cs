using System.Collections.Concurrent;
using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Cost;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Planning;
using AnalyticsGraph.GraphQL.Validation;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>Runs requests against a schema: parses, validates and plans each document once, then executes its plan. Thread-safe.</summary>
public sealed class GraphQLExecutor
{
    private const int MostRunsKept = 64;

    private readonly ExecutableSchema _schema;
    private readonly GraphQLExecutorOptions _options;
    private readonly PlanLimits _planLimits;
    private readonly DocumentCache _documents;
    private readonly ConcurrentQueue<OperationRun> _runs = [];
    private int _underWay;

    /// <summary>Makes an executor.</summary>
    /// <param name="schema">The schema with its resolvers.</param>
    /// <param name="options">Limits; the defaults if null.</param>
    public GraphQLExecutor(ExecutableSchema schema, GraphQLExecutorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(schema);
        _schema = schema;
        _options = options ?? new GraphQLExecutorOptions();
        _planLimits = new PlanLimits(_options.MaxDepth, _options.MaxPlannedFields);
        _documents = new DocumentCache(_options.MaxCachedDocuments, _options.MaxCachedDocumentBytes);
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
        OperationPlan plan;
        CoercedVariables variables;
        CostVerdict cost;
        try
        {
            var operation = GetDocument(request.Query.Span).GetOperation(request.OperationName);
            CheckAllowed(operation.Definition, request);
            variables = VariableCoercion.Coerce(_schema.Schema, operation.Definition, request.Variables ?? default);
            if (!variables.IsValid)
            {
                return new(ResponseAssembly.RequestError(variables.Errors));
            }

            plan = operation.GetPlan(variables.Values);
            cost = CostAnalysis.Run(_schema.Costs, _options.Cost, plan, variables.Values);
            if (!cost.Errors.IsEmpty)
            {
                return new(ResponseAssembly.RequestError(cost.Errors));
            }
        }
        catch (InvalidDocumentException invalid)
        {
            return new(ResponseAssembly.RequestError(invalid.Errors));
        }
        catch (Exception exception)
        {
            return new(ResponseAssembly.RequestError([Failure.ToError(exception, null, _options)]));
        }

        if (!plan.IsImmediate && Interlocked.Increment(ref _underWay) > _options.MaxConcurrentRequests)
        {
            Interlocked.Decrement(ref _underWay);
            return new(ResponseAssembly.RequestError([TooManyRequests]));
        }

        if (!_runs.TryDequeue(out var run))
        {
            run = new OperationRun(_options);
        }

        return ExecutePlan(run, plan, request, variables.Values, request.ReportCost ? cost.Cost : null, cancellationToken);
    }

    private static GraphQLError TooManyRequests { get; } =
        new("The server is answering as many requests as it may at once. Try again a little later, with pauses that grow.", ErrorCodes.ResourceExhausted);

    /// <summary>What a caller may be told of an exception that a transport met before or after the execution; the log is told where the server is at fault.</summary>
    /// <param name="exception">The exception.</param>
    public GraphQLError ToError(Exception exception) => Failure.ToError(exception, null, _options);

    private ValueTask<ExecutionResult> ExecutePlan(
        OperationRun run, OperationPlan plan, GraphQLRequest request, IReadOnlyDictionary<string, object?> variables, OperationCost? reported, CancellationToken cancellationToken)
    {
        // A plan whose data are all at hand cannot be cut short, and needs no timer.
        var timer = plan.IsImmediate ? null : Timer(cancellationToken);
        var context = new RequestContext(_schema.Schema, variables, timer?.Token ?? cancellationToken);
        var response = new PendingResponse(run, plan, context, _options);
        if (reported is { } cost)
        {
            context.SetExtension("operationCost", new Dictionary<string, object?> { ["fieldCost"] = cost.FieldCost, ["typeCost"] = cost.TypeCost });
        }

        try
        {
            request.Configure?.Invoke(context);
            if (plan.Operation.Operation == OperationType.Query && response.TryComplete() && !context.HasDisposables)
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
        var result = response.ToResult();
        if (timer is not null)
        {
            timer.Dispose();
            Interlocked.Decrement(ref _underWay);
        }

        if (response.Run.Reset() && _runs.Count < MostRunsKept)
        {
            _runs.Enqueue(response.Run);
        }

        return result;
    }

    private CancellationTokenSource Timer(CancellationToken cancellationToken)
    {
        var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timer.CancelAfter(_options.Timeout);
        return timer;
    }

    private PlannedDocument GetDocument(ReadOnlySpan<byte> source)
    {
        if (_documents.TryGet(source, out var planned))
        {
            return planned;
        }

        var document = Utf8Parser.Parse(source, _options.ParserLimits);
        var errors = DocumentValidator.Validate(_schema.Schema, document, _options.Validation);
        if (!errors.IsEmpty)
        {
            throw new InvalidDocumentException(errors);
        }

        planned = new PlannedDocument(_schema, document, _planLimits);
        _documents.Add(source, planned);
        return planned;
    }

    private static void CheckAllowed(OperationDefinitionNode operation, GraphQLRequest request)
    {
        var message = operation.Operation switch
        {
            OperationType.Mutation when !request.AllowMutations => "A mutation cannot be sent by GET; send it by POST.",
            OperationType.Subscription => "A subscription needs a stream of events; this request has one answer.",
            _ => null,
        };
        if (message is not null)
        {
            throw new GraphQLException(new GraphQLError(message, ErrorCodes.OperationNotAllowed) { Locations = [operation.Location] });
        }
    }
}
