using System.Text.Json;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Oracle;

/// <summary>Makes a field's column from JSON values. A value that does not fit its type is an error of its row.</summary>
/// <param name="schema">The schema.</param>
/// <param name="field">The field, for messages.</param>
internal sealed class ValueColumns(Schema schema, FieldDefinition field)
{
    /// <summary>The column of a type.</summary>
    /// <param name="type">The field's type, or that of the items of its list.</param>
    /// <param name="values">One value for each row; null or undefined for null.</param>
    public Column Make(GraphQLType type, JsonElement[] values) => type.Nullable switch
    {
        ListType list => MakeList(list, values),
        ObjectType objectType => MakeObjects(values, _ => objectType, isAbstract: false),
        InterfaceType or UnionType => MakeObjects(values, value => TypeOf(value, type.Named), isAbstract: true),
        _ => LeafValues.MakeColumn(type.Named, values),
    };

    private ListColumn MakeList(ListType type, JsonElement[] values)
    {
        var offsets = new int[values.Length + 1];
        var nulls = new bool[values.Length];
        var items = new List<JsonElement>();
        Dictionary<int, GraphQLError>? errors = null;
        for (var row = 0; row < values.Length; row++)
        {
            nulls[row] = values[row].ValueKind != JsonValueKind.Array;
            if (!nulls[row])
            {
                items.AddRange(values[row].EnumerateArray());
            }
            else if (!IsNull(values[row]))
            {
                (errors ??= []).Add(row, new GraphQLError($"Expected Iterable, but did not find one for field \"{field}\".", ErrorCodes.Internal));
            }

            offsets[row + 1] = items.Count;
        }

        return new ListColumn(offsets, Make(type.ItemType, [.. items]), nulls) { Errors = errors };
    }

    private static Column MakeObjects(JsonElement[] values, Func<JsonElement, ObjectType> typeOf, bool isAbstract)
    {
        var groups = new List<(ObjectType Type, List<JsonElement> Objects)>();
        var batchOf = new int[values.Length];
        var rowOf = new int[values.Length];
        Dictionary<int, GraphQLError>? errors = null;
        for (var row = 0; row < values.Length; row++)
        {
            batchOf[row] = rowOf[row] = -1;
            try
            {
                if (!IsNull(values[row]))
                {
                    var type = typeOf(values[row]);
                    if (groups.FindIndex(group => group.Type == type) is var known && known < 0)
                    {
                        known = groups.Count;
                        groups.Add((type, []));
                    }

                    batchOf[row] = known;
                    rowOf[row] = groups[known].Objects.Count;
                    groups[known].Objects.Add(values[row]);
                }
            }
            catch (GraphQLException exception)
            {
                (errors ??= []).Add(row, exception.Error);
            }
        }

        ObjectBatch[] batches = [.. groups.Select(group => ObjectBatch.Of<JsonElement>(group.Type, [.. group.Objects]))];
        return isAbstract ? new AbstractColumn(batches, batchOf, rowOf) { Errors = errors }
            : batches.Length == 0 ? new NullColumn(values.Length)
            : new ObjectColumn(batches[0], rowOf);
    }

    private ObjectType TypeOf(JsonElement value, NamedType type)
    {
        if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty("__typename", out var given) || given.ValueKind != JsonValueKind.String)
        {
            throw Fault(
                $"Abstract type \"{type}\" must resolve to an Object type at runtime for field \"{field}\". Either the \"{type}\" type should provide a \"resolveType\" function or each possible type should provide an \"isTypeOf\" function.");
        }

        var name = given.GetString()!;
        return schema.Types.GetValueOrDefault(name) switch
        {
            null => throw Fault($"Abstract type \"{type}\" was resolved to a type \"{name}\" that does not exist inside the schema."),
            ObjectType found when schema.GetPossibleTypes(type).Contains(found) => found,
            ObjectType found => throw Fault($"Runtime Object type \"{found}\" is not a possible type for \"{type}\"."),
            var other => throw Fault($"Abstract type \"{type}\" was resolved to a non-object type \"{other}\"."),
        };
    }

    private static bool IsNull(JsonElement value) => value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    private static GraphQLException Fault(string message) => new(new GraphQLError(message, ErrorCodes.Internal));
}
