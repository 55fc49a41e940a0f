namespace AnalyticsGraph.Server.Hosting;

/// <summary>Probes for process managers: <c>/health/live</c> and <c>/health/ready</c>.</summary>
internal static class HealthEndpoints
{
    /// <summary>Maps both probes.</summary>
    /// <param name="endpoints">The server's endpoints.</param>
    public static void MapHealth(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/health/live", () => Results.Ok(new HealthAnswer("live", [])));
        endpoints.MapGet("/health/ready", async (Readiness readiness, CancellationToken cancellation) => await readiness.FindReasonsAsync(cancellation) is { Count: > 0 } reasons
            ? Results.Json(new HealthAnswer("not ready", reasons), statusCode: StatusCodes.Status503ServiceUnavailable)
            : Results.Ok(new HealthAnswer("ready", [])));
    }

    /// <summary>A probe's answer.</summary>
    /// <param name="Status"><c>live</c>, <c>ready</c> or <c>not ready</c>.</param>
    /// <param name="Reasons">Why it is not ready; empty when it is.</param>
    internal sealed record HealthAnswer(string Status, IReadOnlyList<string> Reasons);
}
