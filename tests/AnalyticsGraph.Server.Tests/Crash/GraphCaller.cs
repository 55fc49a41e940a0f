using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AnalyticsGraph.Server.Tests.Crash;

/// <summary>What a call came to: its data, or the codes of its errors; both empty where no answer came.</summary>
/// <param name="Data">The data, if there were no errors.</param>
/// <param name="Codes">The codes of the errors.</param>
internal sealed record Answer(JsonElement? Data, IReadOnlyList<string> Codes);

/// <summary>Calls the graph over HTTP while servers come and go.</summary>
internal sealed class GraphCaller(int port) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>One call. A connection that breaks, before or after the server has read the call, is no answer.</summary>
    public async Task<Answer> CallAsync(string query, object? variables = null)
    {
        try
        {
            using var response = await _http.PostAsync("/graphql", JsonContent.Create(new { query, variables }));
            var body = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
            if (body["errors"] is JsonArray errors)
            {
                return new Answer(null, [.. errors.Select(error => (string?)error!["extensions"]?["code"] ?? $"no code: {error.ToJsonString()}")]);
            }

            return new Answer(body["data"].Deserialize<JsonElement>(), []);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or JsonException)
        {
            return new Answer(null, []);
        }
    }

    /// <summary>Posts a body to another endpoint, whose errors are problem details.</summary>
    public async Task<Answer> PostAsync(string path, string media, byte[] body, string idempotencyKey)
    {
        try
        {
            using var content = new ByteArrayContent(body) { Headers = { ContentType = new(media) } };
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content, Headers = { { "Idempotency-Key", idempotencyKey } } };
            using var response = await _http.SendAsync(request);
            var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
            return response.IsSuccessStatusCode ? new Answer(answer, []) : new Answer(null, [answer.GetProperty("code").GetString()!]);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or JsonException)
        {
            return new Answer(null, []);
        }
    }

    /// <summary>A call that must succeed.</summary>
    public async Task<JsonElement> GetAsync(string query, object? variables = null)
    {
        var answer = await CallAsync(query, variables);
        return answer.Data ?? throw new InvalidOperationException($"The call failed: {string.Join(", ", answer.Codes)}");
    }

    public void Dispose() => _http.Dispose();
}
