using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Planning;

/// <summary>A fragment that is delivered after the object it is spread on: an active <c>@defer</c>.</summary>
public sealed class DeferUsage
{
    internal DeferUsage(string? label, DeferUsage? parent, DirectiveNode directive) => (Label, Parent, Directive) = (label, parent, directive);

    /// <summary>The directive's label, or null.</summary>
    public string? Label { get; }

    /// <summary>The deferred fragment around it, which is delivered before; null if there is none.</summary>
    public DeferUsage? Parent { get; }

    internal DirectiveNode Directive { get; }

    internal bool IsWithin(DeferUsage outer)
    {
        for (var usage = Parent; usage is not null; usage = usage.Parent)
        {
            if (ReferenceEquals(usage, outer))
            {
                return true;
            }
        }

        return false;
    }
}
