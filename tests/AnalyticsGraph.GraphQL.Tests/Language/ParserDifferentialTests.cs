using AnalyticsGraph.GraphQL.Language;
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

        var answers = await GraphQLJs.AskAsync([.. documents.Select(document => new OracleQuestion("print", document))]);

        Assert.InRange(answers.Count(answer => answer.Ok), 200, 500);
        Assert.All(documents.Zip(answers), pair => Assert.Equal(Describe(pair.First, pair.Second), Describe(pair.First)));
    }

    private static string Describe(string document, OracleAnswer answer)
    {
        var verdict = answer.Ok ? answer.Text! : $"{answer.Errors[0].Locations[0].Line}:{answer.Errors[0].Locations[0].Column} {answer.Errors[0].Message}";
        return $"{document}\n=> {verdict}";
    }

    private static string Describe(string document)
    {
        try
        {
            return $"{document}\n=> {Printer.Print(Utf8Parser.Parse(document))}";
        }
        catch (GraphQLSyntaxException e)
        {
            return $"{document}\n=> {e.Location.Line}:{e.Location.Column} {e.Message}";
        }
    }
}
