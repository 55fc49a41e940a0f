using System.Text;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Sessions;

namespace AnalyticsGraph.Server.Tests.Running;

/// <summary>The parts of one response of the server's own executor, taken one by one.</summary>
internal class PartReader(InProcessServer server, string query, object? variables = null) : IAsyncDisposable
{
    private readonly Dictionary<string, JsonElement> _paths = [];
    private ExecutionResult? _first;

    /// <summary>What the request asked of the stores until now.</summary>
    public SessionCounters Counters { get; } = new();

    /// <summary>Takes the next part.</summary>
    /// <returns>The part; null at the end.</returns>
    public async Task<JsonElement?> NextAsync()
    {
        if (_first is not null)
        {
            using var next = _first is IncrementalResult incremental ? await incremental.NextAsync() : null;
            return next is null ? null : Take(next);
        }

        _first = await server.Graph.Executor.ExecuteAsync(new GraphQLRequest
        {
            Query = Encoding.UTF8.GetBytes(query),
            Variables = JsonSerializer.SerializeToElement(variables),
            AllowParts = true,
            Configure = request => server.Graph.Configure(request, Counters),
        });
        return Take(_first);
    }

    /// <summary>Takes all parts that are left.</summary>
    public async Task<List<JsonElement>> ReadToEndAsync()
    {
        var all = new List<JsonElement>();
        while (await NextAsync() is { } part)
        {
            all.Add(part);
        }

        return all;
    }

    public async ValueTask DisposeAsync()
    {
        if (_first is IncrementalResult incremental)
        {
            await incremental.DisposeAsync();
        }
        else
        {
            _first?.Dispose();
        }
    }

    /// <summary>Items of a streamed list: its first ones, or further ones.</summary>
    /// <param name="list">The list's name.</param>
    /// <param name="items">The items.</param>
    protected virtual void Take(string list, JsonElement items)
    {
    }

    private JsonElement Take(ExecutionResult result)
    {
        using var document = JsonDocument.Parse(result.Body.ToArray());
        var part = document.RootElement.Clone();
        foreach (var pending in Members(part, "pending"))
        {
            var path = pending.GetProperty("path");
            _paths.Add(pending.GetProperty("id").GetString()!, path);
            if (part.TryGetProperty("data", out var place) && path.GetArrayLength() > 0)
            {
                Take(Name(path), path.EnumerateArray().Aggregate(place, (at, key) => key.ValueKind == JsonValueKind.Number ? at[key.GetInt32()] : at.GetProperty(key.GetString()!)));
            }
        }

        foreach (var incremental in Members(part, "incremental"))
        {
            if (incremental.TryGetProperty("items", out var items))
            {
                Take(Name(_paths[incremental.GetProperty("id").GetString()!]), items);
            }
        }

        return part;
    }

    private static string Name(JsonElement path) => path.EnumerateArray().Last().ToString();

    private static IEnumerable<JsonElement> Members(JsonElement part, string name) => part.TryGetProperty(name, out var all) ? all.EnumerateArray() : [];
}
