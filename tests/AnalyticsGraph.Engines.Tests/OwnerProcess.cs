using System.Diagnostics;
using AnalyticsGraph.TestEngines;

namespace AnalyticsGraph.Engines.Tests;

/// <summary>Another process that owns engines, as a server does. It stops them when disposed; killed, it leaves them.</summary>
internal sealed class OwnerProcess : IAsyncDisposable
{
    private readonly Process _process;

    private OwnerProcess(Process process, string said)
    {
        _process = process;
        Said = said;
    }

    /// <summary>Its answer: "ready" and PostgreSQL's connection string, or an error's code and message.</summary>
    internal string Said { get; }

    internal string PostgresConnectionString => Said["ready ".Length..];

    internal int Id => _process.Id;

    /// <param name="programs">A folder for a copy of its programs.</param>
    /// <param name="data">The data folder.</param>
    /// <param name="packages">The folder of the packages; null: the checkout's.</param>
    /// <param name="clickHouse">Whether LocalClickHouse is started too.</param>
    /// <param name="prefix">What runs it, such as setpriv.</param>
    internal static async Task<OwnerProcess> StartAsync(string programs, string data, string? packages = null, bool clickHouse = false, params string[] prefix)
    {
        if (!Directory.Exists(programs)) HostPrograms.CopyTo(programs);
        string[] command = [.. prefix, .. HostPrograms.Command(programs, "own", data, packages ?? HostPrograms.Packages(), clickHouse ? Path.Combine(programs, HostPrograms.LocalClickHouse) : "-")];
        var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, WorkingDirectory = "/" })!;
        var said = await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)) ?? "";
        if (!said.StartsWith("ready", StringComparison.Ordinal)) said += await process.StandardOutput.ReadToEndAsync();
        return new OwnerProcess(process, said);
    }

    internal async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Lets it end without disposing its engines.</summary>
    internal async Task ExitAsync()
    {
        await _process.StandardInput.WriteAsync("exit");
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        Assert.Equal(3, _process.ExitCode);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.StandardInput.Close();
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
    }
}
