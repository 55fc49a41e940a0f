namespace AnalyticsGraph.GraphQL.Planning;

/// <summary>A part of the response that is delivered on its own: the initial one, or one <c>@defer</c> or <c>@stream</c> usage.</summary>
/// <param name="Id">0 for the initial group.</param>
/// <param name="Parent">The enclosing group; null for the initial one.</param>
/// <param name="Label">The directive's label, or null.</param>
public sealed record DeliveryGroup(int Id, DeliveryGroup? Parent, string? Label)
{
    /// <summary>What is delivered first.</summary>
    public static DeliveryGroup Initial { get; } = new(0, null, null);
}
