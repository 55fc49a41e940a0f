using AnalyticsGraph.GraphQL.Tests.Differential;
using AnalyticsGraph.Tests;

namespace AnalyticsGraph.GraphQL.Tests.Execution;

/// <summary>
/// The same response in the end as graphql-js, with the same parts announced and the same errors, and bookkeeping that a client can follow. How parts are grouped into messages is each
/// implementation's own, and so is whether something is announced that has nothing left: a list whose items all came, a fragment whose fields all came with others (that depends on what
/// graphql-js finished first; no such document is among these seeds).
/// </summary>
public sealed class IncrementalDifferentialTests
{
    private const int Documents = 400;

    [Fact]
    public async Task Execute_Should_DeliverAsGraphQLJs_When_DocumentsAndDataAreRandom()
    {
        var questions = Enumerable.Range(1, Documents).Select(seed =>
        {
            var generator = new ExecutionGenerator(seed, inParts: true);
            var (query, variables) = generator.Document();
            return new OracleQuestion("incremental", query, ExecutionGenerator.PartsSdl, variables, RootValue: generator.Root());
        }).ToArray();
        var answers = await Oracles.AskGraphQLJsAsync(questions);
        var ours = await Oracles.AskEngineAsync(questions);

        var (inParts, failed) = (0, 0);
        for (var i = 0; i < questions.Length; i++)
        {
            Assert.True(answers[i].Ok && ours[i].Ok, $"seed {i + 1}: {string.Join(' ', answers[i].Messages())} {string.Join(' ', ours[i].Messages())}");
            var (expected, actual) = (DeliveredParts.Of([.. answers[i].Data!.Value.EnumerateArray()]), DeliveredParts.Of([.. ours[i].Data!.Value.EnumerateArray()]));
            Assert.True(
                expected.ToString() == actual.ToString(),
                $"seed {i + 1}: {questions[i].ToJson()}\nexpected {answers[i].Data}\nactual   {ours[i].Data}\nexpected {expected}\nactual   {actual}");
            inParts += expected.Ends.Count > 0 ? 1 : 0;
            failed += expected.Ends.Any(end => end.Contains('@')) ? 1 : 0;
        }

        Assert.InRange(inParts, Documents / 3, Documents);
        Assert.InRange(failed, 5, Documents);
    }
}
