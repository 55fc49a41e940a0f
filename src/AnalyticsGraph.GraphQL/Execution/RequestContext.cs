using AnalyticsGraph.GraphQL.Observability;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>One request under execution. Not thread-safe but for what says so.</summary>
public sealed class RequestContext
{
    private static readonly List<ILevelDispatcher> NoDispatchers = [];

    private Dictionary<Type, object>? _features;
    private List<IAsyncDisposable>? _disposables;
    private List<ILevelDispatcher>? _dispatchers;

    internal RequestContext(Schema schema, IReadOnlyDictionary<string, object?> variables, RequestArguments arguments, CancellationToken cancellationToken)
    {
        Schema = schema;
        Variables = variables;
        Arguments = arguments;
        CancellationToken = cancellationToken;
    }

    /// <summary>The schema.</summary>
    public Schema Schema { get; }

    /// <summary>Coerced variables by name; those not given and without default are absent (section 6.1.2).</summary>
    public IReadOnlyDictionary<string, object?> Variables { get; }

    /// <summary>Ends the request: the client went away, or its time is up.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>Takes what stores were asked, if somebody wants to know; else null, and nothing need be noted.</summary>
    public RequestTrace? Trace { get; private init; }

    /// <summary>What is told when the request has ended, in whatever detail.</summary>
    internal RequestTrace? Observation
    {
        get;
        init
        {
            field = value;
            Trace = value is { HasDetails: true } ? value : null;
        }
    }

    /// <summary>Dispatchers in ascending <see cref="ILevelDispatcher.Order"/>; stores' sessions add themselves.</summary>
    public IReadOnlyList<ILevelDispatcher> Dispatchers => DispatcherList;

    internal List<ILevelDispatcher> DispatcherList => _dispatchers ?? NoDispatchers;

    internal bool HasDisposables => _disposables is not null;

    /// <summary>Adds a dispatcher for the rest of the request.</summary>
    /// <param name="dispatcher">The dispatcher.</param>
    public void AddDispatcher(ILevelDispatcher dispatcher)
    {
        ArgumentNullException.ThrowIfNull(dispatcher);
        _dispatchers ??= [];
        var at = _dispatchers.FindIndex(d => d.Order > dispatcher.Order);
        _dispatchers.Insert(at < 0 ? _dispatchers.Count : at, dispatcher);
    }

    /// <summary>Disposes what the request holds (a store's session) when it ends, the last one added first.</summary>
    /// <param name="disposable">What to dispose.</param>
    public void DisposeAtEnd(IAsyncDisposable disposable) => (_disposables ??= []).Add(disposable);

    /// <summary>Sets what <see cref="Get{T}"/> finds by its type: the caller, a store's session.</summary>
    /// <typeparam name="T">The type it is found by.</typeparam>
    /// <param name="feature">The object.</param>
    public void Set<T>(T feature)
        where T : class => (_features ??= [])[typeof(T)] = feature;

    /// <summary>What was set for the type.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <returns>The object, or null.</returns>
    public T? Find<T>()
        where T : class => _features is not null && _features.TryGetValue(typeof(T), out var feature) ? (T)feature : null;

    /// <summary>What was set for the type.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <exception cref="InvalidOperationException">Nothing was set: a fault of the composition, not of the caller.</exception>
    public T Get<T>()
        where T : class => Find<T>() ?? throw new InvalidOperationException($"No {typeof(T).Name} was set for this request.");

    /// <summary>Puts an entry into the response's <c>extensions</c> (section 7.1.3).</summary>
    /// <param name="name">The entry's name.</param>
    /// <param name="value">Null, a string, a Boolean, a number, or a list or dictionary of such.</param>
    public void SetExtension(string name, object? value) => (Extensions ??= new Dictionary<string, object?>(StringComparer.Ordinal))[name] = value;

    internal RequestArguments Arguments { get; }

    internal Dictionary<string, object?>? Extensions { get; private set; }

    internal async ValueTask DisposeAsync()
    {
        for (var i = _disposables?.Count - 1 ?? -1; i >= 0; i--)
        {
            await _disposables![i].DisposeAsync().ConfigureAwait(false);
        }
    }
}
