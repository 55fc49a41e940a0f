using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Validation.Rules;

/// <summary>Finds an operation's variables by name; of several of one name the last.</summary>
internal readonly struct VariablesByName
{
    // Up to here, looking through all is faster than a table.
    private const int Few = 12;

    private readonly ImmutableArray<VariableDefinitionNode> _definitions;
    private readonly Dictionary<string, int>? _indexes;

    public VariablesByName(ImmutableArray<VariableDefinitionNode> definitions)
    {
        _definitions = definitions;
        if (definitions.Length > Few)
        {
            _indexes = new(definitions.Length, StringComparer.Ordinal);
            for (var i = 0; i < definitions.Length; i++)
            {
                _indexes[definitions[i].Variable.Name.Value] = i;
            }
        }
    }

    /// <summary>The index of the definition, or -1.</summary>
    public int Find(string name)
    {
        if (_indexes is not null)
        {
            return _indexes.TryGetValue(name, out var index) ? index : -1;
        }

        for (var i = _definitions.Length - 1; i >= 0; i--)
        {
            if (_definitions[i].Variable.Name.Value == name)
            {
                return i;
            }
        }

        return -1;
    }
}
