namespace AnalyticsGraph.Server.Tests.Crash;

/// <summary>What rounds came to.</summary>
internal sealed record CrashFigures
{
    public Victim Victim { get; init; }

    public int KillsInImports { get; set; }

    public int KillsInLogging { get; set; }

    public int KillsInRecovery { get; set; }

    public int Acknowledged { get; private set; }

    public int InDoubt { get; private set; }

    public long Points { get; private set; }

    public int Refused { get; private set; }

    public int Unanswered { get; private set; }

    /// <summary>From the start of a server process on data that a crash left to its being ready.</summary>
    public List<TimeSpan> Recoveries { get; } = [];

    /// <summary>From the kill of an engine, or from readiness, until each client got on.</summary>
    public List<TimeSpan> Resumptions { get; } = [];

    /// <summary>From a signal to the end of the process.</summary>
    public List<TimeSpan> Stops { get; } = [];

    public void Take(IEnumerable<LoggingClient> clients, IReadOnlyList<LoggedBatch> ledger)
    {
        Refused = clients.Sum(client => client.Refused);
        Unanswered = clients.Sum(client => client.Unanswered);
        Acknowledged = ledger.Count(batch => batch.Acknowledged);
        InDoubt = ledger.Count - Acknowledged;
        Points = ledger.Where(batch => batch.Acknowledged).Sum(batch => (long)batch.Points.Count);
    }

    /// <summary>Several rounds in words.</summary>
    public static string Sum(IReadOnlyList<CrashFigures> rounds)
    {
        var kinds = rounds.GroupBy(round => round.Victim)
            .Select(kind => $"{kind.Key}: {kind.Sum(r => r.KillsInImports)} in imports, {kind.Sum(r => r.KillsInLogging)} while logging, {kind.Sum(r => r.KillsInRecovery)} in recovery");
        return FormattableString.Invariant(
            $"""
            {rounds.Count} rounds; kills of {string.Join("; ", kinds)}
            batches: {rounds.Sum(r => r.Acknowledged)} acknowledged ({rounds.Sum(r => r.Points)} points), {rounds.Sum(r => r.InDoubt)} left in doubt; calls: {rounds.Sum(r => r.Refused)} refused clearly, {rounds.Sum(r => r.Unanswered)} without answer
            recovery: {Times(rounds.SelectMany(r => r.Recoveries))}; clients got on: {Times(rounds.SelectMany(r => r.Resumptions))}; stop: {Times(rounds.SelectMany(r => r.Stops))}
            """);
    }

    private static string Times(IEnumerable<TimeSpan> times)
    {
        var sorted = times.Select(time => time.TotalSeconds).Order().ToArray();
        return sorted.Length == 0 ? "none" : FormattableString.Invariant($"median {sorted[sorted.Length / 2]:0.0} s, most {sorted[^1]:0.0} s");
    }
}
