using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Cost;

/// <summary>The weights of a schema, read once from its <c>@cost</c> and <c>@listSize</c>.</summary>
internal sealed class CostModel
{
    private readonly FrozenDictionary<FieldDefinition, (double Weight, ListSize? ListSize)> _fields;
    private readonly FrozenDictionary<NamedType, double> _types;
    private readonly FrozenDictionary<InputValueDefinition, double> _inputs;

    /// <summary>Reads a schema.</summary>
    /// <param name="schema">A valid schema.</param>
    /// <param name="faults">Told what the directives say that cannot be.</param>
    public CostModel(Schema schema, List<string> faults)
    {
        var fields = new Dictionary<FieldDefinition, (double, ListSize?)>();
        var inputs = new Dictionary<InputValueDefinition, double>();
        var introspection = IntrospectionSizes.Of(schema);
        foreach (var field in schema.Types.Values.OfType<ComplexType>().SelectMany(type => type.Fields.Values))
        {
            var size = introspection.TryGetValue(field.ToString(), out var length) ? new ListSize(length, [], [], false) : ListSize.Of(field, fault => faults.Add($"{field} {fault}."));
            fields.Add(field, (Weight(field.Directives, field.Type, field.ToString(), faults), size));
            foreach (var argument in field.Arguments.Values)
            {
                inputs.Add(argument, Weight(argument.Directives, argument.Type, $"{field}({argument.Name}:)", faults));
            }
        }

        foreach (var type in schema.Types.Values.OfType<InputObjectType>())
        {
            foreach (var field in type.Fields.Values)
            {
                inputs.Add(field, Weight(field.Directives, field.Type, $"{type.Name}.{field.Name}", faults));
            }
        }

        (_fields, _inputs) = (fields.ToFrozenDictionary(), inputs.ToFrozenDictionary());
        _types = schema.Types.Values.ToFrozenDictionary(type => type, type => Weight(type.Directives, type, type.Name, faults));
    }

    /// <summary>What one value of a concrete type weighs.</summary>
    public double TypeWeight(NamedType type) => _types.GetValueOrDefault(type);

    /// <summary>What it weighs to resolve a field once, without its arguments. The introspection fields of the root weigh nothing by themselves.</summary>
    public double FieldWeight(FieldDefinition field) => _fields.TryGetValue(field, out var known) ? known.Weight : 0;

    /// <summary>What the field's <c>@listSize</c> says; null for none.</summary>
    public ListSize? ListSizeOf(FieldDefinition field) => _fields.TryGetValue(field, out var known) ? known.ListSize : null;

    /// <summary>What a field's given arguments weigh, with all that is in them.</summary>
    public double WeightOf(FieldDefinition field, ArgumentValues arguments)
    {
        var sum = 0.0;
        foreach (var (name, value) in arguments.Values)
        {
            sum += WeightOf(field.Arguments[name], value);
        }

        return sum;
    }

    private double WeightOf(InputValueDefinition definition, object? value) => (value is null ? 0 : _inputs.GetValueOrDefault(definition)) + definition.Type.Named switch
    {
        InputObjectType type => WeightWithin(type, value),
        _ => 0,
    };

    private double WeightWithin(InputObjectType type, object? value)
    {
        var sum = 0.0;
        switch (value)
        {
            case ArgumentValues fields:
                foreach (var (name, inner) in fields.Values)
                {
                    sum += WeightOf(type.Fields[name], inner);
                }

                break;
            case InputColumns columns:
                foreach (var column in columns.Columns)
                {
                    sum += _inputs.GetValueOrDefault(column.Field) * column.CountValues();
                }

                break;
            case object?[] items:
                foreach (var item in items)
                {
                    sum += WeightWithin(type, item);
                }

                break;
        }

        return sum;
    }

    private static double Weight(ImmutableArray<DirectiveNode> directives, GraphQLType type, string owner, List<string> faults)
    {
        if ((directives.Find("cost")?.Arguments.ValueOf("weight") as StringValueNode)?.Value is not { } text)
        {
            return type.IsLeaf ? 0 : 1;
        }

        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var weight) && double.IsFinite(weight))
        {
            return weight;
        }

        faults.Add($"{owner} has a @cost whose weight \"{text}\" is no decimal number.");
        return 0;
    }
}
