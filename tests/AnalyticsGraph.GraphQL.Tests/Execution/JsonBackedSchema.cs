using System.Text.Json;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Tests.Execution;

/// <summary>Resolves every field from the property of the same name of a JSON value, as the default resolver of graphql-js does.</summary>
internal static class JsonBackedSchema
{
    private static readonly GraphQLError BadLeaf = new("The value does not fit the type.", ErrorCodes.Internal);

    public static void BindAll(Schema schema, SchemaBindings bindings, Func<JsonElement> root)
    {
        foreach (var type in schema.Types.Values.OfType<ObjectType>().Where(type => !type.Name.StartsWith("__", StringComparison.Ordinal)))
        {
            foreach (var field in type.Fields.Values)
            {
                bindings.Bind(type.Name, field.Name, FieldResolver.FromBatch((parents, _) =>
                {
                    var sources = ReferenceEquals(type, schema.Query) && parents.Source is not JsonElement[]? [root()] : (JsonElement[])parents.Source;
                    return ValueTask.FromResult(Build(field.Type, [.. sources.Select(source => Get(source, field.Name))], schema));
                }));
            }
        }
    }

    private static JsonElement Get(JsonElement source, string name) => source.TryGetProperty(name, out var value) ? value : default;

    private static bool IsNull(JsonElement value) => value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    private static Column Build(GraphQLType type, JsonElement[] values, Schema schema) => type.Nullable switch
    {
        ListType list => BuildList(list, values, schema),
        ObjectType objectType => BuildObjects(objectType, values),
        InterfaceType or UnionType => BuildAbstract(values, schema),
        var leaf => BuildLeaves(leaf.Named, values),
    };

    private static ListColumn BuildList(ListType type, JsonElement[] values, Schema schema)
    {
        var offsets = new int[values.Length + 1];
        var items = new List<JsonElement>();
        for (var i = 0; i < values.Length; i++)
        {
            items.AddRange(IsNull(values[i]) ? [] : values[i].EnumerateArray());
            offsets[i + 1] = items.Count;
        }

        return new ListColumn(offsets, Build(type.ItemType, [.. items], schema), values.Any(IsNull) ? [.. values.Select(IsNull)] : null);
    }

    private static ObjectColumn BuildObjects(ObjectType type, JsonElement[] values)
    {
        var objects = values.Where(value => !IsNull(value)).ToArray();
        if (objects.Length == values.Length)
        {
            return new ObjectColumn(ObjectBatch.Of(type, objects));
        }

        var next = 0;
        return new ObjectColumn(ObjectBatch.Of(type, objects), [.. values.Select(value => IsNull(value) ? -1 : next++)]);
    }

    private static AbstractColumn BuildAbstract(JsonElement[] values, Schema schema)
    {
        var names = values.Where(value => !IsNull(value)).Select(value => value.GetProperty("__typename").GetString()!).Distinct().ToList();
        var batchOf = values.Select(value => IsNull(value) ? -1 : names.IndexOf(value.GetProperty("__typename").GetString()!)).ToArray();
        var counts = new int[names.Count];
        var rowOf = batchOf.Select(batch => batch < 0 ? 0 : counts[batch]++).ToArray();
        return new AbstractColumn([.. names.Select((name, index) => ObjectBatch.Of((ObjectType)schema.Types[name], Of(index)))], batchOf, rowOf);

        JsonElement[] Of(int batch) => [.. values.Where((_, row) => batchOf[row] == batch)];
    }

    // An object where a leaf belongs is what graphql-js cannot serialize: an error of that row.
    private static Column BuildLeaves(NamedType type, JsonElement[] values)
    {
        var errors = values.Select((value, row) => (value, row)).Where(pair => pair.value.ValueKind == JsonValueKind.Object)
            .ToDictionary(pair => pair.row, _ => BadLeaf);
        var found = errors.Count == 0 ? null : errors;
        var nulls = values.Any(IsNull) ? values.Select(IsNull).ToArray() : null;
        return type.Name switch
        {
            "Int" => new Int32Column([.. values.Select(value => value.ValueKind == JsonValueKind.Number ? value.GetInt32() : 0)], nulls) { Errors = found },
            "Float" => new DoubleColumn([.. values.Select(value => value.ValueKind == JsonValueKind.Number ? value.GetDouble() : 0)], nulls) { Errors = found },
            "Boolean" => new BooleanColumn([.. values.Select(value => value.ValueKind == JsonValueKind.True)], nulls) { Errors = found },
            _ => new StringColumn([.. values.Select(value => value.ValueKind == JsonValueKind.String ? value.GetString() : null)]) { Errors = found },
        };
    }
}
