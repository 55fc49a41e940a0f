using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace AnalyticsGraph.GraphQL.Http;

/// <summary>RFC 9110, 8.8.3 and 13.1.2: tells a client that what it has is still good.</summary>
internal static class EntityTag
{
    /// <summary>A strong tag of some content.</summary>
    public static string Of(ReadOnlySpan<byte> content) => $"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 16))}\"";

    /// <summary>A strong tag of some content that may be had in several media types.</summary>
    public static string Of(ReadOnlySpan<byte> content, ResponseMediaType mediaType) =>
        mediaType == ResponseMediaType.Json ? Of(content) : $"{Of(content)[..^1]}-g\"";

    /// <summary>Sets the tag; if the client has that content, also the status 304.</summary>
    /// <returns>Whether the client has it, and nothing more is to be sent.</returns>
    public static bool IsKnown(HttpContext http, string tag)
    {
        http.Response.Headers.ETag = tag;
        if (!EntityTagHeaderValue.TryParseList(http.Request.Headers.IfNoneMatch, out var known)
            || !known.Any(given => given.Tag == "*" || given.Compare(new EntityTagHeaderValue(tag), useStrongComparison: false)))
        {
            return false;
        }

        http.Response.StatusCode = StatusCodes.Status304NotModified;
        return true;
    }
}
