using AnalyticsGraph.GraphQL.Planning;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>How a field of the schema is resolved. Asked once per plan; what it returns runs once per request and level, for all parents together.</summary>
public abstract partial class FieldResolver
{
    /// <summary>
    /// Binds a planned field to a step. Parents are bound before their children; the whole subtree of <see cref="PlannedField.SelectionSets"/> is already known, so
    /// that a step can see which columns its children need.
    /// </summary>
    /// <param name="binding">The planned field and what its parent's step left for its children.</param>
    public abstract FieldStep Bind(FieldBinding binding);

    /// <summary>Checks at start-up that the resolver can yield what the field promises.</summary>
    /// <param name="field">The field it is bound to.</param>
    /// <param name="clrTypes">Which object type the CLR types stand for.</param>
    /// <returns>What is wrong, as the end of a sentence that begins with the field's name; null if it fits.</returns>
    public virtual string? FindFault(FieldDefinition field, ClrTypes clrTypes) => null;
}

/// <summary>What a resolver knows when it binds.</summary>
/// <param name="Field">The planned field.</param>
/// <param name="Schema">The schema.</param>
/// <param name="ParentContext">What the parent field's step gave as <see cref="FieldStep.ChildContext"/>; null at the root.</param>
public sealed record FieldBinding(PlannedField Field, Schema Schema, object? ParentContext)
{
    /// <summary>Which object type the CLR types stand for, as <see cref="SchemaBindings.BindType{T}"/> said.</summary>
    public ClrTypes ClrTypes { get; init; } = ClrTypes.None;
}

/// <summary>A bound field: immutable, shared by all requests that run the plan.</summary>
public abstract class FieldStep
{
    /// <summary>What the steps of the selected sub-fields get as <see cref="FieldBinding.ParentContext"/>: a row layout, for example. Null if they need nothing.</summary>
    public virtual object? ChildContext => null;

    /// <summary>The most rows that the slicing arguments of its <c>@listSize</c> may ask for; more is refused before anything is executed. Null for no bound.</summary>
    public virtual int? MaxListSize => null;

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

/// <summary>A step whose data are already there: it needs neither arguments nor stores, and the executor runs it without any allocation of its own.</summary>
public abstract class ImmediateStep : FieldStep
{
    /// <summary>Resolves the field for all parents.</summary>
    /// <param name="parents">The parents, at least one.</param>
    /// <returns>A column of <c>parents.Count</c> rows.</returns>
    public abstract Column Execute(ObjectBatch parents);

    /// <inheritdoc />
    public sealed override ValueTask<Column> ExecuteAsync(ObjectBatch parents, StepContext context) => new(Execute(parents));
}

/// <summary>Collects the questions of one level's steps to one store, and asks them in one round trip.</summary>
public interface ILevelDispatcher
{
    /// <summary>
    /// Order of dispatch within a level, lowest first. A dispatcher may, while dispatching, register questions with a later one (series ask PostgreSQL whether points are pending).
    /// </summary>
    int Order { get; }

    /// <summary>Whether questions are waiting.</summary>
    bool HasPending { get; }

    /// <summary>Starts the round trip for all that is waiting. Called once per level, after all its steps were started; does not wait for the answer.</summary>
    /// <param name="cancellationToken">The request's.</param>
    void Dispatch(CancellationToken cancellationToken);
}
