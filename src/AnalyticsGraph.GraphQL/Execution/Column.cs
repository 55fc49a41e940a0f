using AnalyticsGraph.GraphQL.Errors;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>
/// What a field yields for a whole batch: one value for each parent row, in the parents' order. Immutable once returned by a step.
/// Leaf columns write themselves; <see cref="ObjectColumn"/>, <see cref="AbstractColumn"/> and <see cref="ListColumn"/> are walked by the executor.
/// </summary>
public abstract class Column
{
    private IReadOnlyDictionary<int, GraphQLError>? _errors;

    /// <summary>The number of rows: that of the parents (for items of a list, of all lists together).</summary>
    public abstract int Count { get; }

    /// <summary>Whether any row may be null. False promises that none is, which spares the null checks.</summary>
    public abstract bool MayHaveNulls { get; }

    /// <summary>Whether the row's value is null.</summary>
    /// <param name="row">From 0.</param>
    public abstract bool IsNull(int row);

    /// <summary>
    /// Errors of single rows, or null when there are none. A row with an error reads as null. The executor fills in path and location where missing.
    /// </summary>
    public IReadOnlyDictionary<int, GraphQLError>? Errors
    {
        get => _errors;
        init => _errors = value;
    }

    /// <summary>Adds the errors of rows to a column that a factory has just made.</summary>
    internal Column WithErrors(IReadOnlyDictionary<int, GraphQLError>? errors)
    {
        _errors = errors;
        return this;
    }
}
