using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Validation.Rules;

/// <summary>Section 5.5.2.2: no fragment spreads itself, directly or through others. Each fragment is entered once; the path is kept in lists, as chains of fragments can be long.</summary>
internal sealed class FragmentCycles(ValidationContext context)
{
    private const int StepCost = 10;

    private readonly HashSet<string> _visited = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _depthByName = new(StringComparer.Ordinal);
    private readonly List<FragmentSpreadNode> _path = [];
    private readonly Stack<(FragmentFacts Fragment, int Next)> _open = new();

    public void Check(FragmentFacts fragment)
    {
        Enter(fragment);
        while (_open.TryPop(out var top) && !context.IsAborted)
        {
            var spreads = top.Fragment.Spreads(context);
            if (top.Next > 0)
            {
                _path.RemoveAt(_path.Count - 1);
            }

            if (top.Next == spreads.Count)
            {
                _depthByName.Remove(top.Fragment.Node.Name.Value);
                continue;
            }

            var spread = spreads[top.Next];
            _path.Add(spread);
            _open.Push(top with { Next = top.Next + 1 });
            if (_depthByName.TryGetValue(spread.Name.Value, out var depth))
            {
                Report(spread, depth);
            }
            else if (context.Fragment(spread.Name.Value) is { } target)
            {
                Enter(target);
            }
        }
    }

    private void Enter(FragmentFacts fragment)
    {
        var name = fragment.Node.Name.Value;
        if (_visited.Add(name) && fragment.Spreads(context).Count > 0)
        {
            _depthByName[name] = _path.Count;
            _open.Push((fragment, 0));
        }
    }

    private void Report(FragmentSpreadNode spread, int depth)
    {
        // The message and its places name the whole way round; hostile documents have many long ways.
        if (!context.Spend(StepCost * (_path.Count - depth)))
        {
            return;
        }

        var locations = ImmutableArray.CreateBuilder<Location>(_path.Count - depth);
        var via = new List<string>();
        for (var i = depth; i < _path.Count; i++)
        {
            locations.Add(_path[i].Location);
            if (i < _path.Count - 1)
            {
                via.Add($"\"{_path[i].Name.Value}\"");
            }
        }

        var ending = via.Count == 0 ? "." : $" via {string.Join(", ", via)}.";
        context.Report(
            SpecSection.FragmentSpreadsMustNotFormCycles,
            $"Cannot spread fragment \"{spread.Name.Value}\" within itself{ending}",
            locations.MoveToImmutable());
    }
}
