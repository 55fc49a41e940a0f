using AnalyticsGraph.GraphQL.Tests.Differential;
using AnalyticsGraph.GraphQL.Tests.Validation.Differential;
using Xunit.Abstractions;

namespace AnalyticsGraph.GraphQL.Tests.Language;

/// <summary>Documents are read and printed as by graphql-js; what is none is refused with the same message at the same place.</summary>
public sealed class ParserDifferentialTests(ITestOutputHelper output)
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

        Assert.InRange(await CompareAsync(documents), 200, 500);
    }

    [Fact]
    public async Task Parse_Should_SayWhatGraphQLJsSays_When_BytesAreDamaged()
    {
        var schema = DifferentialSchemas.Build(DifferentialSchemas.Rich);
        var documents = Enumerable.Range(0, 1_000).Select(seed =>
        {
            var generator = new DocumentGenerator(seed);
            return generator.DamagedBytes(seed % 2 == 0 ? generator.Document() : new QueryGenerator(schema, seed, incremental: false).Document());
        }).ToArray();

        Assert.InRange(await CompareAsync(documents), 200, 800);
    }

    /// <summary>Compares what is printed, or wrong.</summary>
    /// <returns>How many documents are sound.</returns>
    private async Task<int> CompareAsync(string[] documents)
    {
        var questions = documents.Select(document => new OracleQuestion("print", document)).ToArray();
        var expected = await Oracles.AskGraphQLJsAsync(questions);
        var actual = await Oracles.AskEngineAsync(questions);

        Assert.All(questions.Zip(expected, actual), triple => Assert.Equal(Describe(triple.First, triple.Second), Describe(triple.First, triple.Third)));
        var sound = expected.Count(answer => answer.Ok);
        output.WriteLine($"{documents.Length} documents compared: {sound} printed, {documents.Length - sound} refused with {expected.SelectMany(answer => answer.Errors).Select(error => error.Message).Distinct().Count()} different messages");
        return sound;
    }

    private static string Describe(OracleQuestion question, OracleAnswer answer) => $"{question.Query}\n=> {answer.Text ?? string.Join('\n', answer.Messages())}";
}
