using System.Globalization;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>Section 3.5.1: Int. JSON numbers such as <c>1.0</c> and <c>1e3</c> are whole numbers too.</summary>
internal sealed class IntCoercion : LeafCoercion
{
    private const string NoInteger = "Int cannot represent non-integer value";
    private const string TooLarge = "Int cannot represent non 32-bit signed integer value";

    protected override bool TryRead(ValueNode literal, out object? value)
    {
        value = literal is IntValueNode integer && int.TryParse(integer.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
        return value is not null;
    }

    protected override bool TryRead(JsonElement json, out object? value)
    {
        value = json.ValueKind != JsonValueKind.Number ? null
            : json.TryGetInt32(out var number) ? number
            : json.GetDouble() is var real && double.IsInteger(real) && real is >= int.MinValue and <= int.MaxValue ? (int)real
            : null;
        return value is not null;
    }

    internal override bool TryReadJson(ref Utf8JsonReader reader, out object? value)
    {
        value = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number) ? number : null;
        return value is not null || base.TryReadJson(ref reader, out value);
    }

    internal override InputColumn NewColumn(InputValueDefinition field) => new InputColumn<int>(field, TryReadNumber);

    private static bool TryReadNumber(ref Utf8JsonReader reader, out int number)
    {
        number = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out number);
    }

    protected override string RefusalOf(ValueNode literal) => literal is IntValueNode ? TooLarge : NoInteger;

    protected override string RefusalOf(JsonElement json) => json.ValueKind == JsonValueKind.Number && double.IsInteger(json.GetDouble()) ? TooLarge : NoInteger;
}

/// <summary>Section 3.5.2: Float, finite.</summary>
internal sealed class FloatCoercion() : PlainCoercion("Float cannot represent non numeric value")
{
    protected override bool TryRead(ValueNode literal, out object? value)
    {
        value = DoubleCoercion.Number(literal);
        return value is not null;
    }

    protected override bool TryRead(JsonElement json, out object? value)
    {
        value = DoubleCoercion.Number(json);
        return value is not null;
    }

    internal override bool TryReadJson(ref Utf8JsonReader reader, out object? value)
    {
        value = DoubleCoercion.Number(ref reader);
        return value is not null;
    }

    internal override InputColumn NewColumn(InputValueDefinition field) => new InputColumn<double>(field, DoubleCoercion.TryReadNumber);
}

/// <summary>Double: any IEEE 754 number; those that JSON has no number for are the strings "NaN", "Infinity" and "-Infinity".</summary>
internal sealed class DoubleCoercion() : PlainCoercion("Double must be a finite number, \"NaN\", \"Infinity\" or \"-Infinity\", found")
{
    public static double? Number(ValueNode literal)
    {
        var text = literal switch { IntValueNode integer => integer.Value, FloatValueNode real => real.Value, _ => null };
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;
    }

    public static double? Number(JsonElement json) => json.ValueKind == JsonValueKind.Number && json.GetDouble() is var number && double.IsFinite(number) ? number : null;

    public static double? Number(ref Utf8JsonReader reader) => TryReadNumber(ref reader, out var number) ? number : null;

    public static bool TryReadNumber(ref Utf8JsonReader reader, out double number)
    {
        number = reader.TokenType == JsonTokenType.Number ? reader.GetDouble() : double.NaN;
        return double.IsFinite(number);
    }

    internal override bool TryReadJson(ref Utf8JsonReader reader, out object? value)
    {
        value = reader.TokenType == JsonTokenType.String ? Named(reader.GetString()!) : Number(ref reader);
        return value is not null;
    }

    internal override InputColumn NewColumn(InputValueDefinition field) => new InputColumn<double>(field, TryReadNumber);

    protected override bool TryRead(ValueNode literal, out object? value)
    {
        value = literal is StringValueNode text ? Named(text.Value) : Number(literal);
        return value is not null;
    }

    protected override bool TryRead(JsonElement json, out object? value)
    {
        value = json.ValueKind == JsonValueKind.String ? Named(json.GetString()!) : Number(json);
        return value is not null;
    }

    private static double? Named(string text) => text switch
    {
        "NaN" => double.NaN,
        "Infinity" => double.PositiveInfinity,
        "-Infinity" => double.NegativeInfinity,
        _ => null,
    };
}

/// <summary>Long: a whole number of 64 bits, as a number, or as a string of digits by clients whose numbers are doubles.</summary>
internal sealed class LongCoercion() : PlainCoercion("Long cannot represent non 64-bit signed integer value")
{
    protected override bool TryRead(ValueNode literal, out object? value)
    {
        value = Parse(literal switch { IntValueNode integer => integer.Value, StringValueNode text => text.Value, _ => null });
        return value is not null;
    }

    protected override bool TryRead(JsonElement json, out object? value)
    {
        value = json.ValueKind switch
        {
            JsonValueKind.Number when json.TryGetInt64(out var number) => number,
            // 2^53 and below: a double holds the whole number exactly.
            JsonValueKind.Number when json.GetDouble() is var real && double.IsInteger(real) && Math.Abs(real) <= 1L << 53 => (long)real,
            JsonValueKind.String => Parse(json.GetString()),
            _ => null,
        };
        return value is not null;
    }

    internal override bool TryReadJson(ref Utf8JsonReader reader, out object? value)
    {
        value = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number) ? number : null;
        return value is not null || base.TryReadJson(ref reader, out value);
    }

    internal override InputColumn NewColumn(InputValueDefinition field) => new InputColumn<long>(field, TryReadNumber);

    private static bool TryReadNumber(ref Utf8JsonReader reader, out long number)
    {
        number = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out number);
    }

    private static long? Parse(string? text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
