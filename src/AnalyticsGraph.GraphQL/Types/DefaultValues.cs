using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>
/// Coerces the defaults of a schema's arguments and input fields. A default that leaves out fields of an input object takes those fields' defaults in, so those are
/// coerced first; that there is no circle has been checked before.
/// </summary>
internal sealed class DefaultValues
{
    private readonly TypeGraph _graph;
    private readonly SchemaErrors _errors;
    private readonly Dictionary<InputValueDefinition, string> _coordinates;
    private readonly HashSet<InputValueDefinition> _begun = [];

    private DefaultValues(TypeGraph graph, SchemaErrors errors)
    {
        (_graph, _errors) = (graph, errors);
        _coordinates = graph.InputValues().ToDictionary(pair => pair.Value, pair => pair.Coordinate);
    }

    public static void Coerce(TypeGraph graph, SchemaErrors errors)
    {
        var defaults = new DefaultValues(graph, errors);
        foreach (var value in defaults._coordinates.Keys)
        {
            defaults.Coerce(value);
        }
    }

    private void Coerce(InputValueDefinition value)
    {
        if (value.DefaultValueLiteral is not { } literal || !_graph.IsReadable(value.Type) || !_begun.Add(value))
        {
            return;
        }

        CoerceNeeded(literal, value.Type);
        if (ValueCoercion.TryCoerceLiteral(literal, value.Type, null, out var coerced, out var errors))
        {
            value.DefaultValue = coerced;
        }

        foreach (var error in errors)
        {
            _errors.Report($"{_coordinates[value]} has invalid default value{error.PathText}: {error.Message}", error.Node ?? literal);
        }
    }

    private void CoerceNeeded(ValueNode literal, GraphQLType type)
    {
        switch (literal)
        {
            case ListValueNode list:
                foreach (var item in list.Values)
                {
                    CoerceNeeded(item, type);
                }

                break;
            case ObjectValueNode given when type.Named is InputObjectType input:
                var fields = given.Fields.ToLookup(field => field.Name.Value, field => field.Value);
                foreach (var field in input.Fields.Values)
                {
                    if (fields[field.Name].FirstOrDefault() is { } inner)
                    {
                        CoerceNeeded(inner, field.Type);
                    }
                    else
                    {
                        Coerce(field);
                    }
                }

                break;
        }
    }
}
