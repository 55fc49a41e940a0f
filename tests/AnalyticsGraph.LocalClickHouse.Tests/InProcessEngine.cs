using AnalyticsGraph.LocalClickHouse.Engine;

namespace AnalyticsGraph.LocalClickHouse.Tests;

/// <summary>The engine within the test process, for what can only be seen from inside.</summary>
public sealed class InProcessEngine : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lch");

    public InProcessEngine()
    {
        HandlerBefore = Native.SignalGuard.CurrentHandler();
        Engine = EngineHost.Start(Libchdb.Path, _folder.FullName, 1L << 30);
    }

    internal EngineHost Engine { get; }

    /// <summary>The runtime's handler of SIGRTMIN before the engine started.</summary>
    internal nint HandlerBefore { get; }

    public void Dispose()
    {
        Engine.Dispose();
        _folder.Delete(recursive: true);
    }
}
