using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.GraphQL.Validation;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>Coerces literals, errors into a collector; the value returned means nothing once the collector has errors.</summary>
/// <param name="errors">Where errors go.</param>
/// <param name="variables">Coerced variables; null to pass over variables, as validation does before any are known.</param>
internal readonly struct LiteralCoercer(InputErrorCollector errors, IReadOnlyDictionary<string, object?>? variables)
{
    public object? Coerce(ValueNode literal, GraphQLType type)
    {
        if (literal is VariableNode variable)
        {
            return CoerceVariable(variable, type);
        }

        if (type is NonNullType nonNull)
        {
            if (literal is NullValueNode)
            {
                errors.ReportNull(nonNull, literal);
                return null;
            }

            type = nonNull.OfType;
        }

        return literal is NullValueNode ? null : type switch
        {
            ListType list => CoerceList(literal, list),
            InputObjectType inputObject => CoerceObject(literal, inputObject),
            EnumType enumType => CoerceEnum(literal, enumType),
            ScalarType scalar => CoerceScalar(literal, scalar),
            _ => throw new ArgumentException($"{type} is not an input type.", nameof(type)),
        };
    }

    // Section 5.8.5 has already made sure that the variable's type fits; only its absence or null can still be wrong.
    private object? CoerceVariable(VariableNode variable, GraphQLType type)
    {
        if (variables is null)
        {
            return null;
        }

        var given = variables.TryGetValue(variable.Name.Value, out var value);
        if (value is null && type.IsNonNull)
        {
            errors.Report(
                given
                    ? $"Expected variable \"${variable.Name.Value}\" provided to non-null type \"{type}\" not to be null."
                    : $"Expected variable \"${variable.Name.Value}\" provided to type \"{type}\" to provide a runtime value.",
                variable);
        }

        return value;
    }

    private object CoerceList(ValueNode literal, ListType list)
    {
        if (literal is not ListValueNode items)
        {
            return InputColumns.Of(list, [Coerce(literal, list.ItemType)]);
        }

        var result = new object?[items.Values.Length];
        for (var i = 0; i < result.Length && !errors.IsFull; i++)
        {
            errors.Enter(i);
            result[i] = Coerce(items.Values[i], list.ItemType);
            errors.Leave();
        }

        return InputColumns.Of(list, result);
    }

    private ArgumentValues CoerceObject(ValueNode literal, InputObjectType type)
    {
        if (literal is not ObjectValueNode given)
        {
            errors.ReportNoObject(type, LiteralText.Print(literal), literal);
            return ArgumentValues.Empty;
        }

        var byIndex = new ObjectFieldNode?[type.Fields.Count];
        foreach (var node in given.Fields)
        {
            if (type.Fields.TryGetValue(node.Name.Value, out var field))
            {
                byIndex[field.Index] = node;
            }
        }

        var values = new List<KeyValuePair<string, object?>>(byIndex.Length);
        foreach (var field in type.Fields.Values)
        {
            CoerceField(type, field, byIndex[field.Index], given, values);
        }

        CheckFieldNames(type, given);
        return values.Count == 0 ? ArgumentValues.Empty : new ArgumentValues([.. values]);
    }

    private void CoerceField(
        InputObjectType type,
        InputValueDefinition field,
        ObjectFieldNode? node,
        ObjectValueNode parent,
        List<KeyValuePair<string, object?>> values)
    {
        if (node is null)
        {
            if (field.HasDefault)
            {
                values.Add(new(field.Name, field.DefaultValue));
            }
            else if (field.IsRequired)
            {
                errors.ReportMissingField(type, field, LiteralText.Print(parent), parent);
            }

            return;
        }

        if (node.Value is VariableNode variable && variables is not null)
        {
            var given = variables.TryGetValue(variable.Name.Value, out var value);
            if (type.IsOneOf && value is null)
            {
                var ending = given ? "not to be null." : "to provide a runtime value.";
                errors.Report($"Expected variable \"${variable.Name.Value}\" provided to field \"{field.Name}\" for OneOf Input Object type \"{type}\" {ending}", parent);
            }
            else if (!given && !field.IsRequired)
            {
                if (field.HasDefault)
                {
                    values.Add(new(field.Name, field.DefaultValue));
                }

                return;
            }
        }

        errors.Enter(field.Name);
        values.Add(new(field.Name, Coerce(node.Value, field.Type)));
        errors.Leave();
    }

    private void CheckFieldNames(InputObjectType type, ObjectValueNode given)
    {
        var known = 0;
        ObjectFieldNode? first = null;
        foreach (var node in given.Fields)
        {
            if (errors.IsFull)
            {
                return;
            }

            if (type.Fields.ContainsKey(node.Name.Value))
            {
                known++;
                first ??= node;
            }
            else
            {
                errors.ReportUnknownField(type, node.Name.Value, LiteralText.Print(given), node);
            }
        }

        if (!type.IsOneOf)
        {
            return;
        }

        if (known != 1)
        {
            errors.ReportNotOneField(type, given);
        }
        else if (first!.Value is NullValueNode)
        {
            errors.Enter(first.Name.Value);
            errors.ReportNotOneField(type, given);
            errors.Leave();
        }
    }

    private string? CoerceEnum(ValueNode literal, EnumType type)
    {
        if (literal is not EnumValueNode node)
        {
            errors.ReportNoEnumValue(type, "non-enum", LiteralText.Print(literal), literal);
            return null;
        }

        // The definition's own string, so that equal values share one instance.
        if (type.Values.TryGetValue(node.Value, out var value))
        {
            return value.Name;
        }

        errors.ReportUnknownEnumValue(type, node.Value, node);
        return null;
    }

    private object? CoerceScalar(ValueNode literal, ScalarType type)
    {
        if (!type.Coercion.TryCoerceLiteral(literal, variables, out var value, out var error))
        {
            errors.Report(error ?? $"Expected value of type \"{type}\", found: {LiteralText.Print(literal)}.", literal);
        }

        return value;
    }
}
