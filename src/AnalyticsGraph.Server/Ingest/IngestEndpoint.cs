using System.Text.Json;
using System.Text.Json.Serialization;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.Server.Hosting;
using AnalyticsGraph.Tracking.Ingest;
using AnalyticsGraph.Tracking.Staging;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace AnalyticsGraph.Server.Ingest;

/// <summary><c>POST /ingest/{stream}</c>: rows in bulk, all of a body or nothing (docs/ingest.md).</summary>
internal static class IngestEndpoint
{
    private const string Title = "Nothing of the body was stored.";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>What media types say; a <c>format</c> in the URL says it before them.</summary>
    private static readonly Dictionary<string, IngestFormat> Formats = new(StringComparer.OrdinalIgnoreCase)
    {
        ["application/x-ndjson"] = IngestFormat.Ndjson,
        ["application/jsonl"] = IngestFormat.Ndjson,
        ["text/csv"] = IngestFormat.Csv,
        ["application/vnd.clickhouse.native"] = IngestFormat.Native,
        ["application/vnd.clickhouse.rowbinary"] = IngestFormat.RowBinaryWithNamesAndTypes,
        ["application/vnd.apache.arrow.stream"] = IngestFormat.ArrowStream,
        ["application/vnd.apache.parquet"] = IngestFormat.Parquet,
    };

    /// <summary>Maps the endpoint.</summary>
    /// <param name="endpoints">The server's endpoints.</param>
    /// <param name="ingestion">Takes bodies; null until the server is ready.</param>
    /// <param name="limits">What bodies may have.</param>
    public static void MapIngest(this IEndpointRouteBuilder endpoints, Func<Ingestion?> ingestion, IngestLimits limits) => endpoints.Map(
        "/ingest/{**stream}", (string? stream, HttpContext http, ILogger<Ingestion> logger) => AnswerAsync(stream ?? "", http, ingestion, limits, logger));

    private static async Task AnswerAsync(string stream, HttpContext http, Func<Ingestion?> ingestion, IngestLimits limits, ILogger logger)
    {
        try
        {
            if (!HttpMethods.IsPost(http.Request.Method))
            {
                http.Response.Headers.Allow = HttpMethods.Post;
                throw new BadHttpRequestException($"Rows come by POST, not by {http.Request.Method}.", StatusCodes.Status405MethodNotAllowed);
            }

            var request = ReadRequest(stream, http.Request);
            var taker = ingestion() ?? throw new IngestException(ErrorCodes.StoreUnavailable, "The server is not ready yet; /health/ready says why.");
            if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            {
                size.MaxRequestBodySize = limits.MaxBodyBytes;
            }

            await using var sent = new ClientBody(http.Request.BodyReader, limits.StallTimeout);
            await using var body = Decode(http.Request, sent);
            var answer = await taker.IngestAsync(request, body, http.RequestAborted);
            var told = JsonSerializer.SerializeToUtf8Bytes(new Answer(answer.Rows, request.Stream.ReplacesRows ? null : answer.NewRows), Json);
            (http.Response.ContentType, http.Response.ContentLength) = ("application/json", told.Length);
            await http.Response.Body.WriteAsync(told, http.RequestAborted);
        }
        catch (Exception fault) when (fault is ConnectionResetException or ConnectionAbortedException || (fault is OperationCanceledException or IOException && http.RequestAborted.IsCancellationRequested))
        {
            // Nobody is there to read an answer. A read may fail before the request is told to be over.
            http.Abort();
        }
        catch (BadHttpRequestException fault)
        {
            await ProblemAnswers.TellAsync(http, fault, Title);
        }
        catch (IngestException fault)
        {
            if (fault.InnerException is (IOException or UnauthorizedAccessException) and { } cause)
            {
                logger.LogWarning("A body could not be kept in the temporary folder: {Reason}", cause.Message);
            }

            await TellAsync(http, fault.Code, fault.Message, new("row", fault.Row), new("line", fault.Line), new("column", fault.Column));
        }
        catch (InDoubtException fault)
        {
            logger.LogWarning(fault, "It is not known whether a body was stored.");
            await ProblemAnswers.TellAsync(http, StatusCodes.Status503ServiceUnavailable, ErrorCodes.StoreUnavailable, "The body may be stored.", fault.Message);
        }
        catch (GraphQLException fault)
        {
            await TellAsync(http, fault.Error.Code, fault.Error.Message);
        }
        catch (Exception fault) when (!http.Response.HasStarted)
        {
            await ProblemAnswers.TellFaultAsync(http, logger, fault, Title);
        }
    }

    private static IngestRequest ReadRequest(string name, HttpRequest http)
    {
        var stream = IngestStream.Find(name)
            ?? throw new IngestException(ErrorCodes.NotFound, $"There is no stream '{name}'; there are {string.Join(", ", IngestStream.All.Select(known => known.Name))}.");
        var known = new[] { "format", "source", stream.OwnerIdName, stream.OwnerKeyName };
        if (http.Query.Keys.FirstOrDefault(key => !known.Contains(key)) is { } unknown)
        {
            throw new IngestException(ErrorCodes.BadRequest, $"There is no parameter '{unknown}'; there are {string.Join(", ", known.OfType<string>())}.");
        }

        return new IngestRequest(stream, FormatOf(http))
        {
            OwnerId = Given(stream.OwnerIdName),
            OwnerKey = stream.OwnerKeyName is { } key ? Given(key) : null,
            Source = Given("source"),
            Token = http.Headers["Idempotency-Key"].FirstOrDefault(),
        };

        string? Given(string parameter) => http.Query[parameter].FirstOrDefault();
    }

    private static IngestFormat FormatOf(HttpRequest http)
    {
        var media = http.ContentType?.Split(';')[0].Trim() ?? "";
        if (http.Query["format"].FirstOrDefault() is { } named)
        {
            return Enum.GetNames<IngestFormat>().FirstOrDefault(name => name.Equals(named, StringComparison.OrdinalIgnoreCase)) is { } name
                ? Enum.Parse<IngestFormat>(name)
                : throw Unsupported($"There is no format '{named}'; there are {string.Join(", ", Enum.GetNames<IngestFormat>())}.");
        }

        return Formats.TryGetValue(media, out var format) ? format
            : throw Unsupported($"The Content-Type '{media}' is none of {string.Join(", ", Formats.Keys)}. Send one of them, or name the format in the URL (?format=Native).");
    }

    private static Stream Decode(HttpRequest http, ClientBody body) => http.Headers.ContentEncoding.ToString().Trim().ToLowerInvariant() switch
    {
        "" or "identity" => body,
        "gzip" or "x-gzip" => new GzipBody(body),
        "zstd" when ZstdStream.IsAvailable => new ZstdStream(body),
        var coding => throw Unsupported($"The Content-Encoding '{coding}' cannot be read here; send gzip{(ZstdStream.IsAvailable ? ", zstd" : "")} or none."),
    };

    private static BadHttpRequestException Unsupported(string message) => new(message, StatusCodes.Status415UnsupportedMediaType);

    private static Task TellAsync(HttpContext http, string code, string message, params IEnumerable<KeyValuePair<string, object?>> more) =>
        ProblemAnswers.TellAsync(http, ProblemAnswers.StatusOf(code, StatusCodes.Status413PayloadTooLarge), code, Title, message, more);

    /// <summary>What came of a body.</summary>
    /// <param name="Rows">How many rows it had.</param>
    /// <param name="NewRows">How many of them were not there before; left out where rows replace others.</param>
    private sealed record Answer(long Rows, long? NewRows);
}
