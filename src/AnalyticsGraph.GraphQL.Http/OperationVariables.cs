using System.Buffers;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace AnalyticsGraph.GraphQL.Http;

/// <summary>The variables of an operation from the parameters of a URL, each written as its type asks: text as it is, numbers and Booleans as JSON, lists by repetition or as JSON, input objects as JSON.</summary>
internal static class OperationVariables
{
    /// <summary>Reads the variables; whether they fit their types is for the engine to say.</summary>
    /// <exception cref="HttpFaultException">A parameter is no variable of the operation, comes too often, or is not the JSON it should be.</exception>
    public static JsonElement Read(Schema schema, OperationDefinitionNode operation, IQueryCollection parameters)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            foreach (var (name, values) in parameters)
            {
                var definition = operation.VariableDefinitions.FirstOrDefault(definition => definition.Variable.Name.Value == name) ?? throw Unknown(operation, name);
                writer.WritePropertyName(name);
                Write(writer, schema, name, definition.Type, values);
            }

            writer.WriteEndObject();
        }

        var reader = new Utf8JsonReader(json.WrittenSpan, RequestJson.ReaderOptions);
        return JsonElement.ParseValue(ref reader);
    }

    private static void Write(Utf8JsonWriter writer, Schema schema, string name, TypeNode type, StringValues values)
    {
        switch (type)
        {
            case NonNullTypeNode nonNull:
                Write(writer, schema, name, nonNull.Type, values);
                break;
            case ListTypeNode when values is [{ } single] && single.StartsWith('['):
                WriteJson(writer, name, Parse(name, single));
                break;
            case ListTypeNode list:
                writer.WriteStartArray();
                foreach (var value in values)
                {
                    Write(writer, schema, name, list.Type, value);
                }

                writer.WriteEndArray();
                break;
            case NamedTypeNode when values.Count != 1:
                throw Fault($"Parameter \"{name}\" must be given once.");
            case NamedTypeNode named:
                WriteOne(writer, name, schema.Types[named.Name.Value], values.ToString());
                break;
        }
    }

    private static void WriteOne(Utf8JsonWriter writer, string name, NamedType type, string text)
    {
        if (type is InputObjectType)
        {
            WriteJson(writer, name, Parse(name, text));
        }
        else if (type is ScalarType { Name: not ("String" or "ID") } scalar && TryParse(text) is { ValueKind: not (JsonValueKind.String or JsonValueKind.Null) } json && scalar.Coercion.TryCoerceJson(json, out _, out _))
        {
            WriteJson(writer, name, json);
        }
        else
        {
            writer.WriteStringValue(text);
        }
    }

    private static void WriteJson(Utf8JsonWriter writer, string name, JsonElement json)
    {
        try
        {
            json.WriteTo(writer);
        }
        catch (InvalidOperationException)
        {
            // An escaped half of a surrogate pair is JSON, but no text.
            throw Fault($"Parameter \"{name}\" holds half of a surrogate pair, which is no Unicode text.");
        }
    }

    private static JsonElement Parse(string name, string text) => TryParse(text) ?? throw Fault($"Parameter \"{name}\" is not valid JSON.");

    private static JsonElement? TryParse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = RequestJson.ReaderOptions.MaxDepth - 8 });
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static HttpFaultException Unknown(OperationDefinitionNode operation, string name)
    {
        var known = operation.VariableDefinitions.IsEmpty ? "none" : string.Join(", ", operation.VariableDefinitions.Select(definition => $"\"{definition.Variable.Name.Value}\""));
        return Fault($"The operation {operation.Name?.Value} has no variable \"{name}\"; it has {known}.");
    }

    private static HttpFaultException Fault(string message) => new(StatusCodes.Status400BadRequest, message, ErrorCodes.BadUserInput);
}
