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

    /// <summary>Creates a record.</summary>
    /// <returns>Its global id.</returns>
    public async Task<string> CreateAsync(string type, object input)
    {
        var field = char.ToLowerInvariant(type[0]) + type[1..];
        return (await ChangeAsync($"create{type}", $"{field} {{ id }}", input)).GetProperty(field).GetProperty("id").GetString()!;
    }
}
