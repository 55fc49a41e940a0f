using System.Text;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Server.Hosting;

namespace AnalyticsGraph.Server.Demo;

/// <summary>Asks this server's own graph, as any client would.</summary>
internal sealed class DemoGraph(GraphComposition graph, CancellationToken cancellation)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>Executes an operation that must succeed.</summary>
    /// <param name="query">The document.</param>
    /// <param name="variables">Its variables, by name.</param>
    /// <returns>The data.</returns>
    /// <exception cref="InvalidOperationException">The graph refused it.</exception>
    public async Task<JsonElement> RunAsync(string query, object variables)
    {
        var request = new GraphQLRequest
        {
            Query = Encoding.UTF8.GetBytes(query),
            VariablesUtf8 = JsonSerializer.SerializeToUtf8Bytes(variables, Json),
            Configure = context => graph.Configure(context),
        };
        using var result = await graph.Executor.ExecuteAsync(request, cancellation);
        using var document = JsonDocument.Parse(result.Body);
        var answer = document.RootElement.Clone();
        return !answer.TryGetProperty("errors", out var errors) ? answer.GetProperty("data") : throw new InvalidOperationException($"The demo's data were refused: {errors.GetRawText()}");
    }

    /// <summary>Executes one mutation whose input must be right.</summary>
    /// <param name="mutation">Its name.</param>
    /// <param name="selection">What to select of the payload beside the errors.</param>
    /// <param name="input">Its input.</param>
    /// <returns>The payload.</returns>
    public async Task<JsonElement> ChangeAsync(string mutation, string selection, object input)
    {
        var type = char.ToUpperInvariant(mutation[0]) + mutation[1..] + "Input";
        var data = await RunAsync($"mutation ($input: {type}!) {{ {mutation}(input: $input) {{ {selection} errors {{ __typename ... on UserError {{ message path }} }} }} }}", new { input });
        var payload = data.GetProperty(mutation);
        var errors = payload.GetProperty("errors");
        return errors.GetArrayLength() == 0 ? payload : throw new InvalidOperationException($"The demo's data were refused by {mutation}: {errors.GetRawText()}");
    }

    /// <summary>A record that is there already, from an attempt that was cut short, or a new one.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="list">The field that lists records of the type.</param>
    /// <param name="where">The filter that it is found by.</param>
    /// <param name="input">What to create it with.</param>
    /// <returns>Its global id.</returns>
    public async Task<string> EnsureAsync(string type, string list, object where, object input)
    {
        var found = await RunAsync($"query ($where: {type}FilterInput!) {{ {list}(where: $where, first: 1) {{ nodes {{ id }} }} }}", new { where });
        if (found.GetProperty(list).GetProperty("nodes") is { } nodes && nodes.GetArrayLength() > 0)
        {
            return nodes[0].GetProperty("id").GetString()!;
        }

        var field = char.ToLowerInvariant(type[0]) + type[1..];
        return (await ChangeAsync($"create{type}", $"{field} {{ id }}", input)).GetProperty(field).GetProperty("id").GetString()!;
    }

    /// <summary>The filter for a text.</summary>
    public static object Is(string text) => new { eq = text };

    /// <summary>The filter for what was made here: imported records may have the same names.</summary>
    public static object Here { get; } = Is("local");
}
