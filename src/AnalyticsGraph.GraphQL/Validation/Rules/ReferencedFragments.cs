namespace AnalyticsGraph.GraphQL.Validation.Rules;

/// <summary>Which fragments operations reach, breadth first in the order of the spreads.</summary>
internal static class ReferencedFragments
{
    /// <summary>Adds to the operations at the start of a list the fragments they reach.</summary>
    /// <returns>The round in which the fragments were marked.</returns>
    public static int Follow(ValidationContext context, List<ExecutableFacts> reached)
    {
        var round = context.NewRound();
        for (var i = 0; i < reached.Count; i++)
        {
            var targets = reached[i].Targets(context);
            if (!context.Spend(targets.Count))
            {
                break;
            }

            foreach (var fragment in targets)
            {
                if (fragment.Visit(round))
                {
                    reached.Add(fragment);
                }
            }
        }

        return round;
    }

    /// <summary>Section 5.5.1.4: fragments that no operation reaches.</summary>
    public static void ReportUnused(ValidationContext context, List<OperationFacts> operations, List<FragmentFacts> fragments)
    {
        var round = Follow(context, [.. operations]);
        foreach (var fragment in fragments)
        {
            // Of several fragments of one name, the last is the one that spreads mean.
            var name = fragment.Node.Name.Value;
            if (!context.IsAborted && !context.Fragment(name)!.IsVisited(round))
            {
                context.Report(SpecSection.FragmentsMustBeUsed, $"Fragment \"{name}\" is never used.", fragment.Node);
            }
        }
    }
}
