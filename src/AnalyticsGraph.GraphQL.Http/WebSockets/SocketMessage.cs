using System.Text.Json;
using System.Text.Unicode;

namespace AnalyticsGraph.GraphQL.Http;

/// <summary>A message of a client.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Id">The operation's id; null if it has none.</param>
/// <param name="Payload">Its payload as JSON, a slice of the message; empty if it has none.</param>
internal readonly record struct SocketMessage(string Type, string? Id, ReadOnlyMemory<byte> Payload)
{
    /// <summary>Reads a message.</summary>
    /// <exception cref="SocketFaultException">It is none.</exception>
    public static SocketMessage Read(ReadOnlyMemory<byte> message)
    {
        if (!Utf8.IsValid(message.Span))
        {
            throw SocketFaultException.Invalid("The message is not valid UTF-8.");
        }

        try
        {
            return ReadJson(message);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw SocketFaultException.Invalid("The message is not valid JSON.");
        }
    }

    /// <summary>The operation's id.</summary>
    /// <exception cref="SocketFaultException">It has none.</exception>
    public string RequireId() => !string.IsNullOrEmpty(Id) ? Id : throw SocketFaultException.Invalid($"A message of type '{Type}' needs an 'id': a string that is not empty.");

    private static SocketMessage ReadJson(ReadOnlyMemory<byte> message)
    {
        var reader = new Utf8JsonReader(message.Span, RequestJson.ReaderOptions);
        string? type = null;
        string? id = null;
        var payload = ReadOnlyMemory<byte>.Empty;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw SocketFaultException.Invalid("The message must be a JSON object.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                type = ReadString(ref reader, "type");
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                id = ReadString(ref reader, "id");
            }
            else if (reader.ValueTextEquals("payload"u8))
            {
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                payload = message[start..(int)reader.BytesConsumed];
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        // Whatever follows the object is an error of the reader.
        reader.Read();
        return new SocketMessage(type ?? throw SocketFaultException.Invalid("The message needs a 'type'."), id, payload);
    }

    private static string ReadString(ref Utf8JsonReader reader, string name)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw SocketFaultException.Invalid($"The '{name}' of a message must be a string.");
    }
}
