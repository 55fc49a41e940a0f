namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>A bound field: immutable, shared by all requests that run the plan.</summary>
public abstract class FieldStep
{
    /// <summary>What the steps of the selected sub-fields get as <see cref="FieldBinding.ParentContext"/>: a row layout, for example. Null if they need nothing.</summary>
    public virtual object? ChildContext => null;

    /// <summary>The most rows that the slicing arguments of its <c>@listSize</c> may ask for; more is refused before anything is executed. Null for no bound.</summary>
    public virtual int? MaxListSize => null;

    /// <summary>Whether it reads nothing of its parents but their keys, so that it can run before their rows are there (<see cref="StepContext.Foresee"/>).</summary>
    public virtual bool NeedsKeysAlone => false;

    /// <summary>
    /// Resolves the field for all parents. A step that asks a store registers its question with that store's <see cref="ILevelDispatcher"/> and returns a task that
    /// completes after the dispatch; a step whose data are already there returns a completed one. Questions are dispatched once a level, after all its steps were started: a step
    /// registers all of its questions before it first waits. One that needs a second answer after the first asks its store directly, or waits until the request is out of time.
    /// </summary>
    /// <param name="parents">The parents, at least one.</param>
    /// <param name="context">Request, arguments, selections.</param>
    /// <returns>A column of <c>parents.Count</c> rows. A thrown <see cref="Errors.GraphQLException"/> becomes an error of every row.</returns>
    public abstract ValueTask<Column> ExecuteAsync(ObjectBatch parents, StepContext context);
}
