using System.Buffers;
using System.Text;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Execution;
using Microsoft.AspNetCore.Http;

namespace AnalyticsGraph.GraphQL.Http;

/// <summary>The parameters of a GraphQL request (section 5 of GraphQL over HTTP).</summary>
internal readonly record struct RequestParameters
{
    /// <summary>The document in UTF-8; empty where it is named by its id or hash. May be a slice of the body it was read from.</summary>
    public ReadOnlyMemory<byte> Query { get; init; }

    /// <summary>The buffer that holds the document, to be returned; null if it is not rented.</summary>
    public byte[]? Rented { get; init; }

    /// <summary>The identifier of a trusted document.</summary>
    public string? DocumentId { get; init; }

    public string? OperationName { get; init; }

    /// <summary>The variables where they are no slice of a body: of a URL, or a list of them.</summary>
    public JsonElement? Variables { get; init; }

    /// <summary>The variables as they stand in the body; empty if there are none, or if they are a list.</summary>
    public ReadOnlyMemory<byte> VariablesUtf8 { get; init; }

    public JsonElement? Extensions { get; init; }

    /// <summary>Whether the variables are a list: an execution is asked for each of them.</summary>
    public bool HasVariableSets => Variables is { ValueKind: JsonValueKind.Array };

    /// <summary>Gives the document's buffer back.</summary>
    public void Return()
    {
        if (Rented is not null)
        {
            ArrayPool<byte>.Shared.Return(Rented);
        }
    }

    /// <summary>Whether a URL asks for an operation, rather than for the schema or the IDE.</summary>
    public static bool AreIn(IQueryCollection parameters) => parameters.ContainsKey("query") || parameters.ContainsKey("documentId") || parameters.ContainsKey("extensions");

    /// <summary>Reads the parameters of a URL.</summary>
    /// <exception cref="HttpFaultException">They are no request.</exception>
    public static RequestParameters FromQuery(IQueryCollection parameters)
    {
        var query = Single(parameters, "query");
        var documentId = Given(Single(parameters, "documentId"));
        var extensions = ParseMap(Single(parameters, "extensions"), "extensions");
        return query is null && !NamesDocument(documentId, extensions) ? throw RequestJson.MissingQuery() : new RequestParameters
        {
            Query = Encoding.UTF8.GetBytes(query ?? ""),
            DocumentId = documentId,
            OperationName = Single(parameters, "operationName"),
            Variables = ParseMap(Single(parameters, "variables"), "variables"),
            Extensions = extensions,
        };
    }

    /// <summary>Whether the document need not be sent, for it is named.</summary>
    public static bool NamesDocument(string? documentId, JsonElement? extensions) => documentId is not null || extensions?.TryGetProperty("persistedQuery", out _) == true;

    /// <summary>The request for the engine.</summary>
    /// <param name="http">What prepares it: the HTTP request that lives as long as the operation.</param>
    /// <param name="options">The endpoint's options.</param>
    /// <param name="allowMutations">Whether a mutation may run.</param>
    /// <param name="allowParts">Whether the response may come in parts.</param>
    public GraphQLRequest ToRequest(HttpContext http, GraphQLHttpOptions options, bool allowMutations, bool allowParts) => new()
    {
        Query = Query,
        DocumentId = DocumentId,
        OperationName = Given(OperationName),
        Variables = Variables,
        VariablesUtf8 = VariablesUtf8,
        Extensions = Extensions,
        AllowMutations = allowMutations,
        AllowParts = allowParts,
        ReportCost = http.Request.Headers["GraphQL-Cost"] == "report",
        Profile = RequestProfile.Of(http, options),
        Configure = options.ConfigureRequest is { } configure ? context => configure(http, context) : null,
    };

    // Clients send an empty text for none.
    private static string? Given(string? value) => string.IsNullOrEmpty(value) ? null : value;

    private static string? Single(IQueryCollection parameters, string name) => parameters[name] switch
    {
        { Count: 0 } => null,
        { Count: 1 } values => values[0],
        _ => throw HttpFaultException.BadRequest($"Parameter \"{name}\" must be given once."),
    };

    private static JsonElement? ParseMap(string? json, string name)
    {
        if (string.IsNullOrEmpty(json))
        {
            return null;
        }

        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json), RequestJson.ReaderOptions);
            reader.Read();
            var map = RequestJson.ReadMap(ref reader, name, mayHoldSurrogates: true);
            reader.Read();
            return map;
        }
        catch (JsonException)
        {
            throw HttpFaultException.BadRequest($"Parameter \"{name}\" is not valid JSON.");
        }
    }
}
