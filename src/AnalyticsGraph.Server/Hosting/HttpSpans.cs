using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http.Features;

namespace AnalyticsGraph.Server.Hosting;

/// <summary>Completes ASP.NET Core's span of a request by what it does not tell itself: the route, by which the span is named, and how it ended (OpenTelemetry's conventions for HTTP servers).</summary>
internal static class HttpSpans
{
    /// <summary>Runs a request.</summary>
    /// <param name="http">The request.</param>
    /// <param name="next">What answers it.</param>
    public static async Task CompleteAsync(HttpContext http, RequestDelegate next)
    {
        try
        {
            await next(http);
        }
        finally
        {
            if (http.Features.Get<IHttpActivityFeature>()?.Activity is { IsAllDataRequested: true } activity)
            {
                Complete(activity, http);
            }
        }
    }

    private static void Complete(Activity activity, HttpContext http)
    {
        var status = http.Response.StatusCode;
        activity.SetTag("http.response.status_code", status);
        activity.DisplayName = http.Request.Method;
        if ((http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText is { } pattern)
        {
            // A group's own route ends with a slash that no client sends.
            var route = pattern.Length > 1 ? pattern.TrimEnd('/') : pattern;
            activity.SetTag("http.route", route);
            activity.DisplayName = $"{http.Request.Method} {route}";
        }

        if (status >= 500)
        {
            activity.SetTag("error.type", status.ToString(CultureInfo.InvariantCulture)).SetStatus(ActivityStatusCode.Error);
        }
    }
}
