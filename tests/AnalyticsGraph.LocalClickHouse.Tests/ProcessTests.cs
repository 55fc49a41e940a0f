using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;

namespace AnalyticsGraph.LocalClickHouse.Tests;

/// <summary>The process: how it starts, refuses to start, and stops.</summary>
[SupportedOSPlatform("linux")]
public sealed class ProcessTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lch");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Server_Should_ServeAUnixSocketForItsOwnerOnly()
    {
        var socket = Path.Combine(_folder.FullName, "s", "ch.sock");
        using (var server = LocalServer.StartOn(Path.Combine(_folder.FullName, "data"), "--socket", socket))
        {
            Assert.Equal($"unix:{socket}", server.Address);
            Assert.Equal("1\n", await server.Query("SELECT 1"));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(socket));
            server.Kill();
        }

        // The socket's file is still there; the next start takes its place.
        Assert.True(File.Exists(socket));
        using var next = LocalServer.StartOn(Path.Combine(_folder.FullName, "data"), "--socket", socket);
        Assert.Equal("1\n", await next.Query("SELECT 1"));
        var (code, _, errors) = await LocalServer.RunToEnd("--path", Path.Combine(_folder.FullName, "other"), "--lib", Libchdb.Path, "--socket", socket);
        Assert.Equal((int)ExitCode.AddressUnavailable, code);
        Assert.Contains("Another process listens", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_Should_LetTheRunningStatementFinishAndKeepTheData()
    {
        var data = _folder.FullName;
        using (var server = LocalServer.StartOn(data))
        {
            await server.Query("CREATE TABLE kept (a Int8) ORDER BY a");
            var running = server.Query("INSERT INTO kept SELECT sleep(1)", "query_id=last");
            while (await server.Query("SELECT count() FROM system.processes WHERE query_id = 'last'") == "0\n")
            {
            }

            Assert.Equal((int)ExitCode.Success, await server.Stop());
            await running;
        }
        using var again = LocalServer.StartOn(data);
        Assert.Equal("0\n", await again.Query("SELECT a FROM kept"));
    }

    [Fact]
    public async Task Stop_Should_EndAStatementThatWouldRunForever()
    {
        using var server = LocalServer.StartOn(_folder.FullName);
        var running = server.Query("SELECT max(sipHash64(number)) FROM system.numbers", "query_id=endless");
        while (await server.Query("SELECT count() FROM system.processes WHERE query_id = 'endless'") == "0\n")
        {
        }

        var watch = Stopwatch.StartNew();
        Assert.Equal((int)ExitCode.Success, await server.Stop());

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(15));
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => running);
    }

    [Fact]
    public async Task Pipes_Should_BeTakenAway_When_TheProcessWasKilledWhileADocumentWasWritten()
    {
        var data = _folder.FullName;
        using (var server = LocalServer.StartOn(data))
        {
            var running = server.Query("SELECT sleepEachRow(0.1) FROM system.numbers FORMAT JSON");
            while (Directory.GetFiles(data, "*.pipe").Length == 0)
            {
                Assert.False(running.IsCompleted);
                await Task.Delay(5);
            }

            server.Kill();
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => running);
        }
        using var again = LocalServer.StartOn(data);
        Assert.Empty(Directory.GetFiles(data, "*.pipe"));
    }

    [Fact]
    public async Task Server_Should_Stop_When_ItsParentIsGone()
    {
        using var parent = Process.Start("sleep", "1000");
        using var server = LocalServer.StartOn(_folder.FullName, "--parent-pid", parent.Id.ToString());
        Assert.Equal("1\n", await server.Query("SELECT 1"));

        parent.Kill();

        Assert.True(server.WaitForExit());
    }

    [Fact]
    public async Task Server_Should_AskForItsPassword()
    {
        using var server = LocalServer.StartOn(_folder.FullName, "--password", "s:ecret");

        Assert.Equal(HttpStatusCode.Forbidden, (await server.Post("SELECT 1")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await server.Post("SELECT 1", "user=default&password=wrong")).StatusCode);
        Assert.Equal("1\n", await server.Query("SELECT 1", "user=default&password=s:ecret"));
        server.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("default:s:ecret")));
        Assert.Equal("1\n", await server.Query("SELECT 1"));
        server.Http.DefaultRequestHeaders.Authorization = null;
        server.Http.DefaultRequestHeaders.Add("X-ClickHouse-User", "default");
        server.Http.DefaultRequestHeaders.Add("X-ClickHouse-Key", "s:ecret");
        Assert.Equal("1\n", await server.Query("SELECT 1"));
        Assert.Equal("Ok.\n", await server.Http.GetStringAsync("/ping"));
    }

    [Theory]
    [InlineData("--lib", "x")]
    [InlineData("--path", "x", "--lib", "x", "--http", "nowhere")]
    [InlineData("--path", "x", "--lib", "x", "--max-connections", "0")]
    [InlineData("--path", "x", "--lib", "x", "--max-memory", "1000")]
    [InlineData("--path", "x", "--lib", "x", "--surprise")]
    public async Task Start_Should_SayWhatIsWrong_When_TheCommandLineIs(params string[] arguments)
    {
        var (code, output, errors) = await LocalServer.RunToEnd(arguments);

        Assert.Equal((int)ExitCode.BadArguments, code);
        Assert.NotEmpty(errors.Trim());
        Assert.DoesNotContain("ready", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_Should_SayWhere_When_TheLibraryIsMissing()
    {
        var (code, _, errors) = await LocalServer.RunToEnd("--path", _folder.FullName, "--lib", "/nowhere/libchdb.so");

        Assert.Equal((int)ExitCode.LibraryMissing, code);
        Assert.Contains("'/nowhere/libchdb.so'", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_Should_SayWhich_When_TheLibraryIsNone()
    {
        var file = Path.Combine(_folder.FullName, "libchdb.so");
        await File.WriteAllTextAsync(file, "no library");

        var (code, _, errors) = await LocalServer.RunToEnd("--path", _folder.FullName, "--lib", file);

        Assert.Equal((int)ExitCode.LibraryMissing, code);
        Assert.Contains(file, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_Should_SayWhy_When_TheDataDirectoryCannotBe()
    {
        var file = Path.Combine(_folder.FullName, "file");
        await File.WriteAllTextAsync(file, "");

        var (code, _, errors) = await LocalServer.RunToEnd("--path", Path.Combine(file, "data"), "--lib", Libchdb.Path);
        var (full, _, fullErrors) = await LocalServer.RunToEnd("--path", "/dev/full/data", "--lib", Libchdb.Path);

        Assert.Equal((int)ExitCode.PermissionDenied, code);
        Assert.Contains(file, errors, StringComparison.Ordinal);
        Assert.Equal((int)ExitCode.PermissionDenied, full);
        Assert.NotEmpty(fullErrors);
    }

    [Fact]
    public async Task Start_Should_SaySo_When_ThePortIsTaken()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        var (code, _, errors) = await LocalServer.RunToEnd("--path", _folder.FullName, "--lib", Libchdb.Path, "--http", taken.LocalEndpoint.ToString()!);

        Assert.Equal((int)ExitCode.AddressUnavailable, code);
        Assert.Contains(taken.LocalEndpoint.ToString()!, errors, StringComparison.Ordinal);
    }
}
