using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.Mapping.Sessions;
using AnalyticsGraph.Server.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace AnalyticsGraph.Server.Export;

/// <summary><c>GET|POST /export/{name}</c>: answers of the graph as files, streamed from ClickHouse (docs/export.md).</summary>
internal static class ExportEndpoint
{
    private const string Title = "Nothing was exported.";
    private const int LongestBody = 1 << 20;

    /// <summary>Maps the endpoint.</summary>
    /// <param name="endpoints">The server's endpoints.</param>
    /// <param name="graph">The graph; null until the server is ready.</param>
    /// <param name="limits">What exports, and questions of the graph, may take.</param>
    public static void MapExport(this IEndpointRouteBuilder endpoints, Func<GraphComposition?> graph, ServerLimits limits)
    {
        var places = new StreamPlaces(limits.Export.MaxExports);
        endpoints.MapMethods(
            "/export/{name}", [HttpMethods.Get, HttpMethods.Post], (string name, HttpContext http, ILogger<ExportRoute> logger) => AnswerAsync(name, http, graph, limits, places, logger));
    }

    private static async Task AnswerAsync(string name, HttpContext http, Func<GraphComposition?> graph, ServerLimits limits, StreamPlaces places, ILogger logger)
    {
        try
        {
            await ExportAsync(name, http, graph() ?? throw Refusal(ErrorCodes.StoreUnavailable, "The server is not ready yet; /health/ready says why."), limits, places);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there.
            http.Abort();
        }
        catch (Exception fault) when (http.Response.HasStarted)
        {
            // A file has begun that will not be whole: what was sent must not look like all of it.
            logger.LogWarning(fault, "The export {Name} broke off after its first bytes.", name);
            http.Abort();
        }
        catch (BadHttpRequestException fault)
        {
            await ProblemAnswers.TellAsync(http, fault, Title);
        }
        catch (GraphQLException fault)
        {
            var error = fault.Error;
            await ProblemAnswers.TellAsync(http, ProblemAnswers.StatusOf(error.Code, StatusCodes.Status422UnprocessableEntity), error.Code, Title, error.Message, error.Extensions ?? []);
        }
        catch (Exception fault)
        {
            await ProblemAnswers.TellFaultAsync(http, logger, fault, Title);
        }
    }

    private static async Task ExportAsync(string name, HttpContext http, GraphComposition graph, ServerLimits limits, StreamPlaces places)
    {
        if (!ExportRoute.All.TryGetValue(name, out var route))
        {
            throw Refusal(ErrorCodes.NotFound, $"There is no export '{name}'; there are {string.Join(", ", ExportRoute.All.Keys)}.");
        }

        var format = FormatOf(http.Request);
        var arguments = ExportArguments.Read(route.ArgumentsOf(graph.Executor.Schema.Schema), http.Request.Query.Where(parameter => parameter.Key != "format"), await BodyAsync(http));
        using var place = places.TryTake()
            ?? throw Refusal(ErrorCodes.ResourceExhausted, string.Create(CultureInfo.InvariantCulture, $"{limits.Export.MaxExports} exports are under way, as many as may at once (Export:MaxExports). Try again a little later."));
        var query = await route.ComposeAsync(new ExportCall(graph, arguments, limits, http.RequestAborted));
        await using var bytes = await graph.OpenBytesAsync(WithSettings(query, limits.Export), format.ClickHouseName, http.RequestAborted);

        // What ClickHouse refuses is known by now, so that it is told as an error and not as half a file.
        var piece = await bytes.ReadAsync();
        http.Response.ContentType = format.MediaType;
        http.Response.Headers.ContentDisposition = string.Create(CultureInfo.InvariantCulture, $"attachment; filename=\"{name}-{DateTime.UtcNow:yyyyMMdd-HHmmss}.{format.Extension}\"");
        if (http.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
        {
            // Clients may pause to work on what they have; not for ever, as said below.
            rate.MinDataRate = null;
        }

        for (; !piece.IsEmpty; piece = await bytes.ReadAsync())
        {
            await http.Response.BodyWriter.WriteAsync(piece, CancellationToken.None).AsTask().WaitAsync(limits.Export.StallTimeout, http.RequestAborted);
        }

        await http.Response.CompleteAsync();
    }

    private static ClickHouseQuery WithSettings(ClickHouseQuery query, ExportLimits limits) => query with
    {
        Settings = new Dictionary<string, string>(ExportFormat.Settings.Concat(query.Settings))
        {
            ["http_send_timeout"] = Math.Ceiling(limits.StallTimeout.TotalSeconds).ToString(CultureInfo.InvariantCulture),
        },
    };

    private static ExportFormat FormatOf(HttpRequest request)
    {
        var known = string.Join(", ", ExportFormat.All.Select(format => $"{format.MediaType} (format={format.Name})"));
        return request.Query["format"] is [{ } named, ..]
            ? ExportFormat.Named(named) ?? throw ExportException.BadInput($"There is no format '{named}'; there are {known}.")
            : ExportFormat.Accepted(request.Headers.Accept)
                ?? throw new BadHttpRequestException($"None of the media types of `Accept` can be sent; there are {known}.", StatusCodes.Status406NotAcceptable);
    }

    private static async Task<JsonObject?> BodyAsync(HttpContext http)
    {
        if (!HttpMethods.IsPost(http.Request.Method) || http.Request.ContentLength == 0)
        {
            return null;
        }

        if (!http.Request.HasJsonContentType())
        {
            throw new BadHttpRequestException("Send the arguments as a JSON object, with the Content-Type application/json.", StatusCodes.Status415UnsupportedMediaType);
        }

        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = LongestBody;
        }

        try
        {
            return await JsonNode.ParseAsync(http.Request.Body, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }, cancellationToken: http.RequestAborted) as JsonObject
                ?? throw new BadHttpRequestException("The body is JSON, but no object with arguments.");
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // The latter for a name with half of a surrogate pair.
            throw new BadHttpRequestException($"The body is no JSON: {fault.Message}", fault);
        }
    }

    private static GraphQLException Refusal(string code, string message) => new(new GraphQLError(message, code));
}
