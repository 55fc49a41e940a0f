namespace AnalyticsGraph.Server.Tests.Crash;

/// <summary>What rounds came to.</summary>
internal sealed class CrashFigures
{
    /// <summary>Kills of each while clients logged.</summary>
    public Dictionary<Victim, int> Kills { get; } = Enum.GetValues<Victim>().ToDictionary(victim => victim, _ => 0);

    /// <summary>Kills of each while an import ran alone.</summary>
    public Dictionary<Victim, int> KillsInImports { get; } = Enum.GetValues<Victim>().ToDictionary(victim => victim, _ => 0);

    public int KillsInRecovery { get; set; }

    /// <summary>Kills while a large body was on its way.</summary>
    public int KillsInBodies { get; set; }

    public int Rounds { get; set; }

    public int Verifications { get; set; }

    public int Acknowledged { get; private set; }

    public int InDoubt { get; private set; }

    /// <summary>Acknowledged rows by the mutation that wrote them; of points, how many.</summary>
    public SortedDictionary<string, long> Rows { get; } = new(StringComparer.Ordinal);

    public int Refused { get; private set; }

    public int Unanswered { get; private set; }

    /// <summary>From the start of a server process on data that a crash left to its being ready.</summary>
    public List<TimeSpan> Recoveries { get; } = [];

    /// <summary>From the kill of an engine, or from readiness, until each client got on.</summary>
    public List<TimeSpan> Resumptions { get; } = [];

    /// <summary>From a signal to the end of the process.</summary>
    public List<TimeSpan> Stops { get; } = [];

    /// <summary>Adds what clients remember.</summary>
    public void Take(IReadOnlyList<LoggingClient> clients, LoadingClient loading)
    {
        Count("points of large bodies", (long)loading.Acknowledged * LoadingClient.Points);
        Refused += clients.Sum(client => client.Refused);
        Unanswered += clients.Sum(client => client.Unanswered);
        var batches = clients.SelectMany(client => client.Ledger).ToList();
        var rows = clients.SelectMany(client => client.Rows).ToList();
        Acknowledged += clients.Sum(client => client.Acknowledged);
        InDoubt += batches.Count(batch => !batch.Acknowledged) + rows.Count(row => !row.Acknowledged);
        foreach (var run in batches.Where(batch => batch.Acknowledged).SelectMany(batch => batch.Points).GroupBy(point => point.Key))
        {
            Count($"points {run.Key}", run.Count());
        }

        foreach (var kind in rows.GroupBy(row => row.Kind.Mutation))
        {
            Count(kind.Key, kind.Sum(row => row.Values.Count - (row.Acknowledged ? 0 : 1)));
        }
    }

    /// <summary>Adds those of other rounds.</summary>
    public void Add(CrashFigures other)
    {
        foreach (var victim in Enum.GetValues<Victim>())
        {
            Kills[victim] += other.Kills[victim];
            KillsInImports[victim] += other.KillsInImports[victim];
        }

        (KillsInRecovery, KillsInBodies) = (KillsInRecovery + other.KillsInRecovery, KillsInBodies + other.KillsInBodies);
        (Rounds, Verifications) = (Rounds + other.Rounds, Verifications + other.Verifications);
        (Acknowledged, InDoubt, Refused, Unanswered) = (Acknowledged + other.Acknowledged, InDoubt + other.InDoubt, Refused + other.Refused, Unanswered + other.Unanswered);
        Recoveries.AddRange(other.Recoveries);
        Resumptions.AddRange(other.Resumptions);
        Stops.AddRange(other.Stops);
        foreach (var (name, rows) in other.Rows)
        {
            Count(name, rows);
        }
    }

    public override string ToString() => FormattableString.Invariant(
        $"""
        {Rounds} rounds; kills while logging: {Each(Kills)}; in imports: {Each(KillsInImports)}; in recovery: {KillsInRecovery}; of those while logging, {KillsInBodies} while a large body was on its way
        calls: {Acknowledged} acknowledged, {InDoubt} left in doubt, {Refused} refused clearly, {Unanswered} without answer; acknowledged rows: {string.Join(", ", Rows.Select(row => $"{row.Value} {row.Key}"))}
        verify ran {Verifications} times; recovery: {Times(Recoveries)}; clients got on: {Times(Resumptions)}; stop: {Times(Stops)}
        """);

    private void Count(string name, long rows) => Rows[name] = Rows.GetValueOrDefault(name) + rows;

    private static string Each(Dictionary<Victim, int> kills) => string.Join(", ", kills.Select(kill => $"{kill.Value} of {kill.Key}"));

    private static string Times(List<TimeSpan> times)
    {
        var sorted = times.Select(time => time.TotalSeconds).Order().ToArray();
        return sorted.Length == 0 ? "none" : FormattableString.Invariant($"median {sorted[sorted.Length / 2]:0.0} s, most {sorted[^1]:0.0} s");
    }
}
