using AnalyticsGraph.GraphQL.Planning;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>The deferred fragments that begin at an object and at those around it.</summary>
internal sealed class FragmentScope(FragmentScope? outer)
{
    private readonly FragmentScope? _outer = outer;
    private readonly List<(DeferUsage Usage, DeferredFragment Fragment)> _fragments = [];

    public void Add(DeferUsage usage, DeferredFragment fragment) => _fragments.Add((usage, fragment));

    public DeferredFragment? Find(DeferUsage usage)
    {
        for (var scope = this; scope is not null; scope = scope._outer)
        {
            foreach (var (known, fragment) in scope._fragments)
            {
                if (ReferenceEquals(known, usage))
                {
                    return fragment;
                }
            }
        }

        return null;
    }
}
