using System.Diagnostics;
using Xunit.Abstractions;

namespace AnalyticsGraph.GraphQL.Http.Tests;

/// <summary>Damaged documents, requests, messages and streams, by a program of its own: were the engine to bring its process down, this one would tell which input did. The program's options try more, and repeat one input.</summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    // Of each kind; half a minute in all.
    private const int Seconds = 7;
    private const int Threads = 4;

    [Theory]
    [InlineData("documents", 60_000)]
    [InlineData("http", 15_000)]
    [InlineData("sockets", 3_000)]
    [InlineData("streams", 5_000)]
    public async Task Engine_Should_StandDamagedInput(string kind, int count)
    {
        var trace = Path.GetTempFileName();
        try
        {
            string[] arguments = [Path.Combine(AppContext.BaseDirectory, "AnalyticsGraph.GraphQL.Fuzz.dll"), kind, "--seed", "1", "--count", $"{count}", "--seconds", $"{Seconds}", "--threads", $"{Threads}", "--trace", trace];
            using var program = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var errors = program.StandardError.ReadToEndAsync();
            var report = await program.StandardOutput.ReadToEndAsync();
            await program.WaitForExitAsync();
            output.WriteLine(report);
            Assert.True(program.ExitCode == 0, $"{report}\n{await errors}\nIt ended with {program.ExitCode}; under way were the numbers {string.Join(", ", await UnderWayAsync(trace))}.");
        }
        finally
        {
            File.Delete(trace);
        }
    }

    private static async Task<IEnumerable<long>> UnderWayAsync(string trace) =>
        (await File.ReadAllBytesAsync(trace)).Chunk(sizeof(long)).Where(bytes => bytes.Length == sizeof(long)).Select(bytes => BitConverter.ToInt64(bytes));
}
