using System.Diagnostics;

namespace AnalyticsGraph.Engines.Processes;

/// <summary>A short program run to its end.</summary>
internal static class Command
{
    /// <param name="command">Program and arguments.</param>
    /// <param name="folder">The working directory.</param>
    /// <param name="environment">Variables to set, or (null) to remove.</param>
    /// <param name="input">What it reads.</param>
    /// <param name="cancellation">Kills it.</param>
    /// <returns>The exit code, and both outputs as one text.</returns>
    internal static async Task<(int ExitCode, string Output)> RunAsync(
        IReadOnlyList<string> command, string folder, IEnumerable<KeyValuePair<string, string?>> environment, string input, CancellationToken cancellation)
    {
        using var process = Process.Start(Describe(command, folder, environment))!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellation);
            var errors = process.StandardError.ReadToEndAsync(cancellation);
            try
            {
                await process.StandardInput.WriteAsync(input.AsMemory(), cancellation).ConfigureAwait(false);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It ended without reading; its output and exit code tell why.
            }
            await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
            return (process.ExitCode, $"{await output.ConfigureAwait(false)}{await errors.ConfigureAwait(false)}".Trim());
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
    /// <summary>A program whose three streams are this one's to hold.</summary>
    /// <inheritdoc cref="RunAsync"/>
    internal static ProcessStartInfo Describe(IReadOnlyList<string> command, string folder, IEnumerable<KeyValuePair<string, string?>> environment)
    {
        var info = new ProcessStartInfo(command[0], command.Skip(1))
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment) info.Environment[name] = value;
        return info;
    }
}
