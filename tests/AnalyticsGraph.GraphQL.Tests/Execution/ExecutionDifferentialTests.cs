using System.Text;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Tests.Differential;
using AnalyticsGraph.GraphQL.Tests.Validation.Differential;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.GraphQL.Validation;
using Xunit.Abstractions;

namespace AnalyticsGraph.GraphQL.Tests.Execution;

/// <summary>Same data, byte by byte, and same errors, in the same order and places, as graphql-js.</summary>
public sealed class ExecutionDifferentialTests(ITestOutputHelper output)
{
    private const int Shown = 5;

    // Besides what validation looks at: lists of lists of objects, custom scalars, fields that must not be null at every level.
    private const string Sdl = DifferentialSchemas.Rich + """

        scalar Blob
        extend type Query { kennels: [[Dog!]!]! packs: [[[Animal!]]!] cube: [[[Int!]!]!] blob: Blob blobs: [Blob!] self: Query! must: Human! beings(keys: [Key!]!, range: Range = {from: 0, to: 1}): [Being!]! }
        extend type Human { home: Address! house: [[Thing!]!] best: Human! blob: Blob! }
        extend type Mutation { adopt: Dog! release: [Pet!]! }
        extend type Subscription { painting: [Dog!]! }
        """;

    [Fact]
    public async Task Execute_Should_AnswerAsGraphQLJs_When_NullsRiseThroughListsAndFragments()
    {
        const int Documents = 500;
        var schema = DifferentialSchemas.Build(ExecutionGenerator.Sdl);
        var questions = Enumerable.Range(1, Documents).Select(seed =>
        {
            var (query, variables) = new ExecutionGenerator(seed).Document();
            var root = new AskedData(schema, Utf8Parser.Parse(query), seed, inputDamage: 0, dataDamage: 1 + (seed % 6)).Root();
            return new OracleQuestion("execute", query, ExecutionGenerator.Sdl, variables, RootValue: root);
        }).ToArray();

        var answers = await CompareAsync(questions);

        Assert.InRange(answers.Count(answer => !answer.Ok), Documents / 4, Documents * 3 / 4);
        Assert.InRange(answers.Count(answer => answer.Data is not { ValueKind: JsonValueKind.Object }), 10, Documents / 2);
    }

    [Fact]
    public async Task Execute_Should_AnswerAsGraphQLJs_When_DocumentsVariablesAndDataAreDamaged()
    {
        const int Documents = 1_500;
        var questions = Damaged(DifferentialSchemas.Build(Sdl)).Take(Documents).ToArray();

        var answers = await CompareAsync(questions);

        Assert.InRange(answers.Count(answer => answer.WasExecuted), 1_000, Documents - 50);
        Assert.InRange(answers.Count(answer => answer.WasExecuted && !answer.Ok), 200, Documents);
        Assert.InRange(questions.Count(question => question.Query!.StartsWith("mutation", StringComparison.Ordinal)), 50, Documents);
        Assert.InRange(questions.Count(question => question.Query!.StartsWith("subscription", StringComparison.Ordinal)), 50, Documents);
    }

    /// <summary>Documents of the whole type system, changed at random and still valid, with variables, operation names and data that do not always fit.</summary>
    private static IEnumerable<OracleQuestion> Damaged(Schema schema)
    {
        for (var seed = 0; ; seed++)
        {
            var text = new QueryGenerator(schema, seed, incremental: false).Document();
            var mutated = seed % 4 == 0 ? text : new QueryMutator(schema, seed).Mutate(text);
            if (Parse(mutated) is { } document && DocumentValidator.Validate(schema, document).IsEmpty)
            {
                var data = new AskedData(schema, document, seed, inputDamage: seed % 4, dataDamage: seed % 4 * 5);
                yield return new OracleQuestion("execute", mutated, Sdl, data.Variables(), data.OperationName(), data.Root());
            }
        }
    }

    private static DocumentNode? Parse(string document)
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

    private async Task<IReadOnlyList<OracleAnswer>> CompareAsync(OracleQuestion[] questions)
    {
        var answers = await Oracles.AskGraphQLJsAsync(questions);
        var ours = await Oracles.AskEngineAsync(questions);

        var differing = new StringBuilder();
        var different = 0;
        for (var i = 0; i < questions.Length; i++)
        {
            if (answers[i].Outcome() != ours[i].Outcome() && different++ < Shown)
            {
                differing.AppendLine($"--- {(questions[i] with { Sdl = null }).ToJson()}\n--- graphql-js\n{answers[i].Outcome()}\n--- we\n{ours[i].Outcome()}");
            }
        }

        Assert.True(different == 0, $"{different} of {questions.Length} differ\n{differing}");
        var executed = answers.Count(answer => answer.WasExecuted);
        var withErrors = answers.Count(answer => answer.WasExecuted && !answer.Ok);
        var withoutData = answers.Count(answer => answer.WasExecuted && answer.Data is not { ValueKind: JsonValueKind.Object });
        output.WriteLine(
            $"{questions.Length} operations compared: {executed} executed ({withErrors} with errors, {withoutData} without data), {questions.Length - executed} refused for their variables or name; {answers.Sum(answer => answer.Errors.Length)} errors");
        return answers;
    }
}
