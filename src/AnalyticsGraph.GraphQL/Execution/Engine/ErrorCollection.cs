using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Errors;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>The errors of a response, up to a limit; the rest is counted.</summary>
internal sealed class ErrorCollection(int limit)
{
    private ImmutableArray<GraphQLError>.Builder? _errors;
    private int _leftOut;

    public bool IsEmpty => _errors is null;

    /// <summary>The number of errors told.</summary>
    public int Count => _errors?.Count ?? 0;

    /// <summary>Whether the next error would only be counted: its path need not be made.</summary>
    public bool IsFull => _errors?.Count >= limit;

    public void Add(GraphQLError error) => (_errors ??= ImmutableArray.CreateBuilder<GraphQLError>()).Add(error);

    public void LeaveOut() => _leftOut++;

    public ImmutableArray<GraphQLError> ToImmutable()
    {
        if (_errors is null)
        {
            return [];
        }

        if (_leftOut > 0)
        {
            _errors.Add(new GraphQLError($"{_leftOut} more errors were left out: a response tells at most {limit}.", ErrorCodes.LimitExceeded));
        }

        return _errors.ToImmutable();
    }
}
