using System.Text.Json;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.GraphQL.Validation;

namespace AnalyticsGraph.GraphQL.Oracle;

/// <summary>Section 3.5, result coercion, as graphql-js does it: booleans and texts of digits are numbers where a number is expected, and so on. Scalars that nobody describes are written as they are.</summary>
internal static class LeafValues
{
    /// <summary>The column of a scalar or enum.</summary>
    public static Column MakeColumn(NamedType type, JsonElement[] values)
    {
        var nulls = new bool[values.Length];
        Dictionary<int, GraphQLError>? errors = null;
        var results = new object?[values.Length];
        for (var row = 0; row < values.Length; row++)
        {
            nulls[row] = true;
            if (values[row].ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined))
            {
                var (result, fault) = Coerce(type, values[row]);
                (results[row], nulls[row]) = (result, result is null);
                if (result is null)
                {
                    (errors ??= []).Add(row, new GraphQLError($"{fault}: {JsonText.Inspect(values[row])}", ErrorCodes.Internal));
                }
            }
        }

        return type.Name switch
        {
            "Int" => new Int32Column(Array.ConvertAll(results, result => result as int? ?? 0), nulls) { Errors = errors },
            "Float" => new DoubleColumn(Array.ConvertAll(results, result => result as double? ?? 0), nulls) { Errors = errors },
            "Boolean" => new BooleanColumn(Array.ConvertAll(results, result => result is true), nulls) { Errors = errors },
            "String" or "ID" => new StringColumn(Array.ConvertAll(results, result => (string?)result)) { Errors = errors },
            _ when type is EnumType => new StringColumn(Array.ConvertAll(results, result => (string?)result)) { Errors = errors },
            _ => new JsonColumn(values, nulls) { Errors = errors },
        };
    }

    private static (object? Result, string Fault) Coerce(NamedType type, JsonElement value) => type switch
    {
        EnumType enumType => (value.ValueKind == JsonValueKind.String && enumType.Values.ContainsKey(value.GetString()!) ? value.GetString() : null, $"Enum \"{type}\" cannot represent value"),
        { Name: "Int" } => ToInt(value),
        { Name: "Float" } => (ToNumber(value), "Float cannot represent non numeric value"),
        { Name: "Boolean" } => (ToBoolean(value), "Boolean cannot represent a non boolean value"),
        { Name: "String" } => (ToText(value), "String cannot represent value"),
        { Name: "ID" } => (value.ValueKind == JsonValueKind.Number && !double.IsInteger(value.GetDouble()) || value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : ToText(value), "ID cannot represent value"),
        _ => (value, ""),
    };

    private static (object? Result, string Fault) ToInt(JsonElement value) => ToNumber(value) switch
    {
        { } number when !double.IsInteger(number) => (null, "Int cannot represent non-integer value"),
        null => (null, "Int cannot represent non-integer value"),
        < int.MinValue or > int.MaxValue => (null, "Int cannot represent non 32-bit signed integer value"),
        { } number => ((int)number, ""),
    };

    private static double? ToNumber(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => 1,
        JsonValueKind.False => 0,
        JsonValueKind.Number when double.IsFinite(value.GetDouble()) => value.GetDouble(),
        JsonValueKind.String when value.GetString() is { Length: > 0 } text => JavaScriptNumber.Parse(text),
        _ => null,
    };

    private static bool? ToBoolean(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number when double.IsFinite(value.GetDouble()) => value.GetDouble() != 0,
        _ => null,
    };

    private static string? ToText(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Number when value.GetDouble() is var number && double.IsFinite(number) => JavaScriptNumber.Format(number),
        _ => null,
    };
}
