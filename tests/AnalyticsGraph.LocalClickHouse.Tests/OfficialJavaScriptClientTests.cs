using System.Diagnostics;
using Xunit.Abstractions;

namespace AnalyticsGraph.LocalClickHouse.Tests;

/// <summary>ClickHouse's official JavaScript client must not notice that there is no ClickHouse server.</summary>
[Collection(SharedServerTests.Name)]
public sealed class OfficialJavaScriptClientTests(SharedServer shared, ITestOutputHelper output)
{
    private static readonly string Folder = Path.Combine(Libchdb.RepositoryRoot, "tests", "AnalyticsGraph.LocalClickHouse.Tests", "clickhouse-js");

    [Fact]
    public async Task Client_Should_PassEveryCheck()
    {
        if (!Directory.Exists(Path.Combine(Folder, "node_modules", "@clickhouse", "client"))) await Run("npm", "ci", "--no-audit", "--no-fund");

        await Run("node", "conformance.mjs", shared.Server.Address);
    }

    private async Task Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        output.WriteLine(text);
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}:\n{text}\n{await errors}");
    }
}
