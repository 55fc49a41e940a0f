using System.Runtime.InteropServices;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Validation;

/// <summary>What the rules need to know of an operation or fragment beyond its nodes; filled by the walk, or when first asked for.</summary>
internal abstract class ExecutableFacts(SelectionSetNode selectionSet)
{
    private List<FragmentSpreadNode>? _spreads;
    private List<FragmentFacts>? _targets;
    private List<VariableUsage>? _usages;

    public SelectionSetNode SelectionSet { get; } = selectionSet;

    /// <summary>The variables used directly in it, in the order of the text; complete once the walk has passed it.</summary>
    public ReadOnlySpan<VariableUsage> Usages => CollectionsMarshal.AsSpan(_usages);

    public void AddUsage(VariableUsage usage) => (_usages ??= []).Add(usage);

    /// <summary>The spreads directly in it. Selection sets are gone through last one first, which decides the order in which cycles are told.</summary>
    public List<FragmentSpreadNode> Spreads(ValidationContext context)
    {
        if (_spreads is not null)
        {
            return _spreads;
        }

        _spreads = [];
        var open = new Stack<SelectionSetNode>();
        open.Push(SelectionSet);
        while (open.TryPop(out var set))
        {
            context.Spend(1);
            foreach (var selection in set.Selections)
            {
                switch (selection)
                {
                    case FragmentSpreadNode spread: _spreads.Add(spread); break;
                    case FieldNode { SelectionSet: { } inner }: open.Push(inner); break;
                    case InlineFragmentNode inline: open.Push(inline.SelectionSet); break;
                }
            }
        }

        return _spreads;
    }

    /// <summary>The fragments that are spread directly in it, each once, in the order of the spreads; unknown ones are left out.</summary>
    public List<FragmentFacts> Targets(ValidationContext context)
    {
        if (_targets is null)
        {
            _targets = [];
            var seen = new HashSet<FragmentFacts>();
            foreach (var spread in Spreads(context))
            {
                if (context.Fragment(spread.Name.Value) is { } fragment && seen.Add(fragment))
                {
                    _targets.Add(fragment);
                }
            }
        }

        return _targets;
    }
}
