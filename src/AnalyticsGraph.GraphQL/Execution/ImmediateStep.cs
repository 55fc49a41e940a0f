namespace AnalyticsGraph.GraphQL.Execution;

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
