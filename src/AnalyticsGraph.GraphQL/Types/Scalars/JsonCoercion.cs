using System.Buffers;
using System.Text.Json;
using System.Xml;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>JSON: any value. A literal is written out as JSON, its variables filled in.</summary>
internal sealed class JsonCoercion : ScalarCoercion
{
    public override bool TryCoerceLiteral(ValueNode literal, IReadOnlyDictionary<string, object?>? variables, out object? value, out string? error)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            Write(writer, literal, variables);
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory, new JsonDocumentOptions { MaxDepth = ParserLimits.LargestDepth + 64 });
        value = document.RootElement.Clone();
        error = null;
        return true;
    }

    public override bool TryCoerceJson(JsonElement json, out object? value, out string? error)
    {
        value = json;
        error = null;
        return true;
    }

    private static void Write(Utf8JsonWriter writer, ValueNode literal, IReadOnlyDictionary<string, object?>? variables)
    {
        switch (literal)
        {
            // GraphQL's numbers are JSON's; written as they stand they keep every digit.
            case IntValueNode integer: writer.WriteRawValue(integer.Value); break;
            case FloatValueNode real: writer.WriteRawValue(real.Value); break;
            case StringValueNode text: writer.WriteStringValue(text.Value); break;
            case EnumValueNode name: writer.WriteStringValue(name.Value); break;
            case BooleanValueNode boolean: writer.WriteBooleanValue(boolean.Value); break;
            case VariableNode variable: WriteInternal(writer, variables?.GetValueOrDefault(variable.Name.Value)); break;
            case ListValueNode list:
                writer.WriteStartArray();
                foreach (var item in list.Values)
                {
                    Write(writer, item, variables);
                }

                writer.WriteEndArray();
                break;
            case ObjectValueNode given:
                writer.WriteStartObject();
                foreach (var field in given.Fields)
                {
                    if (field.Value is VariableNode absent && variables?.ContainsKey(absent.Name.Value) != true)
                    {
                        continue;
                    }

                    writer.WritePropertyName(field.Name.Value);
                    Write(writer, field.Value, variables);
                }

                writer.WriteEndObject();
                break;
            default: writer.WriteNullValue(); break;
        }
    }

    /// <summary>A variable's value is internal already: back to how it would be written in JSON.</summary>
    private static void WriteInternal(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null: writer.WriteNullValue(); break;
            case JsonElement json: json.WriteTo(writer); break;
            case string text: writer.WriteStringValue(text); break;
            case bool boolean: writer.WriteBooleanValue(boolean); break;
            case int number: writer.WriteNumberValue(number); break;
            case long number: writer.WriteNumberValue(number); break;
            case double number when double.IsFinite(number): writer.WriteNumberValue(number); break;
            case double number: writer.WriteStringValue(double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity"); break;
            case DateTimeOffset time: writer.WriteStringValue(time); break;
            case TimeSpan duration: writer.WriteStringValue(XmlConvert.ToString(duration)); break;
            case object?[] list:
                writer.WriteStartArray();
                foreach (var item in list)
                {
                    WriteInternal(writer, item);
                }

                writer.WriteEndArray();
                break;
            case InputColumns columns:
                writer.WriteStartArray();
                for (var row = 0; row < columns.Count; row++)
                {
                    WriteInternal(writer, columns.Row(row));
                }

                writer.WriteEndArray();
                break;
            case ArgumentValues fields:
                writer.WriteStartObject();
                foreach (var (name, field) in fields.Values)
                {
                    writer.WritePropertyName(name);
                    WriteInternal(writer, field);
                }

                writer.WriteEndObject();
                break;
            default: throw new InvalidOperationException($"A variable's value of type {value.GetType()} has no JSON form.");
        }
    }
}
