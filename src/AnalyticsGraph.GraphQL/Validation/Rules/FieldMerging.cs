using System.Runtime.InteropServices;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Validation.Rules;

/// <summary>
/// Section 5.3.2: fields of the same response name can be merged. Selection sets are gathered once; each pair of a set and a fragment, or of two fragments, is compared
/// once for each way of exclusiveness; every comparison is taken from the step budget. So cost grows with the square of what a document really repeats, and never beyond.
/// </summary>
internal sealed class FieldMerging(ValidationContext context)
{
    private const int PairCost = 4;

    // Fields in fields of fragments in fragments: a fixed bound, so that the verdict does not depend on how large the thread's stack happens to be.
    private const int Deepest = 1_000;

    private readonly Dictionary<(GraphQLType? Parent, SelectionSetNode Set), FieldSet> _sets = [];

    // By the indexes of both, one in the upper half; the value is whether they were only compared as exclusive.
    private readonly Dictionary<long, bool> _comparedWithFragment = [];
    private readonly Dictionary<long, bool> _comparedFragments = [];
    private int _depth;

    /// <summary>Checks a selection set of an operation, a fragment or a field.</summary>
    public void Check(SelectionSetNode selectionSet, NamedType? parentType)
    {
        List<FieldConflict>? conflicts = null;
        var set = SetOf(parentType, selectionSet);
        CompareWithin(ref conflicts, set);
        for (var i = 0; i < set.Fragments.Count && !context.IsAborted; i++)
        {
            CompareWithFragment(ref conflicts, false, set, set.Fragments[i]);
            for (var j = i + 1; j < set.Fragments.Count; j++)
            {
                CompareFragments(ref conflicts, false, set.Fragments[i], set.Fragments[j]);
            }
        }

        foreach (var conflict in conflicts ?? [])
        {
            context.Report(
                SpecSection.FieldSelectionMerging,
                $"Fields \"{FieldConflict.Shorten(conflict.ResponseName)}\" conflict because {conflict.Reason}. Use different aliases on the fields to fetch both if this was intentional.",
                [.. conflict.First, .. conflict.Second]);
        }
    }

    private FieldSet SetOf(GraphQLType? parentType, SelectionSetNode selectionSet)
    {
        if (!_sets.TryGetValue((parentType, selectionSet), out var set))
        {
            _sets.Add((parentType, selectionSet), set = new FieldSet(context, parentType, selectionSet, _sets.Count));
        }

        return set;
    }

    private FieldSet InnerOf(SelectedField field, SelectionSetNode selectionSet) => field.Inner ??= SetOf(field.Definition?.Type.Named, selectionSet);

    private void CompareWithin(ref List<FieldConflict>? conflicts, FieldSet set)
    {
        for (var g = 0; g < set.GroupCount; g++)
        {
            var (responseName, fields) = set.Group(g);
            for (var i = 0; i < fields.Count; i++)
            {
                for (var j = i + 1; j < fields.Count && !context.IsAborted; j++)
                {
                    Compare(ref conflicts, false, responseName, fields[i], fields[j]);
                }
            }
        }
    }

    private void CompareSets(ref List<FieldConflict>? conflicts, bool exclusive, FieldSet first, FieldSet second)
    {
        for (var g = 0; g < first.GroupCount && context.Spend(1); g++)
        {
            var (responseName, fields) = first.Group(g);
            if (second.Find(responseName) is not { } others)
            {
                continue;
            }

            foreach (var one in fields)
            {
                foreach (var other in others)
                {
                    if (context.IsAborted)
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
        if (!context.Spend(1) || set.GroupCount == 0 || !IsNew(_comparedWithFragment, set.Index, fragment.Index, exclusive))
        {
            return;
        }

        var other = SetOf(fragment.Type, fragment.SelectionSet);
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

        var firstSet = SetOf(first.Type, first.SelectionSet);
        var secondSet = SetOf(second.Type, second.SelectionSet);
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
                var reason = $"\"{FieldConflict.Shorten(a.Name.Value)}\" and \"{FieldConflict.Shorten(b.Name.Value)}\" are different fields";
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

        if (first.Definition?.Type is { } firstType && second.Definition?.Type is { } secondType && Differ(firstType, secondType))
        {
            (conflicts ??= []).Add(FieldConflict.Of(responseName, $"they return conflicting types \"{firstType}\" and \"{secondType}\"", a, b));
            return;
        }

        if (a.SelectionSet is not null && b.SelectionSet is not null && Descend())
        {
            var inner = CompareSubSelections(exclusive, InnerOf(first, a.SelectionSet), InnerOf(second, b.SelectionSet));
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

    /// <summary>Whether values of the two types could not stand under one key: other wrappers, or leaves of other types.</summary>
    private static bool Differ(GraphQLType a, GraphQLType b)
    {
        while (!ReferenceEquals(a, b))
        {
            switch (a, b)
            {
                case (ListType x, ListType y):
                    (a, b) = (x.ItemType, y.ItemType);
                    break;
                case (NonNullType x, NonNullType y):
                    (a, b) = (x.OfType, y.OfType);
                    break;
                case (ListType or NonNullType, _) or (_, ListType or NonNullType):
                    return true;
                default:
                    return a.IsLeaf || b.IsLeaf;
            }
        }

        return false;
    }
}
