using System.Collections.Immutable;

namespace AnalyticsGraph.Mapping.Model;

/// <summary>A mismatch found at start-up.</summary>
/// <param name="Place">The type or field it is about: <c>Run.startTime</c>.</param>
/// <param name="Message">What is wrong and what to do.</param>
/// <param name="IsWarning">Whether the schema can be served nevertheless.</param>
public sealed record MappingProblem(string Place, string Message, bool IsWarning = false)
{
    /// <inheritdoc />
    public override string ToString() => $"{Place}: {Message}";
}

/// <summary>The SDL, the bound resolvers and the real tables do not fit together; the message names every mismatch.</summary>
public sealed class MappingException : Exception
{
    /// <summary>Makes the exception from all that was found.</summary>
    /// <param name="problems">At least one.</param>
    public MappingException(IEnumerable<MappingProblem> problems)
        : this([.. problems])
    {
    }

    private MappingException(ImmutableArray<MappingProblem> problems)
        : base($"The schema does not fit ({problems.Length} {(problems.Length == 1 ? "problem" : "problems")}):\n" + string.Join('\n', problems.Select(p => $"  {p}"))) =>
        Problems = problems;

    /// <summary>Every mismatch.</summary>
    public ImmutableArray<MappingProblem> Problems { get; }
}
