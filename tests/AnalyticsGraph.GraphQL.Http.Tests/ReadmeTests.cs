using System.Diagnostics;
using System.Text.RegularExpressions;

namespace AnalyticsGraph.GraphQL.Http.Tests;

/// <summary>The page of the engine shows a program that works.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "src", "AnalyticsGraph.GraphQL", "README.md"));

    [Fact]
    public void Sample_Should_BeTheProgramThatIsCompiled()
    {
        var program = File.ReadAllText(Path.Combine(Repository.Root, "tests", "AnalyticsGraph.GraphQL.Sample", "Program.cs"));

        Assert.Equal(program, Code().Match(Page).Groups[1].Value);
        Assert.InRange(program.Split('\n').Count(line => line.Length > 0), 1, 20);
    }

    [Fact]
    public async Task Sample_Should_AnswerWhatThePageSays()
    {
        var call = Call().Match(Page);
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "AnalyticsGraph.GraphQL.Sample.dll"), "--urls", "http://127.0.0.1:0"]) { RedirectStandardOutput = true };
        using var sample = Process.Start(start)!;
        try
        {
            using var client = new HttpClient { BaseAddress = new Uri(await ReadAddressAsync(sample.StandardOutput)) };
            using var body = new StringContent(call.Groups["body"].Value, System.Text.Encoding.UTF8, "application/json");
            using var response = await client.PostAsync(new Uri("/graphql", UriKind.Relative), body);

            Assert.Equal(call.Groups["answer"].Value, await response.Content.ReadAsStringAsync());
        }
        finally
        {
            sample.Kill();
            await sample.WaitForExitAsync();
        }
    }

    private static async Task<string> ReadAddressAsync(StreamReader output)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await output.ReadLineAsync(patience.Token) is { } line)
        {
            if (Address().Match(line) is { Success: true } match)
            {
                return match.Value;
            }
        }

        throw new InvalidOperationException("The sample ended before it listened.");
    }

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex(@"curl .* -d '(?<body>.*)'\n(?<answer>.*)\n", RegexOptions.ExplicitCapture)]
    private static partial Regex Call();

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+")]
    private static partial Regex Address();
}
