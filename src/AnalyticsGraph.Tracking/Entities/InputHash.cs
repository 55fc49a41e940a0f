using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Execution;

namespace AnalyticsGraph.Tracking.Entities;

/// <summary>A hash of what a call asks for, its client token left out: the same for literals and variables.</summary>
internal static class InputHash
{
    public static byte[] Of(ArgumentValues input)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            Write(writer, input);
        return SHA256.HashData(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null: writer.WriteNullValue(); break;
            case string text: writer.WriteStringValue(text); break;
            case bool boolean: writer.WriteBooleanValue(boolean); break;
            case int number: writer.WriteNumberValue(number); break;
            case long number: writer.WriteNumberValue(number); break;
            case double number: writer.WriteNumberValue(BitConverter.DoubleToInt64Bits(number)); break;
            case DateTimeOffset time: writer.WriteNumberValue(time.UtcTicks); break;
            case TimeSpan duration: writer.WriteNumberValue(duration.Ticks); break;
            case JsonElement json: json.WriteTo(writer); break;
            case object?[] list:
                writer.WriteStartArray();
                foreach (var item in list)
                    Write(writer, item);
                writer.WriteEndArray();
                break;
            case ArgumentValues fields:
                writer.WriteStartObject();
                foreach (var (name, field) in fields.Values)
                {
                    if (name == "clientToken")
                        continue;
                    writer.WritePropertyName(name);
                    Write(writer, field);
                }

                writer.WriteEndObject();
                break;
            default: throw new ArgumentException($"A value of type {value.GetType()} is no input.", nameof(value));
        }
    }
}
