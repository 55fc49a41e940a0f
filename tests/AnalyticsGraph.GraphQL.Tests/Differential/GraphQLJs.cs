using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AnalyticsGraph.GraphQL.Tests.Differential;

/// <summary>
/// graphql-js, the reference implementation, as the oracle of differential tests: runs <c>tests/differential/oracle.mjs</c> over a batch of questions.
/// Its packages are installed from the lockfile when their folder is missing.
/// </summary>
public static class GraphQLJs
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
    private static readonly Lazy<Task<string>> Folder = new(InstallAsync);

    /// <summary>Asks about each question; answers come in the same order.</summary>
    public static async Task<IReadOnlyList<OracleAnswer>> AskAsync(IReadOnlyList<OracleQuestion> questions)
    {
        var input = new StringBuilder();
        for (var i = 0; i < questions.Count; i++)
        {
            input.AppendLine(JsonSerializer.Serialize(questions[i] with { Id = i }, Json));
        }

        var output = await RunAsync("node", ["oracle.mjs"], await Folder.Value, input.ToString());
        var answers = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<OracleAnswer>(line, Json)!).ToArray();
        Assert.Equal(questions.Count, answers.Length);
        return answers;
    }

    private static async Task<string> InstallAsync()
    {
        var folder = Path.Combine(RepositoryRoot(), "tests", "differential");
        if (!Directory.Exists(Path.Combine(folder, "node_modules", "graphql")))
        {
            await RunAsync("npm", ["ci"], folder, "");
        }

        return folder;
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "AnalyticsGraph.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run inside the repository.");
    }

    private static async Task<string> RunAsync(string command, string[] arguments, string folder, string input)
    {
        var start = new ProcessStartInfo(command, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = Encoding.UTF8,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{command} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await errors}");
        return await output;
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
