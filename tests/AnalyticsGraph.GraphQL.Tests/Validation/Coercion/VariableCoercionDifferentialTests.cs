using System.Text;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Tests.Differential;
using Xunit.Abstractions;

namespace AnalyticsGraph.GraphQL.Tests.Validation.Coercion;

/// <summary>Of variables' values we say what graphql-js says: each of many values for each of many types.</summary>
public sealed class VariableCoercionDifferentialTests(ITestOutputHelper output)
{
    private static readonly string[] Types =
    [
        "Int", "Int!", "[Int]", "[Int!]!", "[[Int!]]", "Float", "String!", "Boolean", "ID", "Color", "[Color!]", "Filter", "Filter!", "[Filter!]", "Key", "[Key!]!", "Range!",
    ];

    private static readonly string[] Values =
    [
        "null", "1", "-7", "1.5", "2147483648", "\"text\"", "\"RED\"", "\"REDD\"", "\"dark_red\"", "\"with \\\"quotes\\\" and \\n line\"", "true", "[]", "[null]", "[1, null, \"2\"]", "[1.5, 3000000000]", "[[1], [null, 2], 3]",
        "[\"RED\", \"BLEU\"]", "{}", "{\"name\": \"n\"}", "{\"name\": null, \"size\": null}", "{\"nam\": 1, \"siz\": 2}", "{\"size\": \"1\", \"colors\": \"RED\"}", "{\"colors\": [\"RED\", \"X\", null]}",
        "{\"and\": [{\"size\": 1}, {\"not\": {\"range\": {\"from\": 1}}}, 5]}", "{\"range\": {\"from\": 1, \"to\": \"2\", \"closed\": null}}", "{\"key\": {}}", "{\"key\": {\"id\": 1, \"name\": \"n\"}}", "{\"key\": {\"id\": null}}",
        "{\"id\": 4}", "{\"id\": 1.5}", "{\"id\": 1, \"name\": null}", "{\"id\": 1, \"nope\": 2}", "{\"from\": 1, \"to\": 2}", "{\"from\": \"a\", \"deep\": {\"a\": {\"b\": {\"c\": [1, 2]}}}}", "[{\"name\": \"n\"}, {\"name\": 1}]", "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]",
        "[\"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\"]", "[{\"id\": [1]}, {\"range\": {\"from\": 0, \"to\": 1}}]",
    ];

    [Fact]
    public async Task Coerce_Should_SayWhatGraphQLJsSays_When_ValuesAreOfAnyShape()
    {
        const string Sdl = """
            enum Color { RED GREEN BLUE DARK_RED }
            input Filter { name: String, size: Int = 3, colors: [Color!], and: [Filter!], not: Filter, range: Range, key: Key }
            input Range { from: Float!, to: Float!, closed: Boolean! = true }
            input Key @oneOf { id: ID, name: String, range: Range }
            type Query { name: String }
            """;
        var sdl = Sdl + "\nextend type Query {" + string.Concat(Types.Select((type, i) => $" f{i}(x: {type}): Int")) + " }";
        var cases = Types.SelectMany((type, i) => Values.Append(null).Select(value => (Query: $"query q($x: {type}) {{ f{i}(x: $x) }}", Value: value))).ToArray();
        var questions = cases.Select(c => new OracleQuestion("execute", c.Query, sdl, Variables(c.Value))).ToArray();

        var answers = await Oracles.AskGraphQLJsAsync(questions);
        var ours = await Oracles.AskEngineAsync(questions);

        var differing = new StringBuilder();
        for (var i = 0; i < cases.Length; i++)
        {
            var (expected, actual) = (string.Join('\n', answers[i].Messages()), string.Join('\n', ours[i].Messages()));
            if (expected != actual)
            {
                differing.AppendLine($"--- {cases[i].Query} with {cases[i].Value}\n--- graphql-js\n{expected}\n--- we\n{actual}");
            }
        }

        Assert.True(differing.Length == 0, differing.ToString());
        output.WriteLine($"{cases.Length} variables compared: {answers.Count(answer => answer.Ok)} fit, the others with {answers.Sum(answer => answer.Errors.Length)} errors");
        Assert.InRange(answers.Count(answer => answer.Ok), 50, cases.Length - 50);
    }

    private static JsonElement Variables(string? value) => JsonDocument.Parse(value is null ? "{}" : $"{{\"x\": {value}}}").RootElement;
}
