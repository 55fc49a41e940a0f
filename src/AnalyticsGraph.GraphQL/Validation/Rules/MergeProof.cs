using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Validation.Rules;

/// <summary>
/// Proves that a selection set has no conflicts, where it has none. Fields of one response name are compared with the first of them instead of each with each, which is enough because
/// looking alike is transitive; then their selection sets are looked at as one. So each field counts once for each merged set it is part of, not once for each other field.
/// What it cannot prove may still have no conflict: <see cref="FieldPairs"/> knows.
/// </summary>
internal sealed class MergeProof(ValidationContext context, FieldSets sets)
{
    // Up to here, comparing each name with each is faster than a table.
    private const int Few = 16;

    private readonly Stack<Part[]> _open = new();
    private readonly HashSet<Part[]> _merged = new(new PartsComparer());
    private readonly List<FieldSet> _seen = [];

    // Sets that are put together anew again and again can be more than a proof is worth: then pairs, which are fewer, are compared.
    private int _stepsLeft = context.Options.MaxSteps / 2;

    /// <summary>Whether a set, together with all it merges below it, is free of conflicts.</summary>
    public bool Holds(FieldSet set)
    {
        if (set.IsProven)
        {
            return true;
        }

        _open.Push([new Part(set, 0)]);
        var holds = true;
        while (holds && _open.TryPop(out var parts))
        {
            holds = Merge(parts) && _stepsLeft > 0;
        }

        if (!holds)
        {
            // What was merged on the way has not been looked at to its end.
            _open.Clear();
            _merged.Clear();
            _seen.Clear();
            return false;
        }

        foreach (var seen in _seen)
        {
            seen.IsProven = true;
        }

        _seen.Clear();
        return true;
    }

    private bool Merge(Part[] roots)
    {
        var parts = WithFragments(roots);
        var places = new List<Place>(parts.Sum(static part => part.Set.Fields.Count));
        foreach (var part in parts)
        {
            _seen.Add(part.Set);
            _stepsLeft -= 1 + part.Set.Fields.Count;
            if (_stepsLeft < 0)
            {
                return false;
            }

            foreach (var field in part.Set.Fields)
            {
                places.Add(new Place(field, part.Branch));
            }
        }

        return Repeated(places) is not { } repeated || repeated.Values.All(same => HaveOneShape(same) && HaveOneMeaning(same));
    }

    /// <summary>The fields whose response name occurs more than once; null if there are none.</summary>
    private static Dictionary<string, List<Place>>? Repeated(List<Place> places)
    {
        Dictionary<string, List<Place>>? repeated = null;
        var known = places.Count > Few ? new Dictionary<string, int>(places.Count, StringComparer.Ordinal) : null;
        for (var i = 0; i < places.Count; i++)
        {
            var name = places[i].Field.Node.ResponseName;
            var first = known is null ? IndexOf(places, name) : known.TryAdd(name, i) ? i : known[name];
            if (first == i)
            {
                continue;
            }

            repeated ??= new(StringComparer.Ordinal);
            if (!repeated.TryGetValue(name, out var same))
            {
                repeated.Add(name, same = [places[first]]);
            }

            same.Add(places[i]);
        }

        return repeated;
    }

    private static int IndexOf(List<Place> places, string name)
    {
        var index = 0;
        while (places[index].Field.Node.ResponseName != name)
        {
            index++;
        }

        return index;
    }

    /// <summary>The parts, and the fragments they spread; each set once for each branch.</summary>
    private List<Part> WithFragments(Part[] roots)
    {
        var parts = new List<Part>(roots);
        HashSet<Part>? known = null;
        for (var i = 0; i < parts.Count; i++)
        {
            foreach (var fragment in parts[i].Set.Fragments)
            {
                var part = new Part(sets.Of(fragment), parts[i].Branch);
                if (_stepsLeft-- > 0 && (parts.Count > Few ? (known ??= [.. parts]).Add(part) : !parts.Contains(part)))
                {
                    parts.Add(part);
                }
            }
        }

        return parts;
    }

    /// <summary>SameResponseShape() of section 5.3.2, but for the selection sets, which are merged later.</summary>
    private static bool HaveOneShape(List<Place> places)
    {
        GraphQLType? shape = null;
        foreach (var (field, _) in places)
        {
            shape ??= field.Type;
            if (field.Stream is not null || (field.Type is not null && SelectedField.DifferInShape(shape!, field.Type)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Fields that can meet in one object have the same name and arguments. Those of two different object types cannot, nor can what is below them: they go on as different branches.
    /// Where a field of an interface or union is among them all are held together, which asks for more than the specification does.
    /// </summary>
    private bool HaveOneMeaning(List<Place> places)
    {
        var inner = new List<Part>();
        if (!(CanAllMeet(places) ? AreAllSame(places, inner) : AreSameInBranches(places, inner)))
        {
            return false;
        }

        if (inner.Count > 1 && Normalize(inner) is { Length: > 1 } parts && _merged.Add(parts))
        {
            _open.Push(parts);
        }

        return true;
    }

    private static bool CanAllMeet(List<Place> places)
    {
        var first = places[0];
        var isOneType = true;
        var isOpen = false;
        foreach (var place in places)
        {
            if (place.Branch != first.Branch)
            {
                return false;
            }

            isOneType &= ReferenceEquals(place.Field.ParentType, first.Field.ParentType);
            isOpen |= place.Field.ParentType is not ObjectType;
        }

        return isOneType || isOpen;
    }

    private bool AreAllSame(List<Place> places, List<Part> inner)
    {
        var first = places[0].Field;
        foreach (var (field, _) in places)
        {
            if (!ReferenceEquals(field, first) && !AreSame(first, field))
            {
                return false;
            }

            if (field.Node.SelectionSet is not null)
            {
                inner.Add(new Part(sets.InnerOf(field), 0));
            }
        }

        return true;
    }

    private bool AreSameInBranches(List<Place> places, List<Part> inner)
    {
        var open = places.Where(place => place.Field.ParentType is not ObjectType).Select(place => place.Branch).ToHashSet();
        var branches = new Dictionary<(int Branch, GraphQLType? Parent), (int Index, SelectedField First)>();
        foreach (var (field, branch) in places)
        {
            var key = (branch, open.Contains(branch) ? null : field.ParentType);
            if (!branches.TryGetValue(key, out var known))
            {
                branches.Add(key, known = (branches.Count, field));
            }
            else if (!AreSame(known.First, field))
            {
                return false;
            }

            if (field.Node.SelectionSet is not null)
            {
                inner.Add(new Part(sets.InnerOf(field), known.Index));
            }
        }

        return true;
    }

    /// <summary>Brings sets into one order, so that they are known again. Of branches with the same sets one is enough.</summary>
    private static Part[] Normalize(List<Part> parts)
    {
        parts.Sort(static (a, b) => a.Set.Index.CompareTo(b.Set.Index));
        return parts.TrueForAll(part => part.Branch == parts[0].Branch)
            ? [.. parts]
            : [.. parts.GroupBy(part => part.Branch)
                .DistinctBy(branch => string.Join(',', branch.Select(part => part.Set.Index)))
                .SelectMany((branch, number) => branch.Select(part => part with { Branch = number }))];
    }

    // Arguments are looked up both ways: of several of one name only the last is found.
    private bool AreSame(SelectedField a, SelectedField b)
        => a.Node.Name.Value == b.Node.Name.Value
            && SameValue.Of(a.Node.Arguments, b.Node.Arguments, context)
            && SameValue.Of(b.Node.Arguments, a.Node.Arguments, context);

    /// <summary>A set that is merged with others.</summary>
    /// <param name="Set">The set.</param>
    /// <param name="Branch">Sets of the same number can be of one object; of different numbers they cannot.</param>
    private readonly record struct Part(FieldSet Set, int Branch);

    private readonly record struct Place(SelectedField Field, int Branch);

    private sealed class PartsComparer : IEqualityComparer<Part[]>
    {
        public bool Equals(Part[]? x, Part[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(Part[] obj)
        {
            var hash = default(HashCode);
            foreach (var part in obj)
            {
                hash.Add(HashCode.Combine(part.Set.Index, part.Branch));
            }

            return hash.ToHashCode();
        }
    }
}
