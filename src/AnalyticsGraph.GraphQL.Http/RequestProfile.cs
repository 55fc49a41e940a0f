using System.Globalization;
using System.Net;
using AnalyticsGraph.GraphQL.Observability;
using Microsoft.AspNetCore.Http;

namespace AnalyticsGraph.GraphQL.Http;

/// <summary>
/// The header <c>GraphQL-Profile</c>: <c>timing</c> asks for <c>Server-Timing</c>, <c>report</c> for that and <c>extensions.profile</c>. Whoever may not ask is answered as if nothing had been asked, but for
/// a header <c>GraphQL-Profile: refused</c>.
/// </summary>
internal static class RequestProfile
{
    public const string Header = "GraphQL-Profile";

    private static readonly string[] ProxyHeaders = ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"];

    /// <summary>What is asked for, and may be.</summary>
    public static ProfileDetail Of(HttpContext http, GraphQLHttpOptions options)
    {
        var asked = http.Request.Headers[Header] is not { Count: > 0 } header ? ProfileDetail.None : (string?)header switch
        {
            "timing" => ProfileDetail.Timings,
            "report" => ProfileDetail.Full,
            _ => ProfileDetail.None,
        };
        if (asked == ProfileDetail.None || IsAllowed(http, options))
        {
            return asked;
        }

        if (!http.Response.HasStarted)
        {
            http.Response.Headers[Header] = "refused";
        }

        return ProfileDetail.None;
    }

    /// <summary>Sets <c>Server-Timing</c> (W3C), in milliseconds. Entries of several executions are added up.</summary>
    public static void WriteTimings(HttpResponse response, IEnumerable<PhaseTiming> timings)
    {
        var entries = timings.GroupBy(timing => timing.Name).Select(same =>
            string.Create(CultureInfo.InvariantCulture, $"{same.Key};dur={same.Sum(timing => timing.Duration.TotalMilliseconds):0.###}")).ToList();
        if (entries.Count > 0)
        {
            response.Headers["Server-Timing"] = string.Join(", ", entries);
        }
    }

    private static bool IsAllowed(HttpContext http, GraphQLHttpOptions options) => options.MayProfile is { } may ? may(http) : options.Profile switch
    {
        ProfileAccess.All => true,
        ProfileAccess.Local => http.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address) && !ProxyHeaders.Any(http.Request.Headers.ContainsKey),
        _ => false,
    };
}
