using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO.MemoryMappedFiles;

namespace AnalyticsGraph.GraphQL.Fuzz.Running;

/// <summary>Tries inputs on threads of its own, watches that each ends, and measures.</summary>
internal sealed class FuzzRun(IFuzzer fuzzer, FuzzOptions options)
{
    private const int MostFailures = 100;
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Stuck = TimeSpan.FromMinutes(1);

    private readonly ConcurrentQueue<FuzzFailure> _failures = [];
    private readonly ConcurrentQueue<FuzzTime> _suspects = [];
    private readonly Lock _slowestLock = new();
    private readonly long[] _underWay = new long[options.Threads];
    private readonly long[] _since = new long[options.Threads];
    private FuzzTime _slowest = new(0, TimeSpan.Zero);
    private long _next;
    private long _tried;

    /// <summary>Runs until the count is reached, the time is up or far too much went wrong.</summary>
    /// <param name="tell">Told how it goes, every few seconds.</param>
    public FuzzReport Run(Action<string> tell)
    {
        using var trace = options.Trace is null ? null : MemoryMappedFile.CreateFromFile(options.Trace, FileMode.Create, null, 8L * options.Threads);
        using var traced = trace?.CreateViewAccessor();
        using var end = new CancellationTokenSource();
        var watch = Stopwatch.StartNew();
        var workers = Enumerable.Range(0, options.Threads).Select(worker => new Thread(() => Work(worker, traced, end.Token)) { IsBackground = true }).ToArray();
        Array.ForEach(workers, worker => worker.Start());
        MemoryUse? before = null;
        var told = TimeSpan.Zero;
        var failuresTold = 0;
        while (workers.Any(worker => worker.IsAlive))
        {
            Array.Find(workers, worker => worker.IsAlive)?.Join(200);
            // What fills once (the JIT's code, the cache of plans, pools) has filled after a fifth.
            if (before is null && (Interlocked.Read(ref _tried) > options.Count / 5 || watch.Elapsed > options.Limit / 5))
            {
                before = MemoryUse.Now();
            }

            if (StuckNumber() is { } stuck)
            {
                _failures.Enqueue(new FuzzFailure(stuck, fuzzer.Make(stuck), $"No end after {Stuck}."));
                break;
            }

            if (watch.Elapsed > options.Limit || _failures.Count >= MostFailures)
            {
                end.Cancel();
            }

            foreach (var failure in _failures.Skip(failuresTold))
            {
                failuresTold++;
                tell(failure.ToString());
            }

            if (watch.Elapsed - told > TimeSpan.FromSeconds(10))
            {
                told = watch.Elapsed;
                tell($"{Interlocked.Read(ref _tried)} {fuzzer.Name}, {_failures.Count} failures, {MemoryOfProcess()} MiB");
            }
        }

        var elapsed = watch.Elapsed;
        Confirm();
        var after = MemoryUse.Now();
        return new FuzzReport(fuzzer.Name, Interlocked.Read(ref _tried), elapsed, [.. _failures], _slowest, before ?? after, after, fuzzer.Remarks);
    }

    private static long MemoryOfProcess() => Environment.WorkingSet >> 20;

    private void Work(int worker, MemoryMappedViewAccessor? trace, CancellationToken end)
    {
        while (!end.IsCancellationRequested && Interlocked.Increment(ref _next) - 1 is var step && step < options.Count)
        {
            var number = options.From + step;
            trace?.Write(8L * worker, number);
            Volatile.Write(ref _underWay[worker], number);
            Volatile.Write(ref _since[worker], Stopwatch.GetTimestamp());
            Try(number);
            Volatile.Write(ref _since[worker], 0);
            Interlocked.Increment(ref _tried);
        }
    }

    private void Try(long number)
    {
        byte[] input = fuzzer.Make(number);
        var begun = Stopwatch.GetTimestamp();
        try
        {
            if (fuzzer.Try(number, input) is { } why)
            {
                _failures.Enqueue(new FuzzFailure(number, input, why));
            }
        }
        catch (Exception exception)
        {
            _failures.Enqueue(new FuzzFailure(number, input, exception.ToString()));
        }

        var took = new FuzzTime(number, Stopwatch.GetElapsedTime(begun));
        if (took.Took > Slow)
        {
            _suspects.Enqueue(took);
        }

        lock (_slowestLock)
        {
            _slowest = took.Took > _slowest.Took ? took : _slowest;
        }
    }

    /// <summary>What took long may have waited for a busy machine: alone, and by the processor's time, it must be quick.</summary>
    private void Confirm()
    {
        foreach (var suspect in _suspects.Take(MostFailures))
        {
            var input = fuzzer.Make(suspect.Number);
            var before = Environment.CpuUsage.TotalTime;
            fuzzer.Try(suspect.Number, input);
            var used = Environment.CpuUsage.TotalTime - before;
            if (used > Slow)
            {
                _failures.Enqueue(new FuzzFailure(suspect.Number, input, $"It took {used.TotalMilliseconds:0} ms of the processor."));
            }
        }
    }

    private long? StuckNumber()
    {
        for (var worker = 0; worker < options.Threads; worker++)
        {
            var since = Volatile.Read(ref _since[worker]);
            if (since != 0 && Stopwatch.GetElapsedTime(since) > Stuck)
            {
                return Volatile.Read(ref _underWay[worker]);
            }
        }

        return null;
    }
}
