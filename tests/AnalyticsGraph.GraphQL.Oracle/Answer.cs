using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Errors;

namespace AnalyticsGraph.GraphQL.Oracle;

/// <summary>An answer before it is a line.</summary>
/// <param name="Errors">What is wrong; empty if all is well.</param>
internal sealed record Answer(ImmutableArray<GraphQLError> Errors)
{
    public JsonElement Data { get; init; }

    public string? Text { get; init; }

    /// <summary>The line, written as JSON.stringify writes.</summary>
    /// <param name="id">The question's, as it was written there; null if it could not be read.</param>
    public string ToJson(string? id)
    {
        var line = new StringBuilder("{\"id\":").Append(id ?? "null").Append(CultureInfo.InvariantCulture, $",\"ok\":{(Errors.IsEmpty ? "true" : "false")},\"errors\":[");
        for (var i = 0; i < Errors.Length; i++)
        {
            line.Append(i == 0 ? "" : ",");
            Append(line, Errors[i]);
        }

        line.Append("],\"data\":").Append(JavaScriptJson.Write(Data)).Append(",\"text\":");
        Append(line, Text);
        return line.Append('}').ToString();
    }

    private static void Append(StringBuilder line, GraphQLError error)
    {
        line.Append("{\"message\":");
        Append(line, error.Message);
        line.Append(",\"locations\":[").AppendJoin(',', (error.Locations.IsDefault ? [] : error.Locations).Select(place => $"[{place.Line},{place.Column}]")).Append("],\"path\":");
        line.Append(error.Path.IsDefault ? "null" : JavaScriptJson.Write(JsonSerializer.SerializeToElement(error.Path.ToArray()))).Append('}');
    }

    private static void Append(StringBuilder line, string? text)
    {
        if (text is null)
        {
            line.Append("null");
        }
        else
        {
            JavaScriptJson.WriteText(line, text);
        }
    }
}
