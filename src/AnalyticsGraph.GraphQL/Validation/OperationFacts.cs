using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Validation;

/// <summary>An operation.</summary>
internal sealed class OperationFacts(OperationDefinitionNode node) : ExecutableFacts(node.SelectionSet)
{
    public OperationDefinitionNode Node { get; } = node;

    /// <summary>How many errors stood before the operation's variables are looked at, and before its variables' uses are.</summary>
    public (int Variables, int Uses) ErrorsBefore { get; set; }
}
