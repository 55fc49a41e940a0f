using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AnalyticsGraph.Analytics.Aggregates;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping;
using AnalyticsGraph.Server.Hosting;

namespace AnalyticsGraph.Server.Export;

/// <summary>One export under way. What it exports it asks of the graph, as any client would: filters, orders, policies and limits are the graph's.</summary>
/// <param name="graph">The graph.</param>
/// <param name="arguments">The caller's arguments.</param>
/// <param name="limits">What it, and what questions of the graph, may take.</param>
/// <param name="ct">The caller's.</param>
internal sealed class ExportCall(GraphComposition graph, ExportArguments arguments, ServerLimits limits, CancellationToken ct)
{
    /// <summary>The caller's arguments.</summary>
    public ExportArguments Arguments { get; } = arguments;

    /// <summary>What it may take.</summary>
    public ExportLimits Limits { get; } = limits.Export;

    /// <summary>What questions of the graph may take.</summary>
    public MappingLimits Mapping { get; } = limits.Mapping;

    /// <summary>What questions about metrics of many runs may take.</summary>
    public AggregateLimits Aggregates { get; } = limits.Aggregates;

    /// <summary>Ends it.</summary>
    public CancellationToken CancellationToken { get; } = ct;

    /// <summary>Brings everything that was acknowledged before to ClickHouse.</summary>
    public Task CatchUpAsync() => graph.CatchUpAsync(CancellationToken);

    /// <summary>Asks the graph.</summary>
    /// <param name="selection">What stands in the operation's braces.</param>
    /// <param name="passed">Which of the caller's arguments are variables of the same name; those that are not given are left out.</param>
    /// <param name="more">Further variables: name, type, value.</param>
    /// <returns>The data, to be disposed.</returns>
    /// <exception cref="GraphQLException">Anything failed.</exception>
    public async Task<JsonDocument> AskAsync(string selection, IEnumerable<string> passed, params (string Name, string Type, JsonNode? Value)[] more)
    {
        (string Name, string Type, JsonNode? Value)[] variables = [.. passed.Where(Arguments.IsPassed).Select(name => (name, Arguments.TypeOf(name), Arguments.Json(name))), .. more];
        var declared = variables.Length == 0 ? "" : $"({string.Join(", ", variables.Select(variable => $"${variable.Name}: {variable.Type}"))})";
        using var json = JsonDocument.Parse(new JsonObject(variables.Select(variable => KeyValuePair.Create(variable.Name, variable.Value))).ToJsonString());
        using var result = await graph.Executor.ExecuteAsync(
            new GraphQLRequest { Query = Encoding.UTF8.GetBytes($"query export{declared} {{ {selection} }}"), Variables = json.RootElement, AllowMutations = false, Configure = request => graph.Configure(request) },
            CancellationToken);
        return result.Errors.IsEmpty ? JsonDocument.Parse(result.Body.ToArray()) : throw new GraphQLException(result.Errors[0]);
    }

    /// <summary>The arguments of a field that the caller gave, as the field gets them.</summary>
    /// <param name="names">The arguments' names.</param>
    public string Pass(IEnumerable<string> names)
    {
        var passed = string.Join(", ", names.Where(Arguments.IsPassed).Select(name => $"{name}: ${name}"));
        return passed.Length == 0 ? "" : $"({passed})";
    }

    /// <summary>Checks how many runs are meant, before any is asked for.</summary>
    /// <exception cref="GraphQLException">It is no number of runs.</exception>
    public void CheckFirst()
    {
        if (Arguments.Get<int?>("first") is < 0 and var first)
        {
            throw ExportException.BadInput(string.Create(CultureInfo.InvariantCulture, $"`first` is {first}: give how many runs you want, 0 or more, or leave it out for all."));
        }
    }

    /// <summary>The runs that are exported, page by page.</summary>
    /// <param name="selection">What is selected of each.</param>
    /// <param name="page">How many of them at once.</param>
    /// <param name="passed">Which arguments the selection uses.</param>
    /// <param name="more">Further variables.</param>
    public async IAsyncEnumerable<IReadOnlyList<JsonElement>> RunsAsync(string selection, int page, IReadOnlyList<string> passed, params (string Name, string Type, JsonNode? Value)[] more)
    {
        var most = Arguments.Get<int?>("first") ?? int.MaxValue;
        var (count, after, hasNext) = (0, (string?)null, true);
        while (hasNext && count < most)
        {
            var first = Math.Min(Math.Min(page, Mapping.MaxPage), most - count);
            using var data = await AskAsync(
                $"runs(where: $selected, {(Arguments.Has("order") ? "order: $order, " : "")}first: $page, after: $after) {{ nodes {{ {selection} }} pageInfo {{ hasNextPage endCursor }} }}",
                Arguments.Has("order") ? [.. passed, "order"] : passed,
                [("selected", "RunFilterInput", Where()), ("page", "Int", first), ("after", "String", after), .. more]);
            var runs = data.RootElement.GetProperty("data").GetProperty("runs");
            JsonElement[] nodes = [.. runs.GetProperty("nodes").EnumerateArray()];
            count += nodes.Length;
            if (count > Limits.MaxRuns)
            {
                throw ExportException.Limit(string.Create(
                    CultureInfo.InvariantCulture, $"More than {Limits.MaxRuns} runs are meant (Export:MaxRuns). Narrow them with `where`, or take the `first` of an `order`."));
            }

            yield return nodes;
            hasNext = runs.GetProperty("pageInfo").GetProperty("hasNextPage").GetBoolean();
            after = runs.GetProperty("pageInfo").GetProperty("endCursor").GetString();
        }
    }

    /// <summary>Which runs are meant, as a filter; null for all.</summary>
    public JsonNode? Where()
    {
        var where = Arguments.Json("where");
        if (Arguments.Json("runIds") is not { } ids)
        {
            return where;
        }

        var named = new JsonObject { ["id"] = new JsonObject { ["in"] = ids } };
        return where is null ? named : new JsonObject { ["and"] = new JsonArray(where, named) };
    }
}
