using System.Text.Json;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Server.Tests.Running;

namespace AnalyticsGraph.Server.Tests.Entities;

/// <summary>Makes valid records of any type that can be written, with the records they need, from what the SDL says alone.</summary>
internal sealed class EntityScene(InProcessServer server)
{
    public const string Errors = "errors { __typename ... on UserError { message path ... on VersionConflictError { present } ... on NameTakenError { existingId } ... on InUseError { by count } } }";

    private readonly Dictionary<string, string> _shared = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WritableModel> _entities = server.Graph.Model.Mutations.Select(mutation => mutation.Entity).Distinct()
        .ToDictionary(entity => entity.Table.TypeName, StringComparer.Ordinal);

    public WritableModel Entity(string type) => _entities[type];

    public static string FieldOf(string type) => char.ToLowerInvariant(type[0]) + type[1..];

    /// <summary>Calls a mutation.</summary>
    /// <returns>The payload.</returns>
    public async Task<JsonElement> CallAsync(string kind, string type, object input, string selection = "rowVersion lifecycleStage")
    {
        var mutation = kind + type;
        return (await server.RunAsync(
            $"mutation ($input: {char.ToUpperInvariant(mutation[0])}{mutation[1..]}Input!) {{ {mutation}(input: $input) {{ {FieldOf(type)} {{ {selection} }} {Errors} }} }}", new { input })).GetProperty(mutation);
    }

    /// <summary>Calls a mutation that must succeed.</summary>
    /// <returns>The entity.</returns>
    public async Task<JsonElement> DoAsync(string kind, string type, object input, string selection = "rowVersion lifecycleStage")
    {
        var payload = await CallAsync(kind, type, input, selection);
        Assert.Equal("[]", payload.GetProperty("errors").GetRawText());
        return payload.GetProperty(FieldOf(type));
    }

    /// <summary>Creates a record.</summary>
    /// <returns>The id that changes name it by: its own, or that of the record it is part of.</returns>
    public async Task<string> CreateAsync(string type, Dictionary<string, object?>? input = null)
    {
        var entity = Entity(type);
        input ??= await InputAsync(entity, withOptional: false);
        var created = await DoAsync("create", type, input, entity.IsPart ? "rowVersion" : "id");
        return entity.IsPart ? (string)input[entity.KeyInput]! : created.GetProperty("id").GetString()!;
    }

    /// <summary>A record of the type for this test, made when first wanted.</summary>
    public async Task<string> ShareAsync(string type)
    {
        if (!_shared.TryGetValue(type, out var id))
        {
            _shared[type] = id = await CreateAsync(type);
        }

        return id;
    }

    /// <summary>A valid input of <c>createX</c>.</summary>
    public async Task<Dictionary<string, object?>> InputAsync(WritableModel entity, bool withOptional)
    {
        var input = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var field in entity.Create.Where(field => field.IsRequired || withOptional))
        {
            switch (field)
            {
                // A part has its own owner; others share theirs, so that what belongs together does.
                case WritableReference reference when entity.IsPart && reference.Input == entity.KeyInput:
                    input[field.Input] = await CreateAsync(reference.Relation.Target.TypeName);
                    break;
                case WritableReference reference when reference.Relation.Target != entity.Table:
                    input[field.Input] = await ShareAsync(reference.Relation.Target.TypeName);
                    break;
                case WritablePairs:
                    input[field.Input] = new[] { new { key = "some key", value = "some value" }, new { key = "another", value = "" } };
                    break;
                case WritableColumn column:
                    input[field.Input] = ValueOf(column);
                    break;
            }
        }

        return input;
    }

    /// <summary>A valid value, another one with each call where there are so many.</summary>
    public static object? ValueOf(WritableColumn column)
    {
        var token = Guid.NewGuid().ToString("n");
        return column.Kind switch
        {
            ScalarKind.String when !column.Check.In.IsEmpty => column.Check.In[token[0] % column.Check.In.Length],
            ScalarKind.String => $"{token} ünï \" ' \\ {column.Input}"[..Math.Min(column.Check.Length!.Value, 36)],
            ScalarKind.Enum => column.Enum!.Values[token[0] % (column.Enum.Values.Length - 1)],
            // What ends, ends after it began.
            ScalarKind.DateTime => $"2{(column.Input == "endTime" ? 1 : 0)}{token.Sum(letter => letter) % 90 + 10}-02-03T04:05:06.789Z",
            ScalarKind.Json when column.Check.Shape == DocumentShape.Array => new object?[] { new { of = token, n = 1.5 }, null },
            ScalarKind.Json => new Dictionary<string, object?> { ["of"] = token, ["n"] = 1e3, ["list"] = new[] { 1, 2 } },
            ScalarKind.Boolean => token[0] % 2 == 0,
            ScalarKind.Int or ScalarKind.Long or ScalarKind.Double => Math.Max(column.Check.Min ?? 0, 0) + (token[0] % 7),
            var other => throw new NotSupportedException($"No value is made for {other} yet: say here which are valid."),
        };
    }

    /// <summary>What reads a column's value back.</summary>
    public static string SelectionOf(WritableModel entity, WritableColumn column) =>
        entity.Table.Fields[column.Input] is EmbeddedField embedded ? $"{column.Input} {{ {embedded.Target.FieldList.OfType<JsonField>().First(field => field.Path.IsEmpty).Name} }}" : column.Input;

    /// <summary>Compares what was given with what is read.</summary>
    public static void AssertEqual(WritableColumn column, object? given, JsonElement read)
    {
        var expected = JsonSerializer.SerializeToElement(given);
        if (read.ValueKind == JsonValueKind.Object && column.Kind == ScalarKind.Json && read.TryGetProperty("document", out var document))
        {
            read = document;
        }

        Assert.True(
            column.Kind == ScalarKind.DateTime ? expected.GetDateTimeOffset() == read.GetDateTimeOffset()
                : column.Kind is ScalarKind.Int or ScalarKind.Long or ScalarKind.Double ? expected.GetDouble() == read.GetDouble()
                : JsonElement.DeepEquals(expected, read),
            $"{column.Input}: {expected} was given, {read} is read.");
    }
}
