using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Observability;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>
/// Delivers what the first part of a response left for later. Parts that wait are resolved side by side: all start their steps together, so that their questions share the stores' round
/// trips, and those whose data are complete are told without waiting for the others. Nothing is begun before the message before it was taken; chunks of open lists neither.
/// </summary>
internal sealed class IncrementalDelivery(RequestContext context, GraphQLExecutorOptions options, ImmutableArray<GraphQLError> told)
{
    private readonly DeliveryGraph _graph = new();
    private readonly DeliveryIds _ids = new();
    private readonly List<DeliveryCohort> _running = [];
    private readonly Dictionary<IItemFeed, Task<bool>> _reading = [];
    private ImmutableArray<GraphQLError> _told = told;

    /// <summary>Whether a message is still to come.</summary>
    public bool HasNext { get; private set; }

    /// <summary>Takes in what the first part left, and announces it.</summary>
    /// <returns>What the first message tells besides its data.</returns>
    public DeliveryPayload Begin(DeliveryWork work)
    {
        var payload = new DeliveryPayload(_ids);
        _graph.Begin(work, payload);
        HasNext = !_graph.IsDone;
        return payload;
    }

    /// <summary>Resolves until there is something to tell. What ends the whole (time, cancellation, a message too large) is told as the errors of all that is open.</summary>
    /// <param name="fail">Makes an error of an exception.</param>
    public async ValueTask<ExecutionResult> NextAsync(Func<Exception, GraphQLError> fail)
    {
        using var span = context.Trace?.BeginPart();
        var payload = new DeliveryPayload(_ids);
        var writer = new ResponseWriter(limit: options.MaxResponseBytes);
        try
        {
            while (payload.IsEmpty)
            {
                await StepAsync(payload).ConfigureAwait(false);
            }

            HasNext = !_graph.IsDone;
            Write(writer, payload);
        }
        catch (Exception exception)
        {
            await WaitForStepsToEndAsync().ConfigureAwait(false);
            HasNext = false;
            var known = payload.KnownBefore(_graph.Open).ToList();
            payload = new DeliveryPayload(_ids);
            ImmutableArray<GraphQLError> errors = [fail(exception)];
            known.ForEach(part => payload.Complete(part, errors));

            writer.Truncate(0);
            Write(writer, payload);
        }

        _told = context.Observation is null ? _told : [.. _told, .. payload.Errors];
        return new ExecutionResult(writer, false, payload.Errors);
    }

    /// <summary>No part follows, whether all were taken or not.</summary>
    public void EndTrace() => context.Observation?.End(isRefused: false, _told);

    private void Write(ResponseWriter writer, DeliveryPayload payload)
    {
        writer.WriteByte((byte)'{');
        payload.Write(writer, HasNext);
        if (!HasNext && context.Trace is { Profile: ProfileDetail.Full } trace)
        {
            ResponseAssembly.WriteExtensions(writer, new() { ["profile"] = ProfileReport.Of(trace) });
        }

        writer.WriteByte((byte)'}');
    }

    private async ValueTask StepAsync(DeliveryPayload payload)
    {
        context.CancellationToken.ThrowIfCancellationRequested();
        if (_running.Exists(cohort => cohort.Run.IsWaiting))
        {
            await WaitForAnyAsync().ConfigureAwait(false);
            foreach (var cohort in _running)
            {
                cohort.Run.TakeAnswersIfThere();
            }
        }
        else
        {
            // Stores' sessions take questions of one level at a time: while some are out, nobody asks others. Feeds ask nothing of them.
            StartReading();
            StartCohorts();
            if (_running.Count == 0 && _reading.Count > 0)
            {
                await WaitForAnyAsync().ConfigureAwait(false);
            }

            foreach (var cohort in _running)
            {
                cohort.Run.StartLevels();
            }

            Dispatch();
        }

        TakeChunks(payload);
        foreach (var cohort in _running.Where(cohort => cohort.Run.IsDone).ToList())
        {
            _running.Remove(cohort);
            cohort.Deliver(_graph, payload, options);
        }
    }

    private async Task WaitForAnyAsync()
    {
        var answers = _running.Where(cohort => cohort.Run.IsWaiting).Select(cohort => cohort.Run.Answers);
        await Task.WhenAny([.. answers, .. _reading.Values]).WaitAsync(context.CancellationToken).ConfigureAwait(false);
        context.CancellationToken.ThrowIfCancellationRequested();
    }

    private void StartCohorts()
    {
        foreach (var tasks in _graph.TakeStarted().GroupBy(task => task.Fields))
        {
            _running.Add(new DeferredCohort(NewRun(), [.. tasks]).Begin());
        }

        var streams = _graph.Streams.Where(stream => !stream.IsDrained && !_running.OfType<StreamedCohort>().Any(cohort => cohort.Has(stream)));
        foreach (var lists in streams.GroupBy(stream => stream.Lists).ToList())
        {
            _running.Add(new StreamedCohort(NewRun(), [.. lists]));
        }
    }

    // A feed goes on when all of its lists have delivered the chunk that is here.
    private void StartReading()
    {
        foreach (var lists in _graph.Streams.Where(stream => stream.Open is not null).GroupBy(stream => stream.Open!.Feed))
        {
            if (!_reading.ContainsKey(lists.Key) && lists.All(stream => stream.IsDrained))
            {
                _reading.Add(lists.Key, lists.Key.ReadAsync(context.CancellationToken));
            }
        }
    }

    private void TakeChunks(DeliveryPayload payload)
    {
        foreach (var (feed, read) in _reading.Where(reading => reading.Value.IsCompleted).ToList())
        {
            _reading.Remove(feed);
            foreach (var stream in _graph.Streams.Where(stream => ReferenceEquals(stream.Open?.Feed, feed)).ToList())
            {
                TakeChunk(stream, read, payload);
            }
        }
    }

    private void TakeChunk(StreamedRest stream, Task<bool> read, DeliveryPayload payload)
    {
        try
        {
            if (read.GetAwaiter().GetResult())
            {
                stream.TakeChunk();
                if (!stream.IsAtEnd)
                {
                    return;
                }
            }

            _graph.Finish(stream, [], payload);
        }
        catch (Exception exception)
        {
            var field = stream.Field;
            var error = Failure.ToError(exception, $"{field.ParentType.Name}.{field.Definition.Name}", options);
            _graph.Finish(stream, [error with { Path = [.. stream.Path], Locations = [.. field.Nodes.Select(node => node.Location)] }], payload);
        }
    }

    private OperationRun NewRun()
    {
        var run = new OperationRun(options);
        run.BeginPart(context);
        return run;
    }

    private void Dispatch()
    {
        // By index: one that dispatches may bring a later one along.
        for (var i = 0; i < context.DispatcherList.Count; i++)
        {
            if (context.DispatcherList[i] is { HasPending: true } dispatcher)
            {
                dispatcher.Dispatch(context.CancellationToken);
            }
        }
    }

    /// <summary>Steps may hold a store's session, which is disposed with the request: they get a moment to notice the cancellation.</summary>
    public async Task WaitForStepsToEndAsync() =>
        await Task.WhenAny(Task.WhenAll([.. _running.Select(cohort => cohort.Run.Answers), .. _reading.Values]), Task.Delay(options.CancellationGrace)).ConfigureAwait(false);
}
