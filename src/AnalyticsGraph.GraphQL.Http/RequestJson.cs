using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using AnalyticsGraph.GraphQL.Errors;
using Microsoft.AspNetCore.Http;

namespace AnalyticsGraph.GraphQL.Http;

/// <summary>Reads GraphQL requests from JSON. Anything that does not fit is a 400.</summary>
internal static class RequestJson
{
    /// <summary>Strict JSON, nested no deeper than any input type needs.</summary>
    public static JsonReaderOptions ReaderOptions { get; } = new() { MaxDepth = 128 };

    /// <summary>Reads a JSON body in one pass; the document is not copied if nothing in it is escaped.</summary>
    /// <exception cref="HttpFaultException">It is no request.</exception>
    public static RequestParameters Read(ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty)
        {
            throw HttpFaultException.BadRequest("The body is empty; send a JSON object with a \"query\".");
        }

        if (!Utf8.IsValid(body.Span))
        {
            throw HttpFaultException.BadRequest("The body is not valid UTF-8.");
        }

        ReadOnlyMemory<byte>? query = null;
        byte[]? rented = null;
        try
        {
            return ReadJson(body, ref query, ref rented);
        }
        catch (Exception exception)
        {
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }

            if (exception is JsonException json)
            {
                throw NoJson(json);
            }

            throw;
        }
    }

    /// <summary>The entries of a JSON list, each as it stands in the body.</summary>
    /// <exception cref="HttpFaultException">The body is no JSON, or the list is longer than the limit.</exception>
    public static List<ReadOnlyMemory<byte>> Split(ReadOnlyMemory<byte> body, int limit)
    {
        var entries = new List<ReadOnlyMemory<byte>>();
        var reader = new Utf8JsonReader(body.Span, ReaderOptions);
        try
        {
            reader.Read();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (entries.Count == limit)
                {
                    throw BatchTooLarge(limit);
                }

                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                entries.Add(body[start..(int)reader.BytesConsumed]);
            }

            reader.Read();
            return entries;
        }
        catch (JsonException exception)
        {
            throw NoJson(exception);
        }
    }

    public static HttpFaultException BatchTooLarge(int limit) =>
        new(StatusCodes.Status400BadRequest, FormattableString.Invariant($"A batch may ask for {limit} executions; send fewer requests or variables at once."), ErrorCodes.LimitExceeded);

    private static RequestParameters ReadJson(ReadOnlyMemory<byte> body, ref ReadOnlyMemory<byte>? query, ref byte[]? rented)
    {
        var reader = new Utf8JsonReader(body.Span, ReaderOptions);
        // Escaped halves of surrogate pairs are JSON, but no text: what holds one is looked at before it is taken.
        var mayHoldSurrogates = body.Span.IndexOf("\\u"u8) >= 0;
        string? documentId = null;
        string? operationName = null;
        JsonElement? variableSets = null;
        var variables = ReadOnlyMemory<byte>.Empty;
        JsonElement? extensions = null;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw HttpFaultException.BadRequest("A request must be a JSON object.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            CheckName(ref reader);
            if (reader.ValueTextEquals("query"u8))
            {
                reader.Read();
                query = ReadDocument(ref reader, body, ref rented);
            }
            else if (reader.ValueTextEquals("documentId"u8))
            {
                reader.Read();
                documentId = ReadString(ref reader, "documentId");
            }
            else if (reader.ValueTextEquals("operationName"u8))
            {
                reader.Read();
                operationName = ReadString(ref reader, "operationName");
            }
            else if (reader.ValueTextEquals("variables"u8))
            {
                reader.Read();
                (variableSets, variables) = (null, default);
                if (reader.TokenType == JsonTokenType.StartArray)
                {
                    variableSets = ReadVariableSets(ref reader, mayHoldSurrogates);
                }
                else
                {
                    variables = ReadVariables(ref reader, body, mayHoldSurrogates);
                }

            }
            else if (reader.ValueTextEquals("extensions"u8))
            {
                reader.Read();
                extensions = ReadMap(ref reader, "extensions", mayHoldSurrogates);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        // Whatever follows the object is an error of the reader.
        reader.Read();
        if (query is null && !RequestParameters.NamesDocument(documentId, extensions))
        {
            throw MissingQuery();
        }

        return new RequestParameters
        {
            Query = query ?? default,
            Rented = rented,
            DocumentId = documentId,
            OperationName = operationName,
            Variables = variableSets,
            VariablesUtf8 = variables,
            Extensions = extensions,
        };
    }

    private static void CheckName(ref Utf8JsonReader reader)
    {
        try
        {
            if (reader.ValueIsEscaped)
            {
                reader.GetString();
            }
        }
        catch (InvalidOperationException)
        {
            throw HttpFaultException.BadRequest("A parameter's name holds half of a surrogate pair, which is no Unicode text.");
        }
    }

    private static ReadOnlyMemory<byte>? ReadDocument(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, ref byte[]? rented)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (reader.TokenType != JsonTokenType.String)
        {
            throw HttpFaultException.BadRequest("Parameter \"query\" must be a string.");
        }

        if (!reader.ValueIsEscaped)
        {
            return body.Slice((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
        }

        if (rented is null || rented.Length < reader.ValueSpan.Length)
        {
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }

            rented = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length);
        }

        try
        {
            return rented.AsMemory(0, reader.CopyString(rented));
        }
        catch (InvalidOperationException)
        {
            throw NoText("query");
        }
    }

    private static string? ReadString(ref Utf8JsonReader reader, string name)
    {
        try
        {
            return reader.TokenType switch
            {
                JsonTokenType.Null => null,
                JsonTokenType.String => reader.GetString() is { Length: > 0 } text ? text : null,
                _ => throw HttpFaultException.BadRequest($"Parameter \"{name}\" must be a string or null."),
            };
        }
        catch (InvalidOperationException)
        {
            throw NoText(name);
        }
    }

    public static JsonElement? ReadMap(ref Utf8JsonReader reader, string name, bool mayHoldSurrogates)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw NoMap(name);
        }

        return ReadValue(ref reader, name, mayHoldSurrogates);
    }

    private static ReadOnlyMemory<byte> ReadVariables(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, bool mayHoldSurrogates)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return default;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw NoMap("variables");
        }

        if (mayHoldSurrogates)
        {
            CheckText(reader, "variables");
        }

        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return body[start..(int)reader.BytesConsumed];
    }

    private static JsonElement ReadVariableSets(ref Utf8JsonReader reader, bool mayHoldSurrogates)
    {
        var sets = ReadValue(ref reader, "variables", mayHoldSurrogates);
        return sets.GetArrayLength() > 0 && sets.EnumerateArray().All(set => set.ValueKind is JsonValueKind.Object or JsonValueKind.Null)
            ? sets
            : throw HttpFaultException.BadRequest("Parameter \"variables\" must be a JSON object or null, or a list of at least one such.");
    }

    private static JsonElement ReadValue(ref Utf8JsonReader reader, string name, bool mayHoldSurrogates)
    {
        if (mayHoldSurrogates)
        {
            CheckText(reader, name);
        }

        // Memory of its own: a step that outlives a cancelled request may still read it.
        return JsonElement.ParseValue(ref reader);
    }

    /// <summary>Looks at every string of the value that the reader stands at; the reader is a copy.</summary>
    private static void CheckText(Utf8JsonReader reader, string name)
    {
        var depth = reader.CurrentDepth;
        try
        {
            while (reader.Read() && reader.CurrentDepth > depth)
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                {
                    reader.GetString();
                }
            }
        }
        catch (InvalidOperationException)
        {
            throw NoText(name);
        }
    }

    public static HttpFaultException MissingQuery() => HttpFaultException.BadRequest("Parameter \"query\" is missing: it must be a string with a GraphQL document.");

    private static HttpFaultException NoJson(JsonException exception) =>
        HttpFaultException.BadRequest(FormattableString.Invariant($"The body is not valid JSON, at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}."));

    private static HttpFaultException NoMap(string name) => HttpFaultException.BadRequest($"Parameter \"{name}\" must be a JSON object or null.");

    private static HttpFaultException NoText(string name) => HttpFaultException.BadRequest($"Parameter \"{name}\" holds half of a surrogate pair, which is no Unicode text.");
}
