using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Validation.Rules;

/// <summary>Finds names that stand more than once among siblings, and tells each once with all its places.</summary>
internal static class UniqueNames
{
    // Below this, comparing each with each is faster than a set.
    private const int Few = 12;

    public static void Check<T>(ValidationContext context, SpecSection section, ImmutableArray<T> nodes, Func<T, NameNode> nameOf, Func<string, string> message)
    {
        if (HasDuplicates(nodes, nameOf))
        {
            var places = new OrderedDictionary<string, List<Location>>(StringComparer.Ordinal);
            foreach (var node in nodes)
            {
                var name = nameOf(node);
                if (!places.TryGetValue(name.Value, out var found))
                {
                    places.Add(name.Value, found = []);
                }

                found.Add(name.Location);
            }

            foreach (var (name, locations) in places)
            {
                if (locations.Count > 1)
                {
                    context.Report(section, message(name), [.. locations]);
                }
            }
        }
    }

    private static bool HasDuplicates<T>(ImmutableArray<T> nodes, Func<T, NameNode> nameOf)
    {
        if (nodes.Length > Few)
        {
            var seen = new HashSet<string>(nodes.Length, StringComparer.Ordinal);
            foreach (var node in nodes)
            {
                if (!seen.Add(nameOf(node).Value))
                {
                    return true;
                }
            }

            return false;
        }

        for (var i = 1; i < nodes.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (nameOf(nodes[i]).Value == nameOf(nodes[j]).Value)
                {
                    return true;
                }
            }
        }

        return false;
    }
}
