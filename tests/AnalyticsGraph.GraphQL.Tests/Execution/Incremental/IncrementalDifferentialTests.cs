using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Tests.Differential;
using AnalyticsGraph.GraphQL.Tests.Validation.Differential;
using AnalyticsGraph.Tests;
using Xunit.Abstractions;

namespace AnalyticsGraph.GraphQL.Tests.Execution;

/// <summary>
/// The same response in the end as graphql-js, with the same parts announced and the same errors, and bookkeeping that a client can follow. How parts are grouped into messages is each
/// implementation's own, and so is whether something is announced that has nothing left: a list whose items all came, a fragment whose fields all came with others (that depends on what
/// graphql-js finished first; no such document is among these seeds).
/// </summary>
public sealed class IncrementalDifferentialTests(ITestOutputHelper output)
{
    private const int FirstSeed = 236;
    private const int Documents = 600;

    [Fact]
    public async Task Execute_Should_DeliverAsGraphQLJs_When_DocumentsAndDataAreRandom()
    {
        var schema = DifferentialSchemas.Build(ExecutionGenerator.PartsSdl);
        var questions = Enumerable.Range(FirstSeed, Documents).Select(seed =>
        {
            var (query, variables) = new ExecutionGenerator(seed, inParts: true).Document();
            var root = new AskedData(schema, Utf8Parser.Parse(query), seed, inputDamage: 0, dataDamage: 1 + (seed % 6)).Root();
            return new OracleQuestion("incremental", query, ExecutionGenerator.PartsSdl, variables, RootValue: root);
        }).ToArray();
        var answers = await Oracles.AskGraphQLJsAsync(questions);
        var ours = await Oracles.AskEngineAsync(questions);

        var (inParts, failed) = (0, 0);
        for (var i = 0; i < questions.Length; i++)
        {
            Assert.True(answers[i].Ok && ours[i].Ok, $"seed {i + FirstSeed}: {string.Join(' ', answers[i].Messages())} {string.Join(' ', ours[i].Messages())}");
            var (expected, actual) = (DeliveredParts.Of([.. answers[i].Data!.Value.EnumerateArray()]), DeliveredParts.Of([.. ours[i].Data!.Value.EnumerateArray()]));
            Assert.True(
                expected.ToString() == actual.ToString(),
                $"seed {i + FirstSeed}: {questions[i].ToJson()}\nexpected {answers[i].Data}\nactual   {ours[i].Data}\nexpected {expected}\nactual   {actual}");
            inParts += expected.Ends.Count > 0 ? 1 : 0;
            failed += expected.Ends.Any(end => end.Contains('@')) ? 1 : 0;
        }

        output.WriteLine($"{questions.Length} operations compared: {inParts} answered in parts, {failed} with parts that failed");
        Assert.InRange(inParts, Documents / 3, Documents);
        Assert.InRange(failed, 5, Documents);
    }
}
