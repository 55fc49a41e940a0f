using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Observability;
using AnalyticsGraph.GraphQL.Planning;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>A request from its first step to its last byte.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The writer goes over to the result, whose caller disposes it; a request that fails disposes it itself.")]
internal sealed class PendingResponse
{
    private readonly OperationPlan _plan;
    private readonly RequestContext _context;
    private readonly GraphQLExecutorOptions _options;
    private readonly object? _source;
    private readonly ErrorCollection _errors;
    private readonly ResponseWriter _writer;
    private PhaseTrace? _execution;
    private ObjectBatch? _root;
    private GraphQLError? _failure;
    private bool _isWritten;

    /// <summary>Makes a response.</summary>
    /// <param name="run">Runs the steps.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="context">The request.</param>
    /// <param name="options">Limits.</param>
    /// <param name="source">The event of a subscription; else null.</param>
    public PendingResponse(OperationRun run, OperationPlan plan, RequestContext context, GraphQLExecutorOptions options, object? source)
    {
        (Run, _plan, _context, _options, _source) = (run, plan, context, options, source);
        _errors = new ErrorCollection(options.MaxErrors);
        _writer = new ResponseWriter(limit: options.MaxResponseBytes) { MayLeave = !plan.InParts };
        _writer.WriteRaw(ResponseAssembly.DataPrefix);
        run.Writer.Begin(_writer, _errors, plan.InParts ? new DeliveryWork() : null);
    }

    public OperationRun Run { get; }

    /// <summary>Whether there is more than what was written.</summary>
    public bool HasParts => _failure is null && Run.Writer.Work is { IsEmpty: false };

    /// <summary>Runs a query, or a subscription for one event, as far as it goes without waiting, and writes it if that is to its end.</summary>
    public bool TryComplete()
    {
        _execution = _context.Trace?.Begin("execute");
        _root = Run.Begin(_plan, _context, _source);
        if (!Run.Run(_root))
        {
            return false;
        }

        WriteRoot(_root);
        return true;
    }

    /// <summary>Does what is left, and frees what the request holds.</summary>
    public async ValueTask FinishAsync()
    {
        try
        {
            if (!_isWritten && _failure is null)
            {
                if (_plan.Operation.Operation == OperationType.Mutation)
                {
                    await RunSeriallyAsync().ConfigureAwait(false);
                }
                else
                {
                    await Run.FinishAsync().ConfigureAwait(false);
                    WriteRoot(_root!);
                }
            }
        }
        catch (Exception exception)
        {
            Fail(exception);
        }

        if (!HasParts)
        {
            await FreeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Frees what the request holds.</summary>
    public async ValueTask FreeAsync()
    {
        try
        {
            await _context.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // The answer stands; that something was not freed is for the log.
            Failure.ToError(exception, null, _options);
        }
    }

    /// <summary>The request failed as a whole.</summary>
    public void Fail(Exception exception) => _failure = ToError(exception);

    private GraphQLError ToError(Exception exception) => exception switch
    {
        OperationCanceledException when _context.CancellationToken.IsCancellationRequested =>
            new GraphQLError(string.Create(CultureInfo.InvariantCulture, $"The request was cancelled, or took longer than {_options.Timeout.TotalSeconds} s."), ErrorCodes.Cancelled),
        ResponseTooLargeException tooLarge =>
            new GraphQLError(string.Create(CultureInfo.InvariantCulture, $"The response exceeds {tooLarge.Limit} bytes. Select less, or page."), ErrorCodes.LimitExceeded),
        _ => Failure.ToError(exception, null, _options),
    };

    public ExecutionResult ToResult()
    {
        _execution?.Dispose();
        if (_context.Trace is { Profile: ProfileDetail.Full } trace)
        {
            _context.SetExtension("profile", ProfileReport.Of(trace));
        }

        if (_failure is null)
        {
            return ResponseAssembly.WithData(_writer, _errors.ToImmutable(), _context.Extensions);
        }

        _writer.Dispose();
        return ResponseAssembly.WithoutData(_failure, _context.Extensions);
    }

    /// <summary>The first part of a response that has more.</summary>
    /// <param name="timer">Ends the request; null if nothing has to be waited for.</param>
    /// <param name="release">Takes the timer back.</param>
    public IncrementalResult ToFirstPart(CancellationTokenSource? timer, Action<CancellationTokenSource?> release)
    {
        _execution?.Dispose();
        var errors = _errors.ToImmutable();
        var delivery = new IncrementalDelivery(_context, _options, errors);
        var payload = delivery.Begin(Run.Writer.Work!);
        _writer.WriteByte((byte)',');
        payload.Write(_writer, delivery.HasNext);
        return new IncrementalResult(
            ResponseAssembly.WithData(_writer, errors, _context.Extensions),
            delivery,
            timer,
            _options.Timeout,
            ToError,
            async () =>
            {
                await FreeAsync().ConfigureAwait(false);
                release(timer);
                delivery.EndTrace();
            });
    }

    private void WriteRoot(ObjectBatch root)
    {
        _isWritten = true;
        _execution?.Dispose();
        using var serialization = _context.Trace?.Begin("serialize");
        var start = _writer.Length;
        if (!Run.Writer.WriteObject(root, 0))
        {
            WriteNullFrom(start);
        }
    }

    // Section 6.2.2: each root field with everything below it is complete before the next one starts. One whose error reaches the root ends the operation.
    private async ValueTask RunSeriallyAsync()
    {
        _isWritten = true;
        var start = _writer.Length;
        var root = Run.Begin(_plan, _context, _source);
        var (first, count) = root.Slots;
        if (count == 0)
        {
            _writer.WriteByte((byte)'{');
        }

        for (var slot = first; slot < first + count; slot++)
        {
            if (slot > first)
            {
                foreach (var dispatcher in _context.DispatcherList)
                {
                    dispatcher.Forget();
                }
            }

            root.Slots = (slot, 1);
            _execution = _context.Trace?.Begin("execute");
            if (!Run.Run(root))
            {
                await Run.FinishAsync().ConfigureAwait(false);
            }

            _execution?.Dispose();
            using var serialization = _context.Trace?.Begin("serialize");
            if (!Run.Writer.WriteFields(root, 0))
            {
                WriteNullFrom(start);
                return;
            }
        }

        _writer.WriteByte((byte)'}');
    }

    private void WriteNullFrom(int start)
    {
        Run.Writer.Work?.Truncate(start);
        _writer.Truncate(start);
        _writer.WriteNull();
    }
}
