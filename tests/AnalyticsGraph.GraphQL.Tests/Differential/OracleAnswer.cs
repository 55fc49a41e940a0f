using System.Text.Json;

namespace AnalyticsGraph.GraphQL.Tests.Differential;

/// <summary>What an oracle says.</summary>
internal sealed record OracleAnswer(bool Ok, OracleError[] Errors, string? Text, JsonElement? Data)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static OracleAnswer Parse(string line) => JsonSerializer.Deserialize<OracleAnswer>(line, Json)!;

    /// <summary>Whether the operation ran: it has data, or an error of a field.</summary>
    public bool WasExecuted => Data is { ValueKind: JsonValueKind.Object } || Errors.Any(error => error.Path is not null);

    /// <summary>The data as they were written, and each error with its places and path.</summary>
    public string Outcome() => $"{Data?.GetRawText() ?? "null"}\n{string.Join('\n', Errors.Select(error => $"{error.Message} @ {error.Places()} in {string.Join('.', error.Path ?? [])}"))}";

    /// <summary>The errors, each as <c>message @ line:column, line:column</c>.</summary>
    public string[] Messages() => [.. Errors.Select(error => $"{error.Message} @ {error.Places()}")];
}

/// <summary>An error with its places, each a line and a column.</summary>
internal sealed record OracleError(string Message, int[][] Locations, JsonElement[]? Path)
{
    /// <summary><c>line:column, line:column</c>.</summary>
    public string Places() => string.Join(", ", Locations.Select(place => $"{place[0]}:{place[1]}"));
}
