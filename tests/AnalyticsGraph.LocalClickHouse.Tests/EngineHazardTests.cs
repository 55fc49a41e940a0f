using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using AnalyticsGraph.LocalClickHouse.Engine;
using AnalyticsGraph.LocalClickHouse.Errors;
using AnalyticsGraph.LocalClickHouse.Native;

namespace AnalyticsGraph.LocalClickHouse.Tests;

/// <summary>Hazards of the library that only show within the process that hosts it.</summary>
public sealed class EngineHazardTests(InProcessEngine host) : IClassFixture<InProcessEngine>
{
    private readonly EngineHost _engine = host.Engine;

    [Fact]
    public void Hazard1_NullDereference_Should_StillThrow_When_TheEngineRuns()
    {
        Assert.Throws<NullReferenceException>(() => Length(null!));
    }

    [Fact]
    public async Task Hazard2_GarbageCollection_Should_StayQuick_When_TheEngineRuns()
    {
        Assert.Equal(host.HandlerBefore, SignalGuard.CurrentHandler());
        using var stop = new CancellationTokenSource();
        var busy = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested) _engine.Read("SELECT sum(number) FROM numbers(1000000)");
        });

        var watch = Stopwatch.StartNew();
        for (var i = 0; i < 10; i++) GC.Collect();
        var collected = watch.Elapsed;
        await stop.CancelAsync();

        await busy.WaitAsync(TimeSpan.FromSeconds(10));

        Assert.InRange(collected, TimeSpan.Zero, TimeSpan.FromSeconds(3));
        Assert.Equal(host.HandlerBefore, SignalGuard.CurrentHandler());
    }

    [Fact]
    public void Hazard3_PartialRows_Should_StayInTheLibrary_And_BeWhyAConnectionIsThrownAway()
    {
        // This is the library's behaviour that the pool is built around; if it goes, so can the rule.
        using var connection = Open();
        Assert.Throws<ServerException>(() => connection.Execute("SELECT number FROM numbers(1000000) WHERE throwIf(number = 999999) = 0 SETTINGS max_threads = 1"u8, "TSV", []).Dispose());
        using var next = connection.Execute("SELECT 'mine'"u8, "TSV", []);

        Assert.StartsWith("0\n1\n2\n", Encoding.UTF8.GetString(next.Bytes), StringComparison.Ordinal);
    }

    [Fact]
    public void Hazard4_KeepAlive_Should_KeepTheEngineLoaded_When_AllOtherConnectionsClose()
    {
        using (var connection = Open())
        {
            connection.Execute("CREATE TABLE kept (a Int8) ENGINE = Memory"u8, "TSV", []).Dispose();
            connection.Execute("INSERT INTO kept SELECT 1"u8, "TSV", []).Dispose();
        }

        // A table in memory would be gone with the engine.
        Assert.Equal("1\n", _engine.Read("SELECT a FROM kept"));
    }

    [Fact]
    public void Pool_Should_ReuseAConnection_When_TheSessionIsTheSame()
    {
        using var pool = new ConnectionPool(_engine, 2);
        var session = new SessionSettings("", [new("max_block_size", "100")]);
        var first = pool.Take(session);
        pool.Return(first);

        Assert.Same(first, pool.Take(new SessionSettings("default", [new("max_block_size", "100")])));
        var other = pool.Take(new SessionSettings("", [new("max_block_size", "101")]));
        Assert.NotSame(first, other);
        Assert.Equal(2, pool.Opened);
        first.Dispose();
        other.Dispose();
    }

    [Fact]
    public void Pool_Should_CloseTheOldest_When_MoreAreIdleThanItMayKeep()
    {
        using var pool = new ConnectionPool(_engine, 1);
        var (a, b) = (new SessionSettings("", [new("max_threads", "1")]), new SessionSettings("", [new("max_threads", "2")]));
        var (first, second) = (pool.Take(a), pool.Take(b));
        pool.Return(first);
        pool.Return(second);

        Assert.Throws<ObjectDisposedException>(() => first.Handle);
        Assert.Same(second, pool.Take(b));
        second.Dispose();
    }

    [Fact]
    public void Pool_Should_SayWhy_When_TheEngineRefusesASetting()
    {
        using var pool = new ConnectionPool(_engine, 1);

        var error = Assert.Throws<ServerException>(() => pool.Take(new SessionSettings("", [new("max_block_size", "many")])));

        Assert.Equal((int)ErrorCode.CannotParseInputAssertionFailed, error.Code);
    }

    private Connection Open() => _engine.Open([], "", "test") ?? throw new InvalidOperationException("no connection");

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Length(int[] values) => values.Length;
}
