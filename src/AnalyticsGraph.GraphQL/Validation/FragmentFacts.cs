using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Validation;

/// <summary>A fragment.</summary>
internal sealed class FragmentFacts(FragmentDefinitionNode node, GraphQLType? type, int index) : ExecutableFacts(node.SelectionSet)
{
    private int _round;

    public FragmentDefinitionNode Node { get; } = node;

    /// <summary>The type of its condition; null if the schema has none of that name.</summary>
    public GraphQLType? Type { get; } = type;

    /// <summary>Its place among the document's fragments, from 0.</summary>
    public int Index { get; } = index;

    /// <summary>Marks it as seen in a round over fragments; false if it was. A number each is much cheaper than a set of names for each operation.</summary>
    /// <param name="round">From <see cref="ValidationContext.NewRound"/>.</param>
    public bool Visit(int round)
    {
        var isNew = _round != round;
        _round = round;
        return isNew;
    }

    public bool IsVisited(int round) => _round == round;
}
