using System.Text.Json;
using AnalyticsGraph.GraphQL.Errors;

namespace AnalyticsGraph.GraphQL.Persisted;

/// <summary>The entry <c>persistedQuery</c> of a request's extensions: the protocol of automatic persisted queries, version 1.</summary>
internal static class PersistedQueryExtension
{
    private const int HashDigits = 64;

    /// <summary>The hash in lower case; null if the request has no such entry.</summary>
    /// <exception cref="GraphQLException">The entry is malformed.</exception>
    public static string? ReadHash(JsonElement? extensions)
    {
        if (extensions is not { ValueKind: JsonValueKind.Object } map || !map.TryGetProperty("persistedQuery", out var entry) || entry.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (entry.ValueKind != JsonValueKind.Object)
        {
            throw Malformed("\"extensions.persistedQuery\" must be an object.");
        }

        if (!entry.TryGetProperty("version", out var version) || version.ValueKind != JsonValueKind.Number || !version.TryGetInt32(out var number) || number != 1)
        {
            throw Malformed("\"extensions.persistedQuery.version\" must be 1.");
        }

        return entry.TryGetProperty("sha256Hash", out var hash) && hash.ValueKind == JsonValueKind.String && hash.GetString() is { Length: HashDigits } text && text.All(char.IsAsciiHexDigit)
            ? text.ToLowerInvariant()
            : throw Malformed($"\"extensions.persistedQuery.sha256Hash\" must be the document's SHA-256 hash: {HashDigits} hexadecimal digits.");
    }

    private static GraphQLException Malformed(string message) => new(new GraphQLError(message, ErrorCodes.BadUserInput));
}
