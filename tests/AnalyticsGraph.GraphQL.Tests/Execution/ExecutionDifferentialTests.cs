using AnalyticsGraph.GraphQL.Tests.Differential;

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
        var questions = cases.Select(c => new OracleQuestion("execute", c.Query, ExecutionGenerator.Sdl, c.Variables, RootValue: c.Root)).ToArray();
        var answers = await Oracles.AskGraphQLJsAsync(questions);
        var ours = await Oracles.AskEngineAsync(questions);

        var (withErrors, withNullRoot) = (0, 0);
        for (var i = 0; i < cases.Count; i++)
        {
            var (expected, actual) = (Normal(answers[i]), Normal(ours[i]));
            Assert.True(expected == actual, $"seed {i + 1}: {questions[i].ToJson()}\nexpected {expected}\nactual   {actual}");
            withErrors += answers[i].Ok ? 0 : 1;
            withNullRoot += expected.StartsWith("null", StringComparison.Ordinal) ? 1 : 0;
        }

        Assert.InRange(withErrors, Documents / 4, Documents);
        Assert.InRange(withNullRoot, 1, Documents / 2);
    }

    private static string Normal(OracleAnswer answer) => $"{answer.Data?.GetRawText() ?? "null"}\n{string.Join('\n', answer.Errors.Select(Describe))}";

    private static string Describe(OracleError error) => $"{error.Message} @ {error.Places()} in {string.Join('.', error.Path ?? [])}";
}
