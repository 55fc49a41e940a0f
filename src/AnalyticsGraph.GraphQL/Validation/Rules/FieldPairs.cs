using System.Runtime.InteropServices;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Validation.Rules;

/// <summary>
/// Finds the conflicts of a selection set by comparing fields pair by pair, in the order of graphql-js. Each pair of a set and a fragment, or of two fragments, is compared once for
/// each way of exclusiveness; every comparison is taken from the step budget.
/// </summary>
internal sealed class FieldPairs(ValidationContext context, FieldSets sets)
{
    private const int PairCost = 4;

    // Fields in fields of fragments in fragments: a fixed bound, so that the verdict does not depend on how large the thread's stack happens to be.
    private const int Deepest = 1_000;

    // By the indexes of both, one in the upper half; the value is whether they were only compared as exclusive.
    private readonly Dictionary<long, bool> _comparedWithFragment = [];
    private readonly Dictionary<long, bool> _comparedFragments = [];

    // One more than is told of a selection set, and more than the text of a field's conflict has room for.
    private readonly int _mostConflicts = Math.Max(context.Options.MaxErrors, 100);
    private int _depth;

    /// <summary>The conflicts; if work or errors are at their limit, those found until then.</summary>
    public IReadOnlyList<FieldConflict> FindConflicts(FieldSet set)
    {
        List<FieldConflict>? conflicts = null;
        CompareWithin(ref conflicts, set);
        for (var i = 0; i < set.Fragments.Count && GoesOn(conflicts); i++)
        {
            CompareWithFragment(ref conflicts, false, set, set.Fragments[i]);
            for (var j = i + 1; j < set.Fragments.Count && GoesOn(conflicts); j++)
            {
                CompareFragments(ref conflicts, false, set.Fragments[i], set.Fragments[j]);
            }
        }

        return conflicts ?? [];
    }

    private void CompareWithin(ref List<FieldConflict>? conflicts, FieldSet set)
    {
        foreach (var (responseName, fields) in set.ByResponseName)
        {
            for (var i = 0; i < fields.Count; i++)
            {
                for (var j = i + 1; j < fields.Count && GoesOn(conflicts); j++)
                {
                    Compare(ref conflicts, false, responseName, fields[i], fields[j]);
                }
            }
        }
    }

    private void CompareSets(ref List<FieldConflict>? conflicts, bool exclusive, FieldSet first, FieldSet second)
    {
        foreach (var (responseName, fields) in first.ByResponseName)
        {
            if (!context.Spend(1) || !second.ByResponseName.TryGetValue(responseName, out var others))
            {
                continue;
            }

            foreach (var one in fields)
            {
                foreach (var other in others)
                {
                    if (!GoesOn(conflicts))
                    {
                        return;
                    }

                    Compare(ref conflicts, exclusive, responseName, one, other);
                }
            }
        }
    }

    private void CompareWithFragment(ref List<FieldConflict>? conflicts, bool exclusive, FieldSet set, FragmentFacts fragment)
    {
        if (!context.Spend(1) || set.Fields.Count == 0 || !IsNew(_comparedWithFragment, set.Index, fragment.Index, exclusive))
        {
            return;
        }

        var other = sets.Of(fragment);
        if (ReferenceEquals(set, other))
        {
            return;
        }

        if (Descend())
        {
            CompareSets(ref conflicts, exclusive, set, other);
            foreach (var next in other.Fragments)
            {
                CompareWithFragment(ref conflicts, exclusive, set, next);
            }

            _depth--;
        }
    }

    private void CompareFragments(ref List<FieldConflict>? conflicts, bool exclusive, FragmentFacts first, FragmentFacts second)
    {
        if (ReferenceEquals(first, second) || !context.Spend(1))
        {
            return;
        }

        if (!IsNew(_comparedFragments, Math.Min(first.Index, second.Index), Math.Max(first.Index, second.Index), exclusive) || !Descend())
        {
            return;
        }

        var firstSet = sets.Of(first);
        var secondSet = sets.Of(second);
        CompareSets(ref conflicts, exclusive, firstSet, secondSet);
        foreach (var next in secondSet.Fragments)
        {
            CompareFragments(ref conflicts, exclusive, first, next);
        }

        foreach (var next in firstSet.Fragments)
        {
            CompareFragments(ref conflicts, exclusive, next, second);
        }

        _depth--;
    }

    private bool GoesOn(List<FieldConflict>? conflicts) => !context.IsAborted && (conflicts is null || conflicts.Count <= _mostConflicts);

    private bool Descend()
    {
        context.EnsureStack();
        if (++_depth > Deepest)
        {
            context.Exhaust();
        }

        return !context.IsAborted;
    }

    /// <summary>Whether the pair was not yet compared so strictly. What was compared as not exclusive needs no comparison as exclusive, which asks for less.</summary>
    private bool IsNew(Dictionary<long, bool> compared, int first, int second, bool exclusive)
    {
        ref var onlyExclusive = ref CollectionsMarshal.GetValueRefOrAddDefault(compared, ((long)first << 32) | (uint)second, out var known);
        if (known && (exclusive || !onlyExclusive))
        {
            return false;
        }

        // Remembering a pair costs several times what asking for it does.
        onlyExclusive = exclusive;
        return context.Spend(PairCost);
    }

    private void Compare(ref List<FieldConflict>? conflicts, bool parentsExclusive, string responseName, SelectedField first, SelectedField second)
    {
        if (!context.Spend(1))
        {
            return;
        }

        var (a, b) = (first.Node, second.Node);

        // Fields of two different object types never meet in one object: they need only look alike.
        var exclusive = parentsExclusive
            || (!ReferenceEquals(first.ParentType, second.ParentType) && first.ParentType is ObjectType && second.ParentType is ObjectType);
        if (!exclusive)
        {
            if (a.Name.Value != b.Name.Value)
            {
                var reason = $"\"{MessageText.Shorten(a.Name.Value)}\" and \"{MessageText.Shorten(b.Name.Value)}\" are different fields";
                (conflicts ??= []).Add(FieldConflict.Of(responseName, reason, a, b));
                return;
            }

            if (!SameValue.Of(a.Arguments, b.Arguments, context))
            {
                (conflicts ??= []).Add(FieldConflict.Of(responseName, "they have differing arguments", a, b));
                return;
            }
        }

        if (first.Stream is not null || second.Stream is not null)
        {
            (conflicts ??= []).Add(FieldConflict.Of(responseName, StreamReason(first.Stream, second.Stream), a, b));
            return;
        }

        if (first.Type is { } firstType && second.Type is { } secondType && SelectedField.DifferInShape(firstType, secondType))
        {
            (conflicts ??= []).Add(FieldConflict.Of(responseName, $"they return conflicting types \"{firstType}\" and \"{secondType}\"", a, b));
            return;
        }

        if (a.SelectionSet is not null && b.SelectionSet is not null && Descend())
        {
            var inner = CompareSubSelections(exclusive, sets.InnerOf(first), sets.InnerOf(second));
            if (inner is not null)
            {
                (conflicts ??= []).Add(FieldConflict.OfSubFields(responseName, inner, a, b));
            }

            _depth--;
        }
    }

    private List<FieldConflict>? CompareSubSelections(bool exclusive, FieldSet first, FieldSet second)
    {
        List<FieldConflict>? conflicts = null;
        CompareSets(ref conflicts, exclusive, first, second);
        foreach (var fragment in second.Fragments)
        {
            CompareWithFragment(ref conflicts, exclusive, first, fragment);
        }

        foreach (var fragment in first.Fragments)
        {
            CompareWithFragment(ref conflicts, exclusive, second, fragment);
        }

        foreach (var one in first.Fragments)
        {
            foreach (var other in second.Fragments)
            {
                CompareFragments(ref conflicts, exclusive, one, other);
            }
        }

        return conflicts;
    }

    private string StreamReason(DirectiveNode? first, DirectiveNode? second)
    {
        const string Reason = "they have overlapping stream directives";
        return first is not null && second is not null && SameValue.Of(first.Arguments, second.Arguments, context)
            ? $"{Reason}. See https://github.com/graphql/defer-stream-wg/discussions/100"
            : Reason;
    }
}
