using System.Text;
using System.Text.Json;
using AnalyticsGraph.Tests.Differential;

namespace AnalyticsGraph.GraphQL.Tests.Differential;

/// <summary>The two oracles of differential tests, which take the same questions: graphql-js, the reference implementation, and the engine itself.</summary>
internal static class Oracles
{
    /// <summary>Asks graphql-js by <c>tests/differential/oracle.mjs</c>; answers come in the order of the questions.</summary>
    public static async Task<IReadOnlyList<OracleAnswer>> AskGraphQLJsAsync(IReadOnlyList<OracleQuestion> questions)
    {
        var input = new StringBuilder();
        for (var i = 0; i < questions.Count; i++)
        {
            input.AppendLine((questions[i] with { Id = i }).ToJson());
        }

        var output = await NodeScript.RunAsync(["oracle.mjs"], input.ToString());
        var answers = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(OracleAnswer.Parse).ToArray();
        Assert.Equal(questions.Count, answers.Length);
        return answers;
    }

    /// <summary>Asks the engine.</summary>
    public static async Task<IReadOnlyList<OracleAnswer>> AskEngineAsync(IEnumerable<OracleQuestion> questions)
    {
        var oracle = new Oracle.Oracle();
        var answers = new List<OracleAnswer>();
        foreach (var question in questions)
        {
            answers.Add(OracleAnswer.Parse(await oracle.AnswerAsync(question.ToJson())));
        }

        return answers;
    }
}
