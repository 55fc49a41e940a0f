using System.Text.Json;
using System.Text.Json.Nodes;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Types;
using Microsoft.Extensions.Primitives;

namespace AnalyticsGraph.Server.Export;

/// <summary>
/// The arguments of an export: those of the graph's fields, of the graph's types, as query parameters or as a JSON object. A parameter's value is JSON, but texts, ids and enum values need no quotes,
/// and a list may be one parameter for each item.
/// </summary>
internal sealed class ExportArguments
{
    private readonly IReadOnlyDictionary<string, GraphQLType> _types;
    private readonly JsonObject _given;
    private readonly Dictionary<string, object?> _values = [];

    private ExportArguments(IReadOnlyDictionary<string, GraphQLType> types, JsonObject given) => (_types, _given) = (types, given);

    /// <summary>Reads and checks the arguments.</summary>
    /// <param name="types">Their types by name.</param>
    /// <param name="parameters">The query parameters, without those that are not arguments.</param>
    /// <param name="body">The body's object; null if there is none.</param>
    /// <exception cref="GraphQL.Errors.GraphQLException">One is unknown, missing, or does not fit; the message names it.</exception>
    public static ExportArguments Read(IReadOnlyDictionary<string, GraphQLType> types, IEnumerable<KeyValuePair<string, StringValues>> parameters, JsonObject? body)
    {
        try
        {
            return Checked(types, parameters, body ?? []);
        }
        catch (InvalidOperationException)
        {
            // JSON is read as far as it is needed.
            throw ExportException.BadInput("The arguments hold half of a surrogate pair, which is no Unicode text.");
        }
    }

    private static ExportArguments Checked(IReadOnlyDictionary<string, GraphQLType> types, IEnumerable<KeyValuePair<string, StringValues>> parameters, JsonObject given)
    {
        foreach (var (name, texts) in parameters)
        {
            if (!given.TryAdd(name, types.TryGetValue(name, out var type) ? FromTexts(texts, type) : null))
            {
                throw ExportException.BadInput($"The argument `{name}` stands in the URL and in the body.");
            }
        }

        var arguments = new ExportArguments(types, given);
        foreach (var (name, value) in given)
        {
            if (!types.TryGetValue(name, out var type))
            {
                throw ExportException.BadInput($"There is no argument `{name}`; there are {string.Join(", ", types.Keys.Select(known => $"`{known}`"))}, and `format`.");
            }

            using var json = JsonDocument.Parse(value?.ToJsonString() ?? "null");
            if (!ValueCoercion.TryCoerceJson(json.RootElement, type, out var coerced, out var errors))
            {
                throw ExportException.BadInput($"The argument `{name}` does not fit{errors[0].PathText}: {errors[0].Message}");
            }

            arguments._values.Add(name, coerced);
        }

        return types.FirstOrDefault(known => known.Value.IsNonNull && !given.ContainsKey(known.Key)).Key is { } missing
            ? throw ExportException.BadInput($"The argument `{missing}` of the type {types[missing]} is missing.")
            : arguments;
    }

    /// <summary>The arguments that are given.</summary>
    public IEnumerable<string> Names => _values.Keys;

    /// <summary>Whether an argument is given, and not null.</summary>
    public bool Has(string name) => _values.GetValueOrDefault(name) is not null;

    /// <summary>Whether an argument goes to the graph: it is given, and not null, unless null says something else there than leaving it out: all labels, all scopes, all workers.</summary>
    public bool IsPassed(string name) => Has(name) || (name is "label" or "scope" or "rank" && _values.ContainsKey(name));

    /// <summary>An argument's coerced value; the default if it is not given.</summary>
    public T? Get<T>(string name, T? otherwise = default) => _values.GetValueOrDefault(name) is { } value ? (T)value : otherwise;

    /// <summary>A list's items; null if it is not given.</summary>
    public IReadOnlyList<string>? Texts(string name) => Get<object?[]>(name)?.Select(text => (string)text!).ToArray();

    /// <summary>The arguments' own text, for variables of an operation.</summary>
    public JsonNode? Json(string name) => _given[name]?.DeepClone();

    /// <summary>An argument's type as a document writes it.</summary>
    public string TypeOf(string name) => _types[name].ToString();

    private static JsonNode? FromTexts(StringValues texts, GraphQLType type)
    {
        if (type.Nullable is not ListType list)
        {
            return FromText(texts[^1] ?? "", type);
        }

        return texts is [['[', ..]] && FromText(texts[0]!, type) is JsonArray array ? array : new JsonArray([.. texts.Select(text => FromTexts(text, list.ItemType))]);
    }

    private static JsonNode? FromText(string text, GraphQLType type)
    {
        if (type.Nullable is EnumType or ScalarType { Name: "String" or "ID" or "DateTime" or "Duration" })
        {
            return JsonValue.Create(text);
        }

        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            // The coercion tells what would fit.
            return JsonValue.Create(text);
        }
    }
}
