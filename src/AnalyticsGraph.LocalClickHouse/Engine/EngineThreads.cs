using System.Collections.Concurrent;
using AnalyticsGraph.LocalClickHouse.Errors;

namespace AnalyticsGraph.LocalClickHouse.Engine;

/// <summary>
/// The threads that talk to the engine. Every call into it blocks, for as long as a query takes, so requests run on threads of
/// their own and never hold up the server's; as many requests run at once as there are threads, the others wait in line.
/// </summary>
internal sealed class EngineThreads : IDisposable
{
    // The engine's parser and planner recurse; its own server gives its threads 8 MiB too.
    private const int StackSize = 8 << 20;

    private readonly SemaphoreSlim _free;
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread[] _threads;
    private readonly TimeSpan _patience;

    internal EngineThreads(int count, TimeSpan patience)
    {
        _free = new SemaphoreSlim(count);
        _patience = patience;
        _threads = new Thread[count];
        for (var i = 0; i < count; i++)
        {
            _threads[i] = new Thread(Work, StackSize) { IsBackground = true, Name = $"engine {i}" };
            _threads[i].Start();
        }
    }

    /// <summary>Runs <paramref name="job"/> on an engine thread and returns when it has ended.</summary>
    /// <exception cref="ServerException">No thread became free in time (TOO_MANY_SIMULTANEOUS_QUERIES).</exception>
    internal async Task Run(Action job, CancellationToken cancelled)
    {
        if (!await _free.WaitAsync(_patience, cancelled).ConfigureAwait(false))
        {
            throw ServerException.Create(ErrorCode.TooManySimultaneousQueries,
                $"Too many simultaneous queries. Maximum: {_threads.Length}, waited {_patience.TotalSeconds} seconds for one to end");
        }
        try
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _work.Add(() => Complete(done, job), CancellationToken.None);
            await done.Task.ConfigureAwait(false);
        }
        finally
        {
            _free.Release();
        }
    }

    public void Dispose()
    {
        _work.CompleteAdding();
        foreach (var thread in _threads) thread.Join();
        _work.Dispose();
        _free.Dispose();
    }

    private static void Complete(TaskCompletionSource done, Action job)
    {
        try
        {
            job();
            done.SetResult();
        }
        catch (Exception e)
        {
            done.SetException(e);
        }
    }

    private void Work()
    {
        foreach (var job in _work.GetConsumingEnumerable()) job();
    }
}
