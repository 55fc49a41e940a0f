using System.Net;
using System.Net.Sockets;
using AnalyticsGraph.Server.Tests.Running;

namespace AnalyticsGraph.Server.Tests.Starting;

/// <summary>What the command line says to people, and what scripts rely on: exit codes.</summary>
public sealed class CommandLineTests
{
    [Fact]
    public async Task Help_Should_BeTheReviewedText_When_ItIsAsked()
    {
        var (code, output, errors) = await ServerProcess.RunAsync("--help");
        var (importCode, import, _) = await ServerProcess.RunAsync("import", "mlflow", "--help");

        Assert.Equal((0, 0, ""), (code, importCode, errors.Trim()));
        Snapshot.Match("help.txt", $"{output}\n{import}");
    }

    [Theory]
    [InlineData("--port", "--port")]
    [InlineData("serve", "serve")]
    [InlineData("import", "Required command")]
    [InlineData("import mlflow", "Required argument")]
    [InlineData("gc", "--older-than")]
    [InlineData("gc --older-than soon", "no duration")]
    [InlineData("gc --older-than ", "'' is no duration")]
    [InlineData("--ConnectionStrings:PostgreSQL=Host=db", "ConnectionStrings:PostgreSQL is no setting")]
    [InlineData("gc --older-than NaNd", "'NaNd' is no duration")]
    public async Task Start_Should_SayWhatIsWrong_When_ArgumentsAreUnknown(string arguments, string named)
    {
        var (code, _, errors) = await ServerProcess.RunAsync(arguments.Split(' '));

        Assert.Equal(1, code);
        Assert.Contains(named, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_Should_NameTheAddress_When_ItsPortIsTaken()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
        var data = Path.Combine(Path.GetTempPath(), $"ag-{Guid.NewGuid():n}"[..16]);
        try
        {
            var (code, _, errors) = await ServerProcess.RunAsync("--urls", url, "--data", data);

            Assert.Equal(1, code);
            Assert.Contains($"The address {url} is taken", errors, StringComparison.Ordinal);
            Assert.Contains("--urls", errors, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
        }
        finally
        {
            if (Directory.Exists(data))
            {
                Directory.Delete(data, recursive: true);
            }
        }
    }

    [Fact]
    public async Task Start_Should_SayWhyAndEnd_When_PostgresCannotBeReached()
    {
        // Names in the environment that are near ours may be another program's, and stop nothing.
        var (code, _, errors) = await ServerProcess.RunInAsync(
            null, ["env", "Mappings__MaxPage=none", "ConnectionStrings__Default=none"],
            "--urls", "http://127.0.0.1:0", "--ConnectionStrings:Postgres=Host=127.0.0.1;Port=1;Username=nobody;Timeout=2", "--ConnectionStrings:ClickHouse=Host=127.0.0.1;Port=1");

        Assert.Equal(1, code);
        Assert.Contains("127.0.0.1:1", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }
}
