using System.Reflection;
using System.Text;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Tests.Differential;
using AnalyticsGraph.GraphQL.Tests.Validation.Rules;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.GraphQL.Validation;
using Xunit.Abstractions;

namespace AnalyticsGraph.GraphQL.Tests.Validation.Differential;

/// <summary>Parser and validator say of generated documents what graphql-js says: the same errors, messages, places and order.</summary>
public sealed class ValidationDifferentialTests(ITestOutputHelper output)
{
    private const int Shown = 5;

    // The sections of chapter 5 with a rule each, and chapter 5 itself for what is added to it.
    private const int Sections = 31;

    [Theory]
    [InlineData(DifferentialSchemas.Rich, false, 240)]
    [InlineData(DifferentialSchemas.Small, false, 120)]
    [InlineData(DifferentialSchemas.Incremental, true, 160)]
    public async Task Validate_Should_SayWhatGraphQLJsSays_When_DocumentsAreGenerated(string sdl, bool incremental, int count)
    {
        var schema = DifferentialSchemas.Build(sdl);
        var documents = Generate(schema, incremental, count);

        var answers = await CompareAsync(sdl, documents);
        Assert.InRange(answers.Count(answer => answer.Ok), count / 2, documents.Count - count);
    }

    [Fact]
    public async Task Validate_Should_SayWhatGraphQLJsSays_When_FieldsAreMergedEverywhere()
    {
        const int Documents = 800;
        var documents = Enumerable.Range(0, Documents).Select(seed => new MergingGenerator(seed).Document()).ToList();

        var answers = await CompareAsync(MergingGenerator.Sdl, documents);

        var conflicting = answers.Count(answer => answer.Errors.Any(error => error.Message.Contains(" conflict because ", StringComparison.Ordinal)));
        Assert.InRange(conflicting, Documents / 2, Documents * 9 / 10);
    }

    [Fact]
    public void Generate_Should_BreakEveryRule_When_DocumentsAreMany()
    {
        var sections = new HashSet<object?>();
        foreach (var (sdl, incremental) in new[] { (DifferentialSchemas.Rich, false), (DifferentialSchemas.Small, false), (DifferentialSchemas.Incremental, true) })
        {
            var schema = DifferentialSchemas.Build(sdl);
            foreach (var document in Generate(schema, incremental, 120).Select(Parsed).OfType<DocumentNode>())
            {
                sections.UnionWith(DocumentValidator.Validate(schema, document).Select(error => error.Extensions?["specifiedBy"]));
            }
        }

        Assert.True(sections.Count == Sections, string.Join('\n', sections));
    }

    [Fact]
    public async Task Validate_Should_SayWhatGraphQLJsSays_When_DocumentsAreThoseOfTheRulesTests()
    {
        var documents = typeof(RuleSchema).Assembly.GetTypes()
            .Where(type => type.Namespace == typeof(RuleSchema).Namespace)
            .SelectMany(type => type.GetMethods())
            .SelectMany(method => method.GetCustomAttributesData())
            .Where(attribute => attribute.AttributeType == typeof(InlineDataAttribute))
            .Select(attribute => (string)((IReadOnlyList<CustomAttributeTypedArgument>)attribute.ConstructorArguments[0].Value!)[0].Value!)
            .ToList();
        Assert.InRange(documents.Count, 100, int.MaxValue);

        await CompareAsync(RuleSchema.Sdl, documents);
    }

    private static List<string> Generate(Schema schema, bool incremental, int count)
    {
        var documents = new List<string>();
        for (var seed = 0; seed < count; seed++)
        {
            var document = new QueryGenerator(schema, seed, incremental).Document();
            documents.Add(document);
            documents.Add(new QueryMutator(schema, seed).Mutate(document));
            documents.Add(new QueryMutator(schema, seed + count).Mutate(document));
        }

        return documents;
    }

    private static DocumentNode? Parsed(string document)
    {
        try
        {
            return Utf8Parser.Parse(document);
        }
        catch (GraphQLSyntaxException)
        {
            return null;
        }
    }

    private async Task<IReadOnlyList<OracleAnswer>> CompareAsync(string sdl, List<string> documents)
    {
        var answers = await Oracles.AskGraphQLJsAsync([.. documents.Select(document => new OracleQuestion("validate", document, sdl))]);
        var ours = await Oracles.AskEngineAsync(documents.Select(document => new OracleQuestion("validate", document, sdl)));
        var differing = new StringBuilder();
        var different = 0;
        for (var i = 0; i < documents.Count; i++)
        {
            var (expected, actual) = (answers[i].Messages(), ours[i].Messages());
            if (!JustifiedDifferences.AreEqual(expected, actual) && different++ < Shown)
            {
                differing.AppendLine($"--- document {i}\n{documents[i]}\n--- graphql-js\n{string.Join('\n', expected)}\n--- we\n{string.Join('\n', actual)}");
            }
        }

        Assert.True(different == 0, $"{different} of {documents.Count} documents differ\n{differing}");
        output.WriteLine($"{documents.Count} documents compared: {answers.Count(answer => answer.Ok)} valid, the others with {answers.Sum(answer => answer.Errors.Length)} errors");
        return answers;
    }
}
