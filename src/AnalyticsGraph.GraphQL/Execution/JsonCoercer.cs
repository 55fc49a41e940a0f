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

    private object CoerceList(JsonElement json, ListType list)
    {
        if (json.ValueKind != JsonValueKind.Array)
        {
            return InputColumns.Of(list, [Coerce(json, list.ItemType)]);
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

        return InputColumns.Of(list, result);
    }

    private ArgumentValues CoerceObject(JsonElement json, InputObjectType type)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            errors.ReportNoObject(type, JsonText.Inspect(json));
            return ArgumentValues.Empty;
        }

        var given = Given(json, type, out var unknown);
        var required = type.RequiredOrDefaulted;
        var values = new KeyValuePair<string, object?>[given.Length + required.Length];
        var (g, r, count) = (0, 0, 0);
        while (g < given.Length || r < required.Length)
        {
            if (g < given.Length && (r == required.Length || given[g].Field.Index <= required[r].Index))
            {
                var (field, value) = given[g++];
                r += r < required.Length && required[r].Index == field.Index ? 1 : 0;
                errors.Enter(field.Name);
                values[count++] = new(field.Name, Coerce(value, field.Type));
                errors.Leave();
                continue;
            }

            var missing = required[r++];
            if (missing.HasDefault)
            {
                values[count++] = new(missing.Name, missing.DefaultValue);
            }
            else
            {
                errors.ReportMissingField(type, missing, JsonText.Inspect(json));
            }
        }

        if (unknown)
        {
            ReportUnknownFields(json, type);
        }

        if (type.IsOneOf)
        {
            CheckOneOf(type, given);
        }

        return count == 0 ? ArgumentValues.Empty : new ArgumentValues(count == values.Length ? values : values[..count]);
    }

    /// <summary>The fields that the object gives, in the order of the type. A repeated name counts once, with its last value, as in every JSON parser that makes an object of it.</summary>
    private static ReadOnlySpan<(InputValueDefinition Field, JsonElement Value)> Given(JsonElement json, InputObjectType type, out bool unknown)
    {
        unknown = false;
        var given = new (InputValueDefinition Field, JsonElement Value)[Math.Min(json.GetPropertyCount(), type.Fields.Count)];
        var count = 0;
        foreach (var property in json.EnumerateObject())
        {
            if (!type.Fields.TryGetValue(property.Name, out var field))
            {
                unknown = true;
                continue;
            }

            var at = count;
            while (at > 0 && given[at - 1].Field.Index > field.Index)
            {
                at--;
            }

            if (at > 0 && given[at - 1].Field == field)
            {
                given[at - 1].Value = property.Value;
                continue;
            }

            Array.Copy(given, at, given, at + 1, count++ - at);
            given[at] = (field, property.Value);
        }

        return given.AsSpan(0, count);
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

    private void CheckOneOf(InputObjectType type, ReadOnlySpan<(InputValueDefinition Field, JsonElement Value)> given)
    {
        if (given.Length != 1)
        {
            errors.ReportNotOneField(type);
        }
        else if (given[0].Value.ValueKind == JsonValueKind.Null)
        {
            errors.Enter(given[0].Field.Name);
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
