using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace AnalyticsGraph.GraphQL.Http;

/// <summary>The media type of a response, and which one a request accepts (section 6.1 of GraphQL over HTTP; RFC 9110, 12.5.1).</summary>
internal sealed class ResponseMediaType
{
    private ResponseMediaType(string name) => (Name, ContentType) = (name, $"{name}; charset=utf-8");

    /// <summary>Says by its status whether a GraphQL request was well-formed.</summary>
    public static ResponseMediaType GraphQLResponse { get; } = new("application/graphql-response+json");

    /// <summary>What older clients ask for: 200 whatever GraphQL has to say.</summary>
    public static ResponseMediaType Json { get; } = new("application/json");

    /// <summary>For a client that takes a response in parts alone: what is refused before it is one is told as <see cref="GraphQLResponse"/>.</summary>
    public static ResponseMediaType Parts { get; } = new("application/graphql-response+json");

    public string Name { get; }

    /// <summary>The header's value.</summary>
    public string ContentType { get; }

    /// <summary>What to answer with: the one of higher quality, then the one named more exactly, then <see cref="GraphQLResponse"/>; null if none is accepted.</summary>
    public static ResponseMediaType? Negotiate(StringValues accept)
    {
        if (accept.Count == 0 || (accept.Count == 1 && accept[0] is null or "" or "*/*" or "application/json"))
        {
            return Json;
        }

        var graphQL = Match(accept, "application", "graphql-response+json");
        var json = Match(accept, "application", "json");
        if (graphQL.Quality == 0 && json.Quality == 0)
        {
            return null;
        }

        var order = (graphQL.Quality, graphQL.Exactness).CompareTo((json.Quality, json.Exactness));
        return order > 0 || (order == 0 && graphQL.Exactness == 3) ? GraphQLResponse : Json;
    }

    /// <summary>Whether a browser asks for a page, and likes it no less than JSON.</summary>
    public static bool PrefersHtml(StringValues accept)
    {
        var html = Match(accept, "text", "html");
        return html is { Quality: > 0, Exactness: 3 } && html.Quality >= Match(accept, "application", "json").Quality && html.Quality >= Match(accept, "application", "graphql-response+json").Quality;
    }

    /// <summary>The quality of a type that is named itself; 0 if it is not.</summary>
    public static double QualityOf(StringValues accept, string type, string subtype) =>
        Match(accept, type, subtype) is { Exactness: 3, Quality: var quality } ? quality : 0;

    /// <summary>Whether a stream of events is asked for by name, rather than a response of one piece.</summary>
    public static bool PrefersEvents(StringValues accept)
    {
        // Looked at for every request, and most do not speak of it.
        if (!accept.ToString().Contains("event-stream", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var events = Match(accept, "text", "event-stream");
        var json = Match(accept, "application", "json");
        var graphQL = Match(accept, "application", "graphql-response+json");
        return events is { Quality: > 0, Exactness: 3 } && IsLess(json) && IsLess(graphQL) && QualityOf(accept, "multipart", "mixed") <= events.Quality;

        bool IsLess((double Quality, int Exactness) other) => (other.Quality, other.Exactness).CompareTo((events.Quality, events.Exactness)) < 0;
    }

    /// <summary>The quality that the most exact matching range gives to a type.</summary>
    private static (double Quality, int Exactness) Match(StringValues accept, string type, string subtype)
    {
        var best = (Quality: 0.0, Exactness: 0);
        foreach (var header in accept)
        {
            foreach (var part in (header ?? "").AsSpan().Split(','))
            {
                var (quality, exactness) = MatchRange(header.AsSpan(part).Trim(), type, subtype);
                if (exactness > best.Exactness || (exactness == best.Exactness && quality > best.Quality))
                {
                    best = (quality, exactness);
                }
            }
        }

        return best;
    }

    private static (double Quality, int Exactness) MatchRange(ReadOnlySpan<char> range, string type, string subtype)
    {
        var end = range.IndexOf(';');
        var name = end < 0 ? range : range[..end].TrimEnd();
        var slash = name.IndexOf('/');
        if (slash < 0)
        {
            return default;
        }

        var exactness = Exactness(name[..slash], name[(slash + 1)..], type, subtype);
        return exactness == 0 || !TryReadParameters(end < 0 ? [] : range[(end + 1)..], out var quality) ? default : (quality, exactness);
    }

    private static int Exactness(ReadOnlySpan<char> rangeType, ReadOnlySpan<char> rangeSubtype, string type, string subtype)
    {
        if (rangeType is "*")
        {
            return rangeSubtype is "*" ? 1 : 0;
        }

        return !rangeType.Equals(type, StringComparison.OrdinalIgnoreCase) ? 0
            : rangeSubtype is "*" ? 2
            : rangeSubtype.Equals(subtype, StringComparison.OrdinalIgnoreCase) ? 3
            : 0;
    }

    // A response is UTF-8: a range that asks for another charset does not match, nor one that asks for a format of parts we do not write. Other parameters say nothing to us.
    private static bool TryReadParameters(ReadOnlySpan<char> parameters, out double quality)
    {
        quality = 1;
        foreach (var part in parameters.Split(';'))
        {
            var parameter = parameters[part].Trim();
            if (parameter.StartsWith("q=", StringComparison.OrdinalIgnoreCase))
            {
                quality = double.TryParse(parameter[2..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var given) ? Math.Min(given, 1) : 0;
            }
            else if (parameter.StartsWith("charset=", StringComparison.OrdinalIgnoreCase) && !ContentTypes.IsUtf8(parameter["charset=".Length..]))
            {
                return false;
            }
            else if (parameter.StartsWith("deferSpec=", StringComparison.OrdinalIgnoreCase) || parameter.StartsWith("subscriptionSpec=", StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
        }

        return true;
    }
}
