using System.Text;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Tests.Differential;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Tests.Execution;

/// <summary>Same data, byte by byte, and same errors, in the same order and places, as graphql-js.</summary>
public sealed class ExecutionDifferentialTests
{
    private const int Documents = 300;

    [Fact]
    public async Task Execute_Should_AnswerAsGraphQLJs_When_DocumentsAndDataAreRandom()
    {
        var cases = Enumerable.Range(1, Documents).Select(seed =>
        {
            var generator = new ExecutionGenerator(seed);
            var (query, variables) = generator.Document();
            return (Query: query, Variables: variables, Root: generator.Root());
        }).ToList();
        var answers = await GraphQLJs.AskAsync(
            [.. cases.Select(c => new OracleQuestion("execute", c.Query, ExecutionGenerator.Sdl, c.Variables, RootValue: c.Root))]);

        var server = new JsonServer(ExecutionGenerator.Sdl);
        var (withErrors, withNullRoot) = (0, 0);
        for (var i = 0; i < cases.Count; i++)
        {
            var expected = Normal(answers[i].Result ?? throw new InvalidOperationException($"{cases[i].Query}\n{answers[i].Errors[0].Message}"));
            var actual = Normal(await server.AskAsync(cases[i].Query, cases[i].Variables, JsonSerializer.SerializeToElement(cases[i].Root)));
            Assert.True(expected == actual, $"seed {i + 1}: {cases[i].Query}\n{JsonSerializer.Serialize(cases[i].Variables)}\nexpected {expected}\nactual   {actual}");
            withErrors += expected.Contains("\"path\"", StringComparison.Ordinal) ? 1 : 0;
            withNullRoot += expected.StartsWith("null", StringComparison.Ordinal) ? 1 : 0;
        }

        Assert.InRange(withErrors, Documents / 4, Documents);
        Assert.InRange(withNullRoot, 1, Documents / 2);
    }

    // Data as text, then path and places of each error; messages and codes are each implementation's own.
    private static string Normal(JsonElement result)
    {
        var text = new StringBuilder(result.GetProperty("data").GetRawText());
        if (result.TryGetProperty("errors", out var errors))
        {
            foreach (var error in errors.EnumerateArray())
            {
                text.Append("\n{\"path\":").Append(error.GetProperty("path").GetRawText()).Append(' ').Append(error.GetProperty("locations").GetRawText());
            }
        }

        return text.ToString();
    }

    private sealed class JsonServer
    {
        private readonly GraphQLExecutor _executor;
        private JsonElement _root;

        public JsonServer(string sdl)
        {
            var schema = SchemaBuilder.Build([Utf8Parser.Parse(sdl)]);
            var bindings = new SchemaBindings();
            JsonBackedSchema.BindAll(schema, bindings, () => _root);
            _executor = new GraphQLExecutor(ExecutableSchema.Create(schema, bindings), new GraphQLExecutorOptions { MaxErrors = 10_000 });
        }

        public async Task<JsonElement> AskAsync(string query, Dictionary<string, bool> variables, JsonElement root)
        {
            _root = root;
            var request = new GraphQLRequest { Query = Encoding.UTF8.GetBytes(query), Variables = JsonSerializer.SerializeToElement(variables) };
            using var result = await _executor.ExecuteAsync(request);
            Assert.False(result.IsRequestError, Encoding.UTF8.GetString(result.Body.Span) + query);
            return JsonSerializer.Deserialize<JsonElement>(result.Body.Span);
        }
    }
}
