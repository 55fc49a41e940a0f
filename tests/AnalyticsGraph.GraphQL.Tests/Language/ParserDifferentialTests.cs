using AnalyticsGraph.GraphQL.Tests.Differential;

namespace AnalyticsGraph.GraphQL.Tests.Language;

public sealed class ParserDifferentialTests
{
    [Fact]
    public async Task Parse_Should_SayWhatGraphQLJsSays_When_DocumentsAreGenerated()
    {
        var documents = Enumerable.Range(0, 400).SelectMany(seed =>
        {
            var generator = new DocumentGenerator(seed);
            var document = generator.Document();
            return seed % 2 == 0 ? new[] { document } : [generator.Damaged(document), generator.Damaged(document)];
        }).ToArray();

        var questions = documents.Select(document => new OracleQuestion("print", document)).ToArray();
        var expected = await Oracles.AskGraphQLJsAsync(questions);
        var actual = await Oracles.AskEngineAsync(questions);

        Assert.InRange(expected.Count(answer => answer.Ok), 200, 500);
        Assert.All(questions.Zip(expected, actual), triple => Assert.Equal(Describe(triple.First, triple.Second), Describe(triple.First, triple.Third)));
    }

    private static string Describe(OracleQuestion question, OracleAnswer answer) => $"{question.Query}\n=> {answer.Text ?? string.Join('\n', answer.Messages())}";
}
