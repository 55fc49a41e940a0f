namespace AnalyticsGraph.GraphQL.Types.Rules;

/// <summary>Section 3.10: of every input object a finite value can be written. Fields that must be given may not lead back to their own type.</summary>
/// <param name="graph">The types.</param>
/// <param name="errors">Where faults go.</param>
internal sealed class InputCircleRules(TypeGraph graph, SchemaErrors errors)
{
    private readonly HashSet<InputObjectType> _finite = [];
    private readonly HashSet<InputObjectType> _visited = [];
    private readonly List<(InputObjectType Type, InputValueDefinition Field)> _path = [];

    public void Check()
    {
        var inputs = graph.OrderedTypes.OfType<InputObjectType>().ToArray();
        while (inputs.Where(input => !_finite.Contains(input) && IsFinite(input)).ToArray() is { Length: > 0 } found)
        {
            _finite.UnionWith(found);
        }

        foreach (var input in inputs.Where(input => !_finite.Contains(input)))
        {
            ReportCircles(input);
        }
    }

    // Of a OneOf object one field has to be finite; of others every one that must be given.
    private bool IsFinite(InputObjectType input) => input.IsOneOf
        ? input.Fields.Count == 0 || input.Fields.Values.Any(field => Target(input, field) is not { } target || _finite.Contains(target))
        : input.Fields.Values.All(field => Target(input, field) is not { } target || _finite.Contains(target));

    /// <summary>The input object that a value of the field must contain; a list or null can stand for any other.</summary>
    private static InputObjectType? Target(InputObjectType input, InputValueDefinition field) =>
        input.IsOneOf ? field.Type as InputObjectType : (field.Type as NonNullType)?.OfType as InputObjectType;

    private void ReportCircles(InputObjectType input)
    {
        if (!_visited.Add(input))
        {
            return;
        }

        foreach (var field in input.Fields.Values)
        {
            if (Target(input, field) is not { } target || _finite.Contains(target))
            {
                continue;
            }

            var start = _path.FindIndex(step => ReferenceEquals(step.Type, target));
            _path.Add((input, field));
            if (start >= 0 || ReferenceEquals(target, input))
            {
                var circle = _path[(start >= 0 ? start : _path.Count - 1)..];
                errors.Report(
                    $"Input Object {target} cannot be provided a finite value because it references itself through fields: {string.Join(", ", circle.Select(step => $"{step.Type}.{step.Field.Name}"))}.",
                    circle.Select(step => graph.NodeOf(step.Field)));
            }
            else
            {
                ReportCircles(target);
            }

            _path.RemoveAt(_path.Count - 1);
        }
    }
}
