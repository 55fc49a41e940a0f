namespace AnalyticsGraph.GraphQL.Http;

/// <summary>The media types of request bodies.</summary>
internal static class ContentTypes
{
    /// <summary>Whether a body of that type is JSON in UTF-8.</summary>
    /// <param name="contentType">The header's value; null if missing.</param>
    public static bool IsJson(string? contentType)
    {
        if (contentType is "application/json")
        {
            return true;
        }

        var value = contentType.AsSpan();
        var end = value.IndexOf(';');
        if (!(end < 0 ? value : value[..end]).Trim().Equals("application/json", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var parameters = end < 0 ? [] : value[(end + 1)..];
        foreach (var part in parameters.Split(';'))
        {
            var parameter = parameters[part].Trim();
            if (parameter.StartsWith("charset=", StringComparison.OrdinalIgnoreCase) && !IsUtf8(parameter["charset=".Length..]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether a charset parameter names UTF-8, quoted or not.</summary>
    public static bool IsUtf8(ReadOnlySpan<char> charset) => charset.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase);
}
