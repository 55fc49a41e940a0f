using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Planning;

/// <summary>
/// Which variables must have which value for a selection to count: what <c>@skip</c> and <c>@include</c> on it and on the fragments around it ask for (section 3.13).
/// A conjunction, sorted and without doubles, so that equal conditions are equal sequences.
/// </summary>
internal readonly struct Conditions : IEquatable<Conditions>
{
    private readonly ImmutableArray<(string Variable, bool Expected)> _all;

    private Conditions(ImmutableArray<(string Variable, bool Expected)> all) => _all = all;

    public static Conditions None { get; } = new([]);

    public ImmutableArray<(string Variable, bool Expected)> All => _all.IsDefault ? [] : _all;

    /// <summary>Adds the conditions of a selection's directives.</summary>
    /// <param name="directives">The selection's directives.</param>
    /// <param name="known">Values of variables, for a plan made for these values alone; null for a plan of all values.</param>
    /// <returns>The conditions; null when they can never be met.</returns>
    public Conditions? And(ImmutableArray<DirectiveNode> directives, IReadOnlyDictionary<string, object?>? known)
    {
        var result = this;
        foreach (var directive in directives)
        {
            if (directive.Name.Value is not ("skip" or "include") || directive.Arguments.ValueOf("if") is not { } condition)
            {
                continue;
            }

            var expected = directive.Name.Value == "include";
            if (condition is VariableNode variable && known is null)
            {
                if (result.And(variable.Name.Value, expected) is not { } narrower)
                {
                    return null;
                }

                result = narrower;
            }
            else if (expected != (condition is VariableNode given ? known!.GetValueOrDefault(given.Name.Value) is true : condition is BooleanValueNode { Value: true }))
            {
                return null;
            }
        }

        return result;
    }

    public bool Equals(Conditions other) => All.SequenceEqual(other.All);

    public override bool Equals(object? obj) => obj is Conditions other && Equals(other);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var condition in All)
        {
            hash.Add(condition);
        }

        return hash.ToHashCode();
    }

    private Conditions? And(string variable, bool expected)
    {
        if (All.Contains((variable, !expected)))
        {
            return null;
        }

        return All.Contains((variable, expected)) ? this : new Conditions([.. All.Append((variable, expected)).Order()]);
    }
}
