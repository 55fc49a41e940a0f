using System.Text.Json;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Tests.Validation.Differential;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Tests.Validation.Coercion;

public sealed class VariableCoercionTests
{
    private static readonly Schema Schema = DifferentialSchemas.Build(DifferentialSchemas.Rich);

    [Fact]
    public void Coerce_Should_TellAbsentFromNullAndDefault_When_VariablesAreOptional()
    {
        var coerced = Coerce("query ($absent: Int, $null: Int, $default: Int = 5, $overridden: Int = 5, $nulled: Int = 5) { x }", """{ "null": null, "overridden": 6, "nulled": null, "other": 1 }""");

        Assert.True(coerced.IsValid);
        Assert.Equal(
            new Dictionary<string, object?> { ["null"] = null, ["default"] = 5, ["overridden"] = 6, ["nulled"] = null },
            coerced.Values);
    }

    [Theory]
    [InlineData("""{ "key": { "id": "7" } }""")]
    [InlineData("""{ "key": { "id": 7 } }""")]
    [InlineData("""{ "key": { "name": "n" }, "key": { "id": "7" } }""")]
    [InlineData("""{ "key": { "id": "6", "id": "7" } }""")]
    [InlineData("""{ "\u006bey": { "\u0069d": "\u0037" } }""")]
    [InlineData("""{ "other": { "id": [null] }, "key": { "id": "7" } }""")]
    public void Coerce_Should_ReadTheSame_However_ItIsWritten(string json)
    {
        var coerced = Coerce("query ($key: Key!) { x }", json);

        Assert.Equal("7", Assert.IsType<ArgumentValues>(coerced.Values["key"]).Get<string>("id"));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(200)]
    public void Coerce_Should_FindEach_When_VariablesAreMany(int count)
    {
        var names = Enumerable.Range(0, count).Select(i => $"v{i}").ToList();

        var coerced = Coerce($"query ({string.Join(' ', names.Select(name => $"${name}: Int"))}) {{ x }}", $$"""{ "v3": 0, {{string.Join(", ", names.Skip(1).Select((name, i) => $"\"{name}\": {i}"))}} }""");

        Assert.Equal(names.Skip(1).Select((name, i) => KeyValuePair.Create(name, (object?)i)), coerced.Values);
    }

    [Fact]
    public void Coerce_Should_TellAllErrorsAtTheirDefinitions_When_SeveralVariablesAreWrong()
    {
        var coerced = Coerce("query ($a: Int!,\n  $b: Color, $c: Filter) { x }", """{ "b": "BLU", "c": { "and": [{ "size": true }] } }""");

        Assert.Equal(
            [
                "Variable \"$a\" has invalid value: Expected a value of non-null type \"Int!\" to be provided. @ 1:8",
                "Variable \"$b\" has invalid value: Value \"BLU\" does not exist in \"Color\" enum. Did you mean the enum value \"BLUE\"? @ 2:3",
                "Variable \"$c\" has invalid value at .and[0].size: Int cannot represent non-integer value: true @ 2:14",
            ],
            coerced.Errors.Select(error => $"{error.Message} @ {error.Locations[0].Line}:{error.Locations[0].Column}"));
        Assert.All(coerced.Errors, error => Assert.Equal(ErrorCodes.BadUserInput, error.Code));
        Assert.Empty(coerced.Values);
    }

    [Fact]
    public void Coerce_Should_SayThatThereAreMore_When_ErrorsExceedTheLimit()
    {
        var operation = Operation("query ($a: [Int]) { x }");
        var json = JsonDocument.Parse($$"""{ "a": [{{string.Join(',', Enumerable.Repeat("true", 100))}}] }""").RootElement;

        var errors = VariableCoercion.Coerce(Schema, operation, json, errorLimit: 3).Errors;

        Assert.Equal(4, errors.Length);
        Assert.Equal("Too many errors processing variables, error limit reached. Execution aborted.", errors[3].Message);
    }

    [Theory]
    [InlineData("[1]", "[1]")]
    [InlineData("\"x\"", "\"x\"")]
    public void Coerce_Should_SayWhatVariablesAre_When_TheyAreNoObject(string json, string found)
        => Assert.Equal(
            [$"The request's variables must be a JSON object with one entry per variable, found: {found}."],
            Coerce("query ($a: Int) { x }", json).Errors.Select(error => error.Message));

    [Fact]
    public void Coerce_Should_NeedNoObject_When_AllVariablesAreOptional()
        => Assert.True(VariableCoercion.Coerce(Schema, Operation("query ($a: Int) { x }"), default).IsValid);

    private static CoercedVariables Coerce(string query, string json) => VariableCoercion.Coerce(Schema, Operation(query), JsonDocument.Parse(json).RootElement);

    private static OperationDefinitionNode Operation(string query) => (OperationDefinitionNode)Utf8Parser.Parse(query).Definitions[0];
}
