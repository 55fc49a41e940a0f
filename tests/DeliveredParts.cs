using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AnalyticsGraph.Tests;

/// <summary>The parts of a response put together as a client does it, every rule of the bookkeeping held to.</summary>
internal sealed class DeliveredParts
{
    private readonly Dictionary<string, (JsonArray Path, string Key, bool HasItems)> _pending = [];
    private readonly HashSet<string> _ids = [];

    /// <summary>The data after the last part.</summary>
    public JsonNode? Data { get; private set; }

    /// <summary>What was announced, each as <c>path label</c>, with the error that ended it if one did; streams that had no item left out.</summary>
    public SortedSet<string> Ends { get; } = new(StringComparer.Ordinal);

    /// <summary>Errors of data.</summary>
    public SortedSet<string> Errors { get; } = new(StringComparer.Ordinal);

    public static DeliveredParts Of(IReadOnlyList<JsonElement> all)
    {
        var delivered = new DeliveredParts();
        var first = all[0];
        delivered.Data = JsonNode.Parse(first.GetProperty("data").GetRawText());
        delivered.AddErrors(first);
        for (var i = 0; i < all.Count; i++)
        {
            delivered.Apply(all[i]);
            Assert.Equal(i < all.Count - 1, all[i].TryGetProperty("hasNext", out var hasNext) && hasNext.GetBoolean());
        }

        Assert.Empty(delivered._pending);
        return delivered;
    }

    /// <summary>The data with their names in order.</summary>
    public string DataText() => Sorted(Data)?.ToJsonString() ?? "null";

    public override string ToString() => $"{DataText()}\n{string.Join('\n', Ends)}\n{string.Join('\n', Errors)}";

    private void Apply(JsonElement part)
    {
        foreach (var pending in Members(part, "pending"))
        {
            var id = pending.GetProperty("id").GetString()!;
            Assert.True(_ids.Add(id), $"{id} was announced twice");
            var path = (JsonArray)JsonNode.Parse(pending.GetProperty("path").GetRawText())!;
            _pending.Add(id, (path, $"{path.ToJsonString()} {(pending.TryGetProperty("label", out var label) ? label.GetString() : "")}", false));
        }

        foreach (var incremental in Members(part, "incremental"))
        {
            var id = incremental.GetProperty("id").GetString()!;
            Assert.True(_pending.TryGetValue(id, out var target), $"{id} is not pending");
            AddErrors(incremental);
            var place = At(target.Path);
            if (incremental.TryGetProperty("items", out var items))
            {
                _pending[id] = target with { HasItems = true };
                foreach (var item in items.EnumerateArray())
                {
                    place.AsArray().Add(JsonNode.Parse(item.GetRawText()));
                }
            }
            else
            {
                var subPath = incremental.TryGetProperty("subPath", out var given) ? (JsonArray)JsonNode.Parse(given.GetRawText())! : [];
                Merge(At(subPath, place).AsObject(), (JsonObject)JsonNode.Parse(incremental.GetProperty("data").GetRawText())!);
            }
        }

        foreach (var completed in Members(part, "completed"))
        {
            var id = completed.GetProperty("id").GetString()!;
            Assert.True(_pending.Remove(id, out var target), $"{id} is complete, but was not pending");
            var error = completed.TryGetProperty("errors", out var errors) ? Describe(errors.EnumerateArray().Last()) : "";
            if (target.HasItems || error.Length > 0 || At(target.Path) is not JsonArray)
            {
                Ends.Add($"{target.Key} {error}");
            }
        }
    }

    private JsonNode At(JsonArray path, JsonNode? from = null)
    {
        var node = from ?? Data!;
        foreach (var key in path)
        {
            node = key!.GetValueKind() == JsonValueKind.Number ? node[key.GetValue<int>()]! : node[key.GetValue<string>()]!;
            Assert.True(node is not null, $"there is nothing at {path.ToJsonString()}");
        }

        return node;
    }

    private static void Merge(JsonObject into, JsonObject from)
    {
        foreach (var (name, value) in from)
        {
            if (into.TryGetPropertyValue(name, out var known))
            {
                Assert.True(known is JsonObject && value is JsonObject, $"{name} was delivered twice");
                Merge((JsonObject)known, (JsonObject)value);
            }
            else
            {
                into.Add(name, value?.DeepClone());
            }
        }
    }

    private void AddErrors(JsonElement part)
    {
        foreach (var error in Members(part, "errors"))
        {
            Errors.Add(Describe(error));
        }
    }

    private static IEnumerable<JsonElement> Members(JsonElement part, string name) => part.TryGetProperty(name, out var list) ? list.EnumerateArray() : [];

    // graphql-js names a place once for each deferred fragment that spreads it.
    private static string Describe(JsonElement error)
    {
        var places = error.GetProperty("locations").EnumerateArray().Select(place => string.Create(
            CultureInfo.InvariantCulture, $"{place.GetProperty("line").GetInt32()}:{place.GetProperty("column").GetInt32()}")).Distinct();
        return $"{error.GetProperty("message").GetString()} @ {string.Join(", ", places)} in {error.GetProperty("path").GetRawText()}";
    }

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => KeyValuePair.Create(member.Key, Sorted(member.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
