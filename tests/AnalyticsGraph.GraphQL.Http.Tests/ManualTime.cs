namespace AnalyticsGraph.GraphQL.Http.Tests;

/// <summary>A clock that stands still until it is moved on. Its timers then fire, in the caller's thread.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private long _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _now);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves on, and fires each timer that has come due, once.</summary>
    public void Advance(TimeSpan time)
    {
        ManualTimer[] due;
        lock (_lock)
        {
            _now += time.Ticks;
            due = [.. _timers.Where(timer => timer.Due <= _now)];
            foreach (var timer in due)
            {
                timer.Schedule(_now, timer.Period);
            }
        }

        foreach (var timer in due)
        {
            timer.Fire();
        }
    }

    private sealed class ManualTimer(ManualTime time, Action fire) : ITimer
    {
        public long Due { get; private set; } = long.MaxValue;

        public TimeSpan Period { get; private set; }

        public void Fire() => fire();

        public void Schedule(long now, TimeSpan after) => Due = after > TimeSpan.Zero ? now + after.Ticks : long.MaxValue;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._lock)
            {
                Period = period;
                Schedule(time._now, dueTime);
                time._timers.Remove(this);
                time._timers.Add(this);
            }

            return true;
        }

        public void Dispose()
        {
            lock (time._lock)
            {
                Due = long.MaxValue;
                time._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
