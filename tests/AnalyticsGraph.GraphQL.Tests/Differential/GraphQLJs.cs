using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using AnalyticsGraph.Tests.Differential;

namespace AnalyticsGraph.GraphQL.Tests.Differential;

/// <summary>
/// graphql-js, the reference implementation, as the oracle of differential tests: runs <c>tests/differential/oracle.mjs</c> over a batch of questions.
/// </summary>
public static class GraphQLJs
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>Asks about each question; answers come in the same order.</summary>
    public static async Task<IReadOnlyList<OracleAnswer>> AskAsync(IReadOnlyList<OracleQuestion> questions)
    {
        var input = new StringBuilder();
        for (var i = 0; i < questions.Count; i++)
        {
            input.AppendLine(JsonSerializer.Serialize(questions[i] with { Id = i }, Json));
        }

        var output = await NodeScript.RunAsync(["oracle.mjs"], input.ToString());
        var answers = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<OracleAnswer>(line, Json)!).ToArray();
        Assert.Equal(questions.Count, answers.Length);
        return answers;
    }
}

/// <summary>A question; see <c>oracle.mjs</c> for the modes.</summary>
public sealed record OracleQuestion(
    string Mode, string? Query = null, string? Sdl = null, object? Variables = null, string? OperationName = null, object? RootValue = null, int Id = 0);

/// <summary>What graphql-js says.</summary>
public sealed record OracleAnswer(int Id, bool Ok, OracleError[] Errors, string? Text, JsonElement? Result);

/// <summary>An error of graphql-js.</summary>
public sealed record OracleError(string Message, OraclePlace[] Locations, JsonElement[]? Path);

/// <summary>A place in the document.</summary>
public sealed record OraclePlace(int Line, int Column);
