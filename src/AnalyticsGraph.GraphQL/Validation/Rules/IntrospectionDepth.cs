using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Validation.Rules;

/// <summary>Beyond the specification, as graphql-js does: introspection does not go in circles (fields of types of fields), whose answers grow with every round.</summary>
internal sealed class IntrospectionDepth(ValidationContext context)
{
    private const int TooDeep = 3;

    private readonly Dictionary<string, int> _harmless = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _exceeding = new(StringComparer.Ordinal);

    /// <summary>Whether the selection below <c>__schema</c> or <c>__type</c> goes too deep; it is told then.</summary>
    public bool Check(FieldNode field)
    {
        var exceeds = Exceeds(field, new Dictionary<string, int>(StringComparer.Ordinal), 0);
        if (exceeds)
        {
            context.Report(SpecSection.Validation, "Maximum introspection depth exceeded", field);
        }

        return exceeds;
    }

    private bool Exceeds(FieldNode field, Dictionary<string, int> visited, int depth)
    {
        if (field.Name.Value is "fields" or "interfaces" or "possibleTypes" or "inputFields" && ++depth >= TooDeep)
        {
            return true;
        }

        return field.SelectionSet is not null && Exceeds(field.SelectionSet, visited, depth);
    }

    private bool Exceeds(SelectionSetNode set, Dictionary<string, int> visited, int depth)
    {
        context.EnsureStack();
        foreach (var selection in set.Selections)
        {
            if (!context.Spend(1))
            {
                return false;
            }

            var exceeds = selection switch
            {
                FieldNode field => Exceeds(field, visited, depth),
                InlineFragmentNode inline => Exceeds(inline.SelectionSet, visited, depth),
                FragmentSpreadNode spread => Exceeds(spread, visited, depth),
                _ => false,
            };
            if (exceeds)
            {
                return true;
            }
        }

        return false;
    }

    private bool Exceeds(FragmentSpreadNode spread, Dictionary<string, int> visited, int depth)
    {
        var name = spread.Name.Value;
        if (_exceeding.TryGetValue(name, out var at) && at <= depth)
        {
            return true;
        }

        if ((visited.TryGetValue(name, out at) && at >= depth) || (_harmless.TryGetValue(name, out at) && at >= depth))
        {
            return false;
        }

        if (context.Fragment(name) is not { } fragment)
        {
            return false;
        }

        visited[name] = depth;
        if (Exceeds(fragment.SelectionSet, visited, depth))
        {
            _exceeding[name] = depth;
            return true;
        }

        _harmless[name] = depth;
        return false;
    }
}
