using System.Collections.Immutable;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Tests.Validation.Differential;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Tests.Validation.Coercion;

public sealed class ValueCoercionTests
{
    private static readonly Schema Schema = DifferentialSchemas.Build(DifferentialSchemas.Rich);
    private static readonly NamedType Filter = Schema.Types["Filter"];
    private static readonly NamedType Key = Schema.Types["Key"];
    private static readonly ListType Ints = new(Schema.Types["Int"]);

    [Fact]
    public void TryCoerceLiteral_Should_FillInDefaultsInOrderOfDefinition_When_FieldsAreLeftOut()
    {
        var value = Literal("{ range: { to: 2, from: 1 }, name: \"n\" }", Filter);

        var filter = Assert.IsType<ArgumentValues>(value);
        Assert.Equal(["name", "size", "range"], Names(filter));
        Assert.Equal(3, filter.Get<int>("size"));
        var range = Assert.IsType<ArgumentValues>(filter.Get<object>("range"));
        Assert.Equal([new("from", 1.0), new("to", 2.0), new("closed", true)], range.Values.ToArray());
    }

    [Fact]
    public void TryCoerceJson_Should_GiveTheSameAsALiteral_When_TheValueIsTheSame()
    {
        var filter = Assert.IsType<ArgumentValues>(FromJson("""{ "colors": ["RED", "BLUE"], "size": null }""", Filter));

        Assert.Equal(["size", "colors"], Names(filter));
        Assert.True(filter.TryGet("size", out var size) && size is null);
        Assert.Equal(new object?[] { "RED", "BLUE" }, filter.Get<object[]>("colors"));
    }

    [Theory]
    [InlineData("1", new object[] { 1 })]
    [InlineData("[1, 2]", new object[] { 1, 2 })]
    [InlineData("[]", new object[0])]
    public void TryCoerceLiteral_Should_MakeAList_When_OneValueOrSeveralAreGiven(string literal, object[] expected)
    {
        Assert.Equal(expected, Literal(literal, Ints));
        Assert.Equal(expected, FromJson(literal, Ints));
    }

    [Fact]
    public void TryCoerceLiteral_Should_WrapOnlyOnce_When_AListOfListsGetsAList()
    {
        var lists = new ListType(Ints);

        Assert.Equal(new object?[] { new object?[] { 1 } }, Literal("1", lists));
        Assert.Equal(new object?[] { new object?[] { 1 }, new object?[] { 2 }, null }, Literal("[1, [2], null]", lists));
    }

    [Fact]
    public void TryCoerceLiteral_Should_LeaveFieldsOut_When_TheirVariablesHaveNoValue()
    {
        var filter = Assert.IsType<ArgumentValues>(Literal("{ name: $absent, size: $absent, range: $given }", Filter, new() { ["given"] = ArgumentValues.Empty }));

        Assert.Equal(["size", "range"], Names(filter));
        Assert.Equal(3, filter.Get<int>("size"));
        Assert.Same(ArgumentValues.Empty, filter.Get<object>("range"));
    }

    [Fact]
    public void TryCoerceLiteral_Should_ReadNull_When_AVariableInAListHasNoValue()
        => Assert.Equal(new object?[] { 1, null, 5 }, Literal("[1, $absent, $five]", Ints, new() { ["five"] = 5 }));

    [Theory]
    [InlineData("{ from: 1, to: $absent }", "Expected variable \"$absent\" provided to type \"Float!\" to provide a runtime value.", "to")]
    [InlineData("{ from: $null, to: 2 }", "Expected variable \"$null\" provided to non-null type \"Float!\" not to be null.", "from")]
    [InlineData("{ from: null, to: 2 }", "Expected value of non-null type \"Float!\" not to be null.", "from")]
    public void TryCoerceLiteral_Should_TellTheField_When_ItMayNotBeNull(string literal, string message, string field)
    {
        var error = Assert.Single(Errors(literal, Schema.Types["Range"], new() { ["null"] = null }));

        Assert.Equal(message, error.Message);
        Assert.Equal<object>([field], error.Path);
    }

    [Theory]
    [InlineData("{ id: $absent }", "Expected variable \"$absent\" provided to field \"id\" for OneOf Input Object type \"Key\" to provide a runtime value.")]
    [InlineData("{ id: $null }", "Expected variable \"$null\" provided to field \"id\" for OneOf Input Object type \"Key\" not to be null.")]
    [InlineData("{ id: 1, name: $absent }", "Expected variable \"$absent\" provided to field \"name\" for OneOf Input Object type \"Key\" to provide a runtime value.", "Within OneOf Input Object type \"Key\", exactly one field must be specified, and the value for that field must be non-null.")]
    [InlineData("{}", "Within OneOf Input Object type \"Key\", exactly one field must be specified, and the value for that field must be non-null.")]
    [InlineData("{ name: null }", "Within OneOf Input Object type \"Key\", exactly one field must be specified, and the value for that field must be non-null.")]
    public void TryCoerceLiteral_Should_Refuse_When_AOneOfHasNotExactlyOneValue(string literal, params string[] messages)
        => Assert.Equal(messages, Errors(literal, Key, new() { ["null"] = null }).Select(error => error.Message));

    [Fact]
    public void TryCoerceLiteral_Should_TellAllErrorsWithTheirPaths_When_SeveralAreWrong()
    {
        var errors = Errors("{ and: [{ size: 1 }, { siz: 2, range: { from: \"x\" } }], colors: [RED, GREN] }", Filter, []);

        Assert.Equal(
            [
                " at .colors[1]: Value \"GREN\" does not exist in \"Color\" enum. Did you mean the enum value \"GREEN\" or \"RED\"?",
                " at .and[1].range.from: Float cannot represent non numeric value: \"x\"",
                " at .and[1].range: Expected value of type \"Range\" to include required field \"to\", found: { from: \"x\" }.",
                " at .and[1]: Expected value of type \"Filter\" not to include unknown field \"siz\". Did you mean \"size\"? Found: { siz: 2, range: { from: \"x\" } }.",
            ],
            errors.Select(error => $"{error.PathText}: {error.Message}"));
        Assert.All(errors, error => Assert.NotNull(error.Node));
    }

    [Fact]
    public void TryCoerceJson_Should_StopAtTheLimit_When_AListIsFullOfErrors()
    {
        var json = JsonDocument.Parse($"[{string.Join(',', Enumerable.Repeat("\"x\"", 10_000))}]").RootElement;

        Assert.False(ValueCoercion.TryCoerceJson(json, Ints, out _, out var errors, errorLimit: 7));
        Assert.Equal(7, errors.Length);
    }

    private static string[] Names(ArgumentValues values) => [.. values.Values.ToArray().Select(pair => pair.Key)];

    private static object? Literal(string literal, GraphQLType type, Dictionary<string, object?>? variables = null)
    {
        Assert.True(ValueCoercion.TryCoerceLiteral(Utf8Parser.ParseValue(literal), type, variables ?? [], out var value, out var errors), string.Join('\n', errors));
        return value;
    }

    private static object? FromJson(string json, GraphQLType type)
    {
        Assert.True(ValueCoercion.TryCoerceJson(JsonDocument.Parse(json).RootElement, type, out var value, out var errors), string.Join('\n', errors));
        return value;
    }

    private static ImmutableArray<InputError> Errors(string literal, GraphQLType type, Dictionary<string, object?> variables)
    {
        Assert.False(ValueCoercion.TryCoerceLiteral(Utf8Parser.ParseValue(literal), type, variables, out var value, out var errors));
        Assert.Null(value);
        return errors;
    }
}
