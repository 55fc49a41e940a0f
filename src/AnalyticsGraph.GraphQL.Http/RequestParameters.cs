using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace AnalyticsGraph.GraphQL.Http;

/// <summary>The parameters of a GraphQL request (section 5 of GraphQL over HTTP).</summary>
internal readonly struct RequestParameters
{
    private readonly byte[]? _rented;

    public RequestParameters(ReadOnlyMemory<byte> query, byte[]? rented, string? operationName, JsonElement? variables, JsonElement? extensions)
    {
        _rented = rented;
        (Query, OperationName, Variables, Extensions) = (query, operationName, variables, extensions);
    }

    /// <summary>The document in UTF-8. May be a slice of the body it was read from.</summary>
    public ReadOnlyMemory<byte> Query { get; }

    public string? OperationName { get; }

    public JsonElement? Variables { get; }

    public JsonElement? Extensions { get; }

    /// <summary>Gives the document's buffer back.</summary>
    public void Return()
    {
        if (_rented is not null)
        {
            ArrayPool<byte>.Shared.Return(_rented);
        }
    }

    /// <summary>Reads the parameters of a URL.</summary>
    /// <exception cref="HttpFaultException">They are no request.</exception>
    public static RequestParameters FromQuery(IQueryCollection parameters)
    {
        var query = Single(parameters, "query") ?? throw RequestJson.MissingQuery();
        var operationName = Single(parameters, "operationName");
        return new RequestParameters(
            Encoding.UTF8.GetBytes(query),
            null,
            string.IsNullOrEmpty(operationName) ? null : operationName,
            ParseMap(Single(parameters, "variables"), "variables"),
            ParseMap(Single(parameters, "extensions"), "extensions"));
    }

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
