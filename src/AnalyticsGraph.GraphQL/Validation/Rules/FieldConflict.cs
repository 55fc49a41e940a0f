using System.Collections.Immutable;
using System.Text;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Validation.Rules;

/// <summary>Two fields that cannot be merged, and why. Text and places are bounded: hostile documents nest conflicts in conflicts.</summary>
/// <param name="ResponseName">The key both would stand under.</param>
/// <param name="Reason">Why they cannot be merged.</param>
/// <param name="First">The first field and, if its sub-fields are to blame, those.</param>
/// <param name="Second">The same for the second.</param>
internal sealed record FieldConflict(string ResponseName, string Reason, ImmutableArray<Location> First, ImmutableArray<Location> Second)
{
    private const int LongestReason = 1_000;
    private const int MostPlaces = 20;

    public static FieldConflict Of(string responseName, string reason, FieldNode first, FieldNode second)
        => new(responseName, reason, [first.Location], [second.Location]);

    /// <summary>The conflict of two fields whose sub-fields conflict.</summary>
    public static FieldConflict OfSubFields(string responseName, List<FieldConflict> conflicts, FieldNode first, FieldNode second)
    {
        var reason = new StringBuilder();
        foreach (var conflict in conflicts)
        {
            reason.Append(reason.Length == 0 ? "" : " and ")
                .Append("subfields \"").Append(MessageText.Shorten(conflict.ResponseName)).Append("\" conflict because ").Append(conflict.Reason);
            if (reason.Length > LongestReason)
            {
                break;
            }
        }

        return new FieldConflict(
            responseName,
            MessageText.Shorten(reason.ToString(), LongestReason),
            Places(first, conflicts, static conflict => conflict.First),
            Places(second, conflicts, static conflict => conflict.Second));
    }

    private static ImmutableArray<Location> Places(FieldNode field, List<FieldConflict> conflicts, Func<FieldConflict, ImmutableArray<Location>> side)
    {
        var places = ImmutableArray.CreateBuilder<Location>();
        places.Add(field.Location);
        foreach (var conflict in conflicts)
        {
            // The innermost places stand last, and tell most.
            var all = side(conflict);
            places.AddRange(all.AsSpan()[^Math.Min(all.Length, MostPlaces - places.Count)..]);
            if (places.Count == MostPlaces)
            {
                break;
            }
        }

        return places.ToImmutable();
    }
}
