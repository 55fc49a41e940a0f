using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Validation.Rules;

/// <summary>Section 5.6.3: an input object names each field once. Asked field by field, so that errors inside a field's value stand in the order of the text.</summary>
internal struct InputFieldUniqueness(ValidationContext context, ImmutableArray<ObjectFieldNode> fields)
{
    // Below this, looking through the fields before is faster than a table.
    private const int Few = 12;

    private Dictionary<string, NameNode>? _seen;

    public void Check(int index)
    {
        var name = fields[index].Name;
        if (FindEarlier(index, name) is { } earlier)
        {
            context.Report(SpecSection.InputObjectFieldUniqueness, $"There can be only one input field named \"{name.Value}\".", earlier, name);
        }
    }

    private NameNode? FindEarlier(int index, NameNode name)
    {
        if (fields.Length > Few)
        {
            _seen ??= new(StringComparer.Ordinal);
            return _seen.TryAdd(name.Value, name) ? null : _seen[name.Value];
        }

        for (var i = 0; i < index; i++)
        {
            if (fields[i].Name.Value == name.Value)
            {
                return fields[i].Name;
            }
        }

        return null;
    }
}
