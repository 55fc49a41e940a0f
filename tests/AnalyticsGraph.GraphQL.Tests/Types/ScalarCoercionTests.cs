using System.Globalization;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Tests.Types;

public sealed class ScalarCoercionTests
{
    [Theory]
    [InlineData("Int", "-2147483648", "-2147483648", "-2147483648")]
    [InlineData("Float", "1", "1", "1")]
    [InlineData("Float", "1.5e3", "1.5e3", "1500")]
    [InlineData("String", "\"a\"", "\"a\"", "a")]
    [InlineData("Boolean", "true", "true", "True")]
    [InlineData("ID", "\"x\"", "\"x\"", "x")]
    [InlineData("ID", "12345678901234567890", "\"12345678901234567890\"", "12345678901234567890")]
    [InlineData("Long", "9223372036854775807", "9223372036854775807", "9223372036854775807")]
    [InlineData("Long", "\"-5\"", "\"-5\"", "-5")]
    [InlineData("Double", "\"NaN\"", "\"NaN\"", "NaN")]
    [InlineData("Double", "\"-Infinity\"", "\"-Infinity\"", "-Infinity")]
    [InlineData("Double", "-0.5", "-0.5", "-0.5")]
    [InlineData("DateTime", "\"2026-01-31T23:30:00-01:00\"", "\"2026-01-31T23:30:00-01:00\"", "2026-02-01T00:30:00.0000000+00:00")]
    [InlineData("DateTime", "\"2026-01-31t12:00:00.123456789z\"", "\"2026-01-31t12:00:00.123456789z\"", "2026-01-31T12:00:00.1234567+00:00")]
    [InlineData("DateTime", "\"2016-12-31T23:59:60Z\"", "\"2016-12-31T23:59:60Z\"", "2017-01-01T00:00:00.0000000+00:00")]
    [InlineData("Duration", "\"P1W2DT3H4M5.5S\"", "\"P1W2DT3H4M5.5S\"", "9.03:04:05.5000000")]
    [InlineData("Duration", "\"-PT0,25S\"", "\"-PT0,25S\"", "-00:00:00.2500000")]
    [InlineData("JSON", "{a: [1, 2.50, \"s\", E, true, null, {b: \"é\"}]}", "{\"a\":[1,2.50,\"s\",\"E\",true,null,{\"b\":\"\\u00E9\"}]}", "{\"a\":[1,2.50,\"s\",\"E\",true,null,{\"b\":\"\\u00E9\"}]}")]
    public void TryCoerce_Should_YieldTheInternalValue_When_InputFits(string scalar, string literal, string json, string expected)
    {
        Assert.True(ScalarCoercions.All[scalar].TryCoerceLiteral(Utf8Parser.ParseValue(literal), null, out var fromLiteral, out var literalError), literalError);
        Assert.True(ScalarCoercions.All[scalar].TryCoerceJson(Json(json), out var fromJson, out var jsonError), jsonError);

        Assert.Equal((expected, expected), (Show(fromLiteral), Show(fromJson)));
    }

    [Theory]
    [InlineData("Int", "1.0", "Int cannot represent non-integer value: 1.0")]
    [InlineData("Int", "2147483648", "Int cannot represent non 32-bit signed integer value: 2147483648")]
    [InlineData("Int", "\"1\"", "Int cannot represent non-integer value: \"1\"")]
    [InlineData("Float", "\"1\"", "Float cannot represent non numeric value: \"1\"")]
    [InlineData("Float", "1e999", "Float cannot represent non numeric value: 1e999")]
    [InlineData("String", "1", "String cannot represent a non string value: 1")]
    [InlineData("String", "ENUM", "String cannot represent a non string value: ENUM")]
    [InlineData("Boolean", "1", "Boolean cannot represent a non boolean value: 1")]
    [InlineData("ID", "1.5", "ID cannot represent a non-string and non-integer value: 1.5")]
    [InlineData("Long", "9223372036854775808", "Long cannot represent non 64-bit signed integer value: 9223372036854775808")]
    [InlineData("Double", "\"nan\"", "Double must be a finite number, \"NaN\", \"Infinity\" or \"-Infinity\", found: \"nan\"")]
    [InlineData("DateTime", "\"2026-01-31 12:00:00Z\"", "DateTime must be an RFC 3339 string such as \"2026-01-31T12:00:00.5Z\", found: \"2026-01-31 12:00:00Z\"")]
    [InlineData("DateTime", "\"2026-02-30T12:00:00Z\"", "DateTime must be an RFC 3339 string")]
    [InlineData("DateTime", "\"2026-01-31T12:00:00\"", "DateTime must be an RFC 3339 string")]
    [InlineData("DateTime", "\"0001-01-01T00:00:00+01:00\"", "DateTime must be an RFC 3339 string")]
    [InlineData("DateTime", "\"2026-01-31T12:00:00Z\\n\"", "DateTime must be an RFC 3339 string")]
    [InlineData("Duration", "\"P1Y\"", "Duration must be an ISO 8601 string")]
    [InlineData("Duration", "\"P\"", "Duration must be an ISO 8601 string")]
    [InlineData("Duration", "\"P1DT\"", "Duration must be an ISO 8601 string")]
    [InlineData("Duration", "\"P99999999999999999999999999999999D\"", "Duration must be an ISO 8601 string")]
    [InlineData("Duration", "\"P15250284452471W\"", "Duration must be an ISO 8601 string")]
    public void TryCoerceLiteral_Should_SayWhatIsWrong_When_LiteralDoesNotFit(string scalar, string literal, string message)
    {
        Assert.False(ScalarCoercions.All[scalar].TryCoerceLiteral(Utf8Parser.ParseValue(literal), null, out _, out var error));
        Assert.StartsWith(message, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Int", "1.5", "Int cannot represent non-integer value: 1.5")]
    [InlineData("Int", "1e10", "Int cannot represent non 32-bit signed integer value: 1e10")]
    [InlineData("Float", "1e999", "Float cannot represent non numeric value: 1e999")]
    [InlineData("String", "[\"a\"]", "String cannot represent a non string value: [\"a\"]")]
    [InlineData("ID", "1.5", "ID cannot represent value: 1.5")]
    [InlineData("Long", "1e300", "Long cannot represent non 64-bit signed integer value: 1e300")]
    [InlineData("DateTime", "1738324800", "DateTime must be an RFC 3339 string")]
    public void TryCoerceJson_Should_SayWhatIsWrong_When_ValueDoesNotFit(string scalar, string json, string message)
    {
        Assert.False(ScalarCoercions.All[scalar].TryCoerceJson(Json(json), out _, out var error));
        Assert.StartsWith(message, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Int", "1.0", "1")]
    [InlineData("Int", "1e3", "1000")]
    [InlineData("ID", "7", "7")]
    [InlineData("ID", "1e3", "1000")]
    [InlineData("ID", "-12345678901234567890", "-12345678901234567890")]
    [InlineData("ID", "-0", "0")]
    [InlineData("Long", "1e3", "1000")]
    public void TryCoerceJson_Should_TakeWholeNumbers_When_TheyAreWrittenOtherwise(string scalar, string json, string expected)
    {
        Assert.True(ScalarCoercions.All[scalar].TryCoerceJson(Json(json), out var value, out _));
        Assert.Equal(expected, Show(value));
    }

    [Fact]
    public void TryCoerceLiteral_Should_FillVariablesIn_When_ScalarIsJson()
    {
        var variables = new Dictionary<string, object?> { ["list"] = new object?[] { 1, 2.5, "x", null, true, long.MaxValue, double.NaN }, ["json"] = Json("{\"deep\":1}") };

        Assert.True(ScalarCoercions.All["JSON"].TryCoerceLiteral(Utf8Parser.ParseValue("{a: $list, b: $json, c: $absent, d: [$absent]}"), variables, out var value, out _));

        Assert.Equal("""{"a":[1,2.5,"x",null,true,9223372036854775807,"NaN"],"b":{"deep":1},"d":[null]}""", Show(value));
    }

    private static JsonElement Json(string json) => JsonDocument.Parse(json).RootElement;

    private static string? Show(object? value) => value switch
    {
        DateTimeOffset time => time.ToString("O", CultureInfo.InvariantCulture),
        JsonElement json => json.GetRawText(),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };
}
