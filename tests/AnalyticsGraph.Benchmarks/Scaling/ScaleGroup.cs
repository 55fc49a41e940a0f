namespace AnalyticsGraph.Benchmarks.Scaling;

/// <summary>Experiments of one shape: runs that log the same keys, each once at every step.</summary>
/// <param name="Name">Begins the experiments' names.</param>
/// <param name="Experiments">How many.</param>
/// <param name="Runs">Runs of each.</param>
/// <param name="Keys">Keys of each run: <c>loss</c> in all, the others of 99 that take turns.</param>
/// <param name="Steps">Points of each series.</param>
internal sealed record ScaleGroup(string Name, int Experiments, int Runs, int Keys, long Steps)
{
    /// <summary>The key that every run has.</summary>
    public const string CommonKey = "loss";

    /// <summary>The first experiment's internal id; those of the others follow.</summary>
    public long FirstExperiment { get; init; }

    /// <summary>The first run's internal id; those of the others follow, experiment by experiment.</summary>
    public long FirstRun { get; init; }

    /// <summary>Runs of all its experiments.</summary>
    public long AllRuns => (long)Experiments * Runs;

    /// <summary>All points.</summary>
    public long Points => AllRuns * Keys * Steps;
}
