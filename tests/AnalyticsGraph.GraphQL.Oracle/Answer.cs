using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Errors;

namespace AnalyticsGraph.GraphQL.Oracle;

/// <summary>An answer before it is a line.</summary>
/// <param name="Errors">What is wrong; empty if all is well.</param>
internal sealed record Answer(ImmutableArray<GraphQLError> Errors)
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 1_000 };

    public JsonElement Data { get; init; }

    public string? Text { get; init; }

    public string ToJson(JsonElement id)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Plain))
        {
            writer.WriteStartObject();
            writer.WritePropertyName("id");
            Write(writer, id);
            writer.WriteBoolean("ok", Errors.IsEmpty);
            writer.WriteStartArray("errors");
            foreach (var error in Errors)
            {
                Write(writer, error);
            }

            writer.WriteEndArray();
            writer.WritePropertyName("data");
            Write(writer, Data);
            writer.WriteString("text", Text);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter writer, GraphQLError error)
    {
        writer.WriteStartObject();
        writer.WriteString("message", error.Message);
        writer.WriteStartArray("locations");
        foreach (var location in error.Locations.IsDefault ? [] : error.Locations)
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(location.Line);
            writer.WriteNumberValue(location.Column);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        writer.WritePropertyName("path");
        if (error.Path.IsDefault)
        {
            writer.WriteNullValue();
        }
        else
        {
            JsonSerializer.Serialize(writer, error.Path.ToArray());
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Undefined)
        {
            writer.WriteNullValue();
        }
        else
        {
            value.WriteTo(writer);
        }
    }
}
