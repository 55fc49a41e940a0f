using System.Buffers;
using System.Globalization;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>Section 3.5.3: String.</summary>
internal sealed class StringCoercion() : PlainCoercion("String cannot represent a non string value")
{
    protected override bool TryRead(ValueNode literal, out object? value)
    {
        value = (literal as StringValueNode)?.Value;
        return value is not null;
    }

    protected override bool TryRead(JsonElement json, out object? value)
    {
        value = json.ValueKind == JsonValueKind.String ? json.GetString() : null;
        return value is not null;
    }

    internal override bool TryReadJson(ref Utf8JsonReader reader, out object? value)
    {
        value = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        return value is not null;
    }

    internal override InputColumn NewColumn(InputValueDefinition field) => new InputColumn<string>(field, new RepeatedTexts().TryRead);
}

/// <summary>Section 3.5.4: Boolean.</summary>
internal sealed class BooleanCoercion() : PlainCoercion("Boolean cannot represent a non boolean value")
{
    protected override bool TryRead(ValueNode literal, out object? value)
    {
        value = (literal as BooleanValueNode)?.Value;
        return value is not null;
    }

    protected override bool TryRead(JsonElement json, out object? value)
    {
        value = json.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null };
        return value is not null;
    }

    internal override bool TryReadJson(ref Utf8JsonReader reader, out object? value)
    {
        value = reader.TokenType switch { JsonTokenType.True => true, JsonTokenType.False => false, _ => null };
        return value is not null;
    }

    internal override InputColumn NewColumn(InputValueDefinition field) => new InputColumn<bool>(field, TryReadTruth);

    private static bool TryReadTruth(ref Utf8JsonReader reader, out bool truth)
    {
        truth = reader.TokenType == JsonTokenType.True;
        return reader.TokenType is JsonTokenType.True or JsonTokenType.False;
    }
}

/// <summary>Section 3.5.5: ID, from strings and whole numbers.</summary>
internal sealed class IdCoercion : LeafCoercion
{
    private static readonly SearchValues<char> Integral = SearchValues.Create("-0123456789");

    protected override bool TryRead(ValueNode literal, out object? value)
    {
        value = literal switch { StringValueNode text => text.Value, IntValueNode integer => integer.Value, _ => null };
        return value is not null;
    }

    protected override bool TryRead(JsonElement json, out object? value)
    {
        value = json.ValueKind switch
        {
            JsonValueKind.String => json.GetString(),
            JsonValueKind.Number when json.GetRawText() is var digits && !digits.AsSpan().ContainsAnyExcept(Integral) => digits == "-0" ? "0" : digits,
            JsonValueKind.Number when json.GetDouble() is var real && double.IsInteger(real) && Math.Abs(real) <= 1L << 53 => real.ToString("F0", CultureInfo.InvariantCulture),
            _ => null,
        };
        return value is not null;
    }

    internal override bool TryReadJson(ref Utf8JsonReader reader, out object? value)
    {
        value = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        return value is not null || base.TryReadJson(ref reader, out value);
    }

    internal override InputColumn NewColumn(InputValueDefinition field) => new InputColumn<string>(field, new RepeatedTexts().TryRead);

    protected override string RefusalOf(ValueNode literal) => "ID cannot represent a non-string and non-integer value";

    protected override string RefusalOf(JsonElement json) => "ID cannot represent value";
}
