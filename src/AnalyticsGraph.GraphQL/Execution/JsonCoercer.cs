using System.Text.Json;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.GraphQL.Validation;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>Coerces JSON values, errors into a collector; the value returned means nothing once the collector has errors.</summary>
/// <param name="errors">Where errors go.</param>
internal readonly struct JsonCoercer(InputErrorCollector errors)
{
    public object? Coerce(JsonElement json, GraphQLType type)
    {
        if (type is NonNullType nonNull)
        {
            switch (json.ValueKind)
            {
                case JsonValueKind.Undefined:
                    errors.Report($"Expected a value of non-null type \"{type}\" to be provided.");
                    return null;
                case JsonValueKind.Null:
                    errors.ReportNull(nonNull);
                    return null;
            }

            type = nonNull.OfType;
        }

        return json.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined ? null : type switch
        {
            ListType list => CoerceList(json, list),
            InputObjectType inputObject => CoerceObject(json, inputObject),
            EnumType enumType => CoerceEnum(json, enumType),
            ScalarType scalar => CoerceScalar(json, scalar),
            _ => throw new ArgumentException($"{type} is not an input type.", nameof(type)),
        };
    }

    private object?[] CoerceList(JsonElement json, ListType list)
    {
        if (json.ValueKind != JsonValueKind.Array)
        {
            return [Coerce(json, list.ItemType)];
        }

        var result = new object?[json.GetArrayLength()];
        var i = 0;
        foreach (var item in json.EnumerateArray())
        {
            if (errors.IsFull)
            {
                break;
            }

            errors.Enter(i);
            result[i++] = Coerce(item, list.ItemType);
            errors.Leave();
        }

        return result;
    }

    private ArgumentValues CoerceObject(JsonElement json, InputObjectType type)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            errors.ReportNoObject(type, JsonText.Inspect(json));
            return ArgumentValues.Empty;
        }

        // A repeated name counts once, with its last value, as in every JSON parser that makes an object of it.
        var byIndex = new JsonElement[type.Fields.Count];
        var unknown = false;
        foreach (var property in json.EnumerateObject())
        {
            if (type.Fields.TryGetValue(property.Name, out var field))
            {
                byIndex[field.Index] = property.Value;
            }
            else
            {
                unknown = true;
            }
        }

        var values = new List<KeyValuePair<string, object?>>(byIndex.Length);
        InputValueDefinition? first = null;
        var known = 0;
        foreach (var field in type.Fields.Values)
        {
            var value = byIndex[field.Index];
            if (value.ValueKind != JsonValueKind.Undefined)
            {
                known++;
                first ??= field;
                errors.Enter(field.Name);
                values.Add(new(field.Name, Coerce(value, field.Type)));
                errors.Leave();
            }
            else if (field.HasDefault)
            {
                values.Add(new(field.Name, field.DefaultValue));
            }
            else if (field.IsRequired)
            {
                errors.ReportMissingField(type, field, JsonText.Inspect(json));
            }
        }

        if (unknown)
        {
            ReportUnknownFields(json, type);
        }

        if (type.IsOneOf)
        {
            CheckOneOf(type, known, first, known == 1 ? byIndex[first!.Index] : default);
        }

        return values.Count == 0 ? ArgumentValues.Empty : new ArgumentValues([.. values]);
    }

    private void ReportUnknownFields(JsonElement json, InputObjectType type)
    {
        foreach (var property in json.EnumerateObject())
        {
            if (errors.IsFull)
            {
                break;
            }

            if (!type.Fields.ContainsKey(property.Name))
            {
                errors.ReportUnknownField(type, MessageText.Shorten(property.Name), JsonText.Inspect(json));
            }
        }
    }

    private void CheckOneOf(InputObjectType type, int known, InputValueDefinition? first, JsonElement value)
    {
        if (known != 1)
        {
            errors.ReportNotOneField(type);
        }
        else if (value.ValueKind == JsonValueKind.Null)
        {
            errors.Enter(first!.Name);
            errors.ReportNotOneField(type);
            errors.Leave();
        }
    }

    private string? CoerceEnum(JsonElement json, EnumType type)
    {
        if (json.ValueKind != JsonValueKind.String)
        {
            errors.ReportNoEnumValue(type, "non-string", JsonText.Inspect(json));
            return null;
        }

        var name = json.GetString()!;
        if (type.Values.TryGetValue(name, out var value))
        {
            return value.Name;
        }

        errors.ReportUnknownEnumValue(type, MessageText.Shorten(name));
        return null;
    }

    private object? CoerceScalar(JsonElement json, ScalarType type)
    {
        if (!type.Coercion.TryCoerceJson(json, out var value, out var error))
        {
            errors.Report(error ?? $"Expected value of type \"{type}\", found: {JsonText.Inspect(json)}.");
        }

        return value;
    }
}
