using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Observability;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Rows;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Mapping.Sessions;

/// <summary>One request's conversation with one store: questions of a level wait here until they are sent together.</summary>
public abstract class StoreSession : ILevelDispatcher
{
    private EntityLoads _entities;
    private readonly RequestContext _request;
    private readonly IPolicyProvider _policies;
    private List<StoreQuestion> _pending = [];

    private protected StoreSession(Store store, RequestContext request, IPolicyProvider policies, MappingLimits limits, SessionCounters counters)
    {
        Store = store;
        Limits = limits;
        Counters = counters;
        _request = request;
        _policies = policies;
        _entities = new EntityLoads(this);
    }

    /// <summary>The store.</summary>
    public Store Store { get; }

    /// <summary>What the request asked so far.</summary>
    public SessionCounters Counters { get; }

    /// <inheritdoc />
    public abstract int Order { get; }

    /// <inheritdoc />
    public bool HasPending => _pending.Count > 0 || _entities.HasPending;

    private protected MappingLimits Limits { get; }

    private protected RequestTrace? Trace => _request.Trace;

    /// <inheritdoc />
    public void Dispatch(CancellationToken cancellationToken)
    {
        _entities.AskPending();
        var questions = _pending;
        _pending = [];

        // Whatever happens, every question is completed: the asking steps wait for those, nobody for the whole.
        _ = RunAsync(questions, cancellationToken);
    }

    /// <inheritdoc />
    public void Forget() => _entities = new EntityLoads(this);

    /// <summary>Rows by key. Whoever waits for rows to be remembered takes it before: afterwards it may be another one, which is not to know them.</summary>
    internal EntityLoads Entities => _entities;

    /// <summary>Begins a statement under the caller's policies.</summary>
    /// <param name="foreign">The keys that its filter found in the other store.</param>
    /// <param name="asOf">The time to read as of (<see cref="Rows.RowSet.AsOf"/> of the parents' rows); null for the present.</param>
    internal SqlScope NewScope(ForeignKeys? foreign = null, DateTime? asOf = null) => NewScope(new SqlBuilder(Store), foreign, asOf);

    /// <summary>Goes on with a statement under the caller's policies.</summary>
    internal SqlScope NewScope(SqlBuilder sql, ForeignKeys? foreign, DateTime? asOf) => new(sql, _policies, Limits, _request, foreign, asOf);

    /// <summary>Whether the caller may see all rows of a type.</summary>
    internal bool SeesAll(TableModel table) => table.Only.IsEmpty && _policies.GetPolicy(table, _request) is null;

    /// <summary>Registers a question for the level's round trip.</summary>
    internal Task<RowResult> Ask(StoreQuestion question)
    {
        NoteAsker(question);
        _pending.Add(question);
        return question.Answer;
    }

    /// <summary>Asks a question on its own, at once: one that the level's round trip comes too early or too late for.</summary>
    internal Task<RowResult> AskNow(StoreQuestion question)
    {
        NoteAsker(question);
        _ = RunAsync([question], _request.CancellationToken);
        return question.Answer;
    }

    /// <summary>The step whose code runs, if the request is traced.</summary>
    internal StepTrace? Asker => _request.Trace is null ? null : StepTrace.Current;

    private protected void NoteAsker(StoreQuestion question)
    {
        if (question.Steps.Count == 0 && Asker is { } step)
        {
            question.Steps = [step];
        }
    }

    /// <summary>Sends questions and completes every one of them, with rows or with an error; never throws.</summary>
    private protected abstract Task RunAsync(List<StoreQuestion> questions, CancellationToken cancellationToken);
}
