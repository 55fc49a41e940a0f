using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Types.Rules;

/// <summary>Section 3.10: a default may not need itself, through the fields it leaves out and their defaults.</summary>
/// <param name="graph">The types.</param>
/// <param name="errors">Where faults go.</param>
internal sealed class DefaultCircleRules(TypeGraph graph, SchemaErrors errors)
{
    private static readonly ObjectValueNode Empty = new([]);

    private readonly HashSet<InputValueDefinition> _visited = [];
    private readonly List<(string Coordinate, InputValueDefinition Field)> _path = [];

    public void Check()
    {
        foreach (var input in graph.OrderedTypes.OfType<InputObjectType>())
        {
            Follow(input, Empty);
        }
    }

    private void Follow(InputObjectType input, ValueNode literal)
    {
        switch (literal)
        {
            case ListValueNode list:
                foreach (var item in list.Values)
                {
                    Follow(input, item);
                }

                break;
            case ObjectValueNode given:
                foreach (var field in input.Fields.Values)
                {
                    if (field.Type.Named is not InputObjectType target)
                    {
                        continue;
                    }

                    if (given.Fields.LastOrDefault(node => node.Name.Value == field.Name) is { } node)
                    {
                        Follow(target, node.Value);
                    }
                    else
                    {
                        FollowDefault($"{input}.{field.Name}", field, target);
                    }
                }

                break;
        }
    }

    private void FollowDefault(string coordinate, InputValueDefinition field, InputObjectType target)
    {
        if (field.DefaultValueLiteral is not { } literal)
        {
            return;
        }

        var start = _path.FindIndex(step => ReferenceEquals(step.Field, field));
        if (start >= 0)
        {
            var via = _path.Count > start + 1 ? $" via the default values of: {string.Join(", ", _path[(start + 1)..].Select(step => step.Coordinate))}" : "";
            errors.Report(
                $"Invalid circular reference. The default value of Input Object field {coordinate} references itself{via}.",
                _path[start..].Select(step => step.Field.DefaultValueLiteral));
        }
        else if (_visited.Add(field))
        {
            _path.Add((coordinate, field));
            Follow(target, literal);
            _path.RemoveAt(_path.Count - 1);
        }
    }
}
