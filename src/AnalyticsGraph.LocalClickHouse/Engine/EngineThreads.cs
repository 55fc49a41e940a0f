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
    private readonly ConcurrentStack<Worker> _idle = new();
    private readonly Worker[] _workers;
    private readonly TimeSpan _patience;

    internal EngineThreads(int count, TimeSpan patience)
    {
        _free = new SemaphoreSlim(count);
        _patience = patience;
        _workers = [.. Enumerable.Range(0, count).Select(i => new Worker(i))];
        _idle.PushRange(_workers);
    }

    /// <summary>Runs <paramref name="job"/> on an engine thread and returns when it has ended.</summary>
    /// <exception cref="ServerException">No thread became free in time (TOO_MANY_SIMULTANEOUS_QUERIES).</exception>
    internal async Task Run(Action job, CancellationToken cancelled)
    {
        if (!await _free.WaitAsync(_patience, cancelled).ConfigureAwait(false))
        {
            throw ServerException.Create(ErrorCode.TooManySimultaneousQueries,
                $"Too many simultaneous queries. Maximum: {_workers.Length}, waited {_patience.TotalSeconds} seconds for one to end");
        }
        // The one that worked last: its caches, and the engine's own per-thread ones, are warm.
        if (!_idle.TryPop(out var worker)) throw new InvalidOperationException("A free place without an idle thread.");
        try
        {
            await worker.Do(job).ConfigureAwait(false);
        }
        finally
        {
            _idle.Push(worker);
            _free.Release();
        }
    }

    public void Dispose()
    {
        foreach (var worker in _workers) worker.Dispose();
        _free.Dispose();
    }

    private sealed class Worker : IDisposable
    {
        private readonly SemaphoreSlim _wake = new(0);
        private readonly Thread _thread;
        private (Action Job, TaskCompletionSource Done)? _work;

        internal Worker(int number)
        {
            _thread = new Thread(Work, StackSize) { IsBackground = true, Name = $"engine {number}" };
            _thread.Start();
        }

        internal Task Do(Action job)
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _work = (job, done);
            _wake.Release();
            return done.Task;
        }

        public void Dispose()
        {
            _work = null;
            _wake.Release();
            _thread.Join();
            _wake.Dispose();
        }

        private void Work()
        {
            while (true)
            {
                _wake.Wait();
                if (_work is not { } work) return;
                _work = null;
                try
                {
                    work.Job();
                    work.Done.SetResult();
                }
                catch (Exception e)
                {
                    work.Done.SetException(e);
                }
            }
        }
    }
}
