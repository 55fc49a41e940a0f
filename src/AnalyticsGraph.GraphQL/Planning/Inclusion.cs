using System.Collections.Immutable;

namespace AnalyticsGraph.GraphQL.Planning;

/// <summary>Section 3.13.1 and 3.13.2: when a field is included; a disjunction over its occurrences of conjunctions of Boolean variables.</summary>
public sealed class Inclusion
{
    private readonly ImmutableArray<ImmutableArray<(string Variable, bool Expected)>> _anyOf;

    internal Inclusion(ImmutableArray<ImmutableArray<(string Variable, bool Expected)>> anyOf) => _anyOf = anyOf;

    /// <summary>Always.</summary>
    public static Inclusion Always { get; } = new([[]]);

    /// <summary>Whether no variable matters.</summary>
    public bool IsAlways => _anyOf.Length == 1 && _anyOf[0].IsEmpty;

    /// <summary>Whether it is included.</summary>
    /// <param name="variables">The request's coerced variables.</param>
    public bool IsMet(IReadOnlyDictionary<string, object?> variables)
    {
        if (IsAlways)
        {
            return true;
        }

        foreach (var conditions in _anyOf)
        {
            var all = true;
            foreach (var (variable, expected) in conditions)
            {
                all &= variables.TryGetValue(variable, out var value) && value is bool given && given == expected;
            }

            if (all)
            {
                return true;
            }
        }

        return false;
    }
}
