namespace AnalyticsGraph.GraphQL.Validation.Rules;

/// <summary>Which fragments an operation reaches, itself first, then breadth first in the order of their spreads.</summary>
internal static class ReferencedFragments
{
    public static List<ExecutableFacts> Of(ValidationContext context, OperationFacts operation)
    {
        var reached = new List<ExecutableFacts> { operation };
        if (context.HasFragments)
        {
            Add(context, reached, new HashSet<string>(StringComparer.Ordinal));
        }

        return reached;
    }

    /// <summary>Section 5.5.1.4: fragments that no operation reaches.</summary>
    public static void ReportUnused(ValidationContext context, List<OperationFacts> operations, List<FragmentFacts> fragments)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        Add(context, [.. operations], seen);
        foreach (var fragment in fragments)
        {
            if (!context.IsAborted && !seen.Contains(fragment.Node.Name.Value))
            {
                context.Report(SpecSection.FragmentsMustBeUsed, $"Fragment \"{fragment.Node.Name.Value}\" is never used.", fragment.Node);
            }
        }
    }

    private static void Add(ValidationContext context, List<ExecutableFacts> reached, HashSet<string> seen)
    {
        for (var i = 0; i < reached.Count; i++)
        {
            var spreads = reached[i].Spreads(context);
            if (!context.Spend(spreads.Count))
            {
                return;
            }

            foreach (var spread in spreads)
            {
                if (seen.Add(spread.Name.Value) && context.Fragment(spread.Name.Value) is { } fragment)
                {
                    reached.Add(fragment);
                }
            }
        }
    }
}
