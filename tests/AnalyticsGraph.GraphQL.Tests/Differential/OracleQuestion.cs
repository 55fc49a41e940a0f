using System.Text.Json;
using System.Text.Json.Serialization;

namespace AnalyticsGraph.GraphQL.Tests.Differential;

/// <summary>A question to an oracle; <c>oracle.mjs</c> and the project <c>AnalyticsGraph.GraphQL.Oracle</c> say which modes there are.</summary>
internal sealed record OracleQuestion(
    string Mode, string? Query = null, string? Sdl = null, object? Variables = null, string? OperationName = null, object? RootValue = null, int Id = 0)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public string ToJson() => JsonSerializer.Serialize(this, Json);
}
