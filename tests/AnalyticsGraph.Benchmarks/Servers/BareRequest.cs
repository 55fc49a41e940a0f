using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace AnalyticsGraph.Benchmarks.Servers;

/// <summary>What a hand-written endpoint does with a GraphQL request: parse its JSON, look at the document's place.</summary>
internal static class BareRequest
{
    /// <summary>The media type of the answers.</summary>
    public const string ContentType = "application/graphql-response+json; charset=utf-8";

    [ThreadStatic]
    private static Utf8JsonWriter? _threadWriter;

    /// <summary>Reads the body and parses it.</summary>
    /// <exception cref="InvalidDataException">It has no query.</exception>
    public static async ValueTask ReadAsync(HttpContext http)
    {
        var reader = http.Request.BodyReader;
        while (true)
        {
            var result = await reader.ReadAsync(http.RequestAborted);
            if (!result.IsCompleted)
            {
                reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                continue;
            }

            var hasQuery = HasQuery(result.Buffer);
            reader.AdvanceTo(result.Buffer.End);
            if (!hasQuery)
            {
                throw new InvalidDataException("The body has no query.");
            }

            return;
        }
    }

    /// <summary>A writer of the thread's own.</summary>
    public static Utf8JsonWriter WriterTo(IBufferWriter<byte> target)
    {
        _threadWriter ??= new Utf8JsonWriter(target, new JsonWriterOptions { SkipValidation = true });
        _threadWriter.Reset(target);
        return _threadWriter;
    }

    private static bool HasQuery(ReadOnlySequence<byte> body)
    {
        var found = false;
        var reader = new Utf8JsonReader(body);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("query"u8))
            {
                reader.Read();
                found |= reader.TokenType == JsonTokenType.String;
            }
        }

        return found;
    }
}
