using System.Text.Json;
using System.Text.Json.Nodes;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.Server.Export;

/// <summary>A field of <c>Query</c> whose answer has columns: a row for each of theirs.</summary>
/// <param name="field">The field.</param>
/// <param name="columnsField">The field of its answer that has them.</param>
/// <param name="longField">The field that has the same with a row for each value, if there is one: for <c>long=true</c>.</param>
/// <param name="isPaged">Whether its answer comes in pages; all of them are exported, unless the caller asks for the <c>first</c>.</param>
internal sealed class ColumnsRoute(string field, string columnsField = "columns", string? longField = null, bool isPaged = false) : ExportRoute
{
    private const string Long = "long";
    private const int Page = 10_000;

    private static readonly Dictionary<string, (string List, string Type, Func<JsonElement, object?> Read)> Kinds = new()
    {
        ["TEXT"] = ("texts", "Nullable(String)", value => value.GetString()),
        ["ID"] = ("ids", "Nullable(String)", value => value.GetString()),
        ["NUMBER"] = ("numbers", "Nullable(Float64)", ExportRows.Double),
        ["INTEGER"] = ("integers", "Nullable(Int64)", value => value.ValueKind == JsonValueKind.Null ? null : ExportRows.Long(value)),
        ["TIME"] = ("times", "Nullable(DateTime64(6, 'UTC'))", ExportRows.Time),
    };

    /// <inheritdoc />
    public override IReadOnlyDictionary<string, GraphQLType> ArgumentsOf(Schema schema)
    {
        var arguments = Of(schema.Query, field);
        return new Dictionary<string, GraphQLType>(longField is null ? arguments : arguments.Append(new(Long, schema.Types["Boolean"])));
    }

    /// <inheritdoc />
    public override async Task<ClickHouseQuery> ComposeAsync(ExportCall call)
    {
        var followsPages = isPaged && !call.Arguments.Has("first");
        var (columns, after) = await AskAsync(call, followsPages, call.Arguments.Json("after"));
        if (columns.GroupBy(column => column.Name).FirstOrDefault(same => same.Skip(1).Any()) is { Key: var repeated })
        {
            throw ExportException.BadInput($"Two columns are called \"{repeated}\", and a file's columns are told apart by their names: ask for each of them once, and give a measure another `name`.");
        }

        var rows = new ExportRows([.. columns.Select(column => (column.Name, Kinds[column.Kind].Type))]);
        Add(rows, columns);
        return rows.ToQuery(after is null ? null : MoreAsync(call, rows, after));
    }

    private async IAsyncEnumerable<Block> MoreAsync(ExportCall call, ExportRows rows, JsonNode after)
    {
        for (JsonNode? next = after; next is not null;)
        {
            (var columns, next) = await AskAsync(call, followsPages: true, next);
            Add(rows, columns);
            yield return rows.Take();
        }
    }

    private async Task<(List<Column> Columns, JsonNode? After)> AskAsync(ExportCall call, bool followsPages, JsonNode? after)
    {
        string[] names = [.. call.Arguments.Names.Where(name => name is not ("after" or Long))];
        var taken = longField is not null && call.Arguments.Get<bool>(Long) ? longField : columnsField;
        string[] page = followsPages ? [$"first: {Math.Min(Page, call.Aggregates.MaxGroups)}", "after: $next"] : after is null ? [] : ["after: $next"];
        var passed = string.Join(", ", names.Where(call.Arguments.IsPassed).Select(name => $"{name}: ${name}").Concat(page));
        using var data = await call.AskAsync(
            $"{field}{(passed.Length == 0 ? "" : $"({passed})")} {{ {taken} {{ name kind texts numbers integers times ids }}{(followsPages ? " hasNextPage endCursor" : "")} }}",
            names, followsPages || after is not null ? [("next", "String", after?.DeepClone())] : []);
        var answer = data.RootElement.GetProperty("data").GetProperty(field);
        List<Column> columns = [.. answer.GetProperty(taken).EnumerateArray().Select(Read)];
        var hasMore = followsPages && answer.GetProperty("hasNextPage").GetBoolean();
        return (columns, hasMore ? JsonValue.Create(answer.GetProperty("endCursor").GetString()) : null);
    }

    private static Column Read(JsonElement column)
    {
        var kind = column.GetProperty("kind").GetString()!;
        return new Column(column.GetProperty("name").GetString()!, kind, [.. column.GetProperty(Kinds[kind].List).EnumerateArray().Select(Kinds[kind].Read)]);
    }

    private static void Add(ExportRows rows, List<Column> columns)
    {
        for (var row = 0; row < columns[0].Values.Length; row++)
        {
            rows.Add([.. columns.Select(column => column.Values[row])]);
        }
    }

    private sealed record Column(string Name, string Kind, object?[] Values);
}
