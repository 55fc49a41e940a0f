using AnalyticsGraph.Tracking.Points;
using AnalyticsGraph.Tracking.Rules;

namespace AnalyticsGraph.Tracking.Writing;

/// <summary>Who makes a change: kept in the history, and part of what makes a client token unique.</summary>
/// <param name="Name">The user's name; null without authentication.</param>
public sealed record Caller(string? Name)
{
    /// <summary>Nobody in particular.</summary>
    public static Caller Anonymous { get; } = new((string?)null);
}

/// <summary>An experiment to create.</summary>
public sealed record CreateExperimentRequest
{
    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>What it is about.</summary>
    public string? Description { get; init; }

    /// <summary>Where its runs' artifacts are kept.</summary>
    public string? ArtifactLocation { get; init; }

    /// <summary>Its tags.</summary>
    public IReadOnlyList<KeyText> Tags { get; init; } = [];

    /// <summary>Makes the call safe to repeat.</summary>
    public string? ClientToken { get; init; }
}

/// <summary>A run to create.</summary>
public sealed record CreateRunRequest
{
    /// <summary>The experiment's internal id.</summary>
    public required long ExperimentId { get; init; }

    /// <summary>Its name; made up if null.</summary>
    public string? Name { get; init; }

    /// <summary>Who runs it.</summary>
    public string? User { get; init; }

    /// <summary>The status: RUNNING, SCHEDULED, FINISHED, FAILED, KILLED, or any text of another system.</summary>
    public string Status { get; init; } = "RUNNING";

    /// <summary>When it began; now if null.</summary>
    public DateTimeOffset? StartTime { get; init; }

    /// <summary>The internal id of its trial, which must be of the same experiment.</summary>
    public long? TrialId { get; init; }

    /// <summary>The internal id of the run it is part of.</summary>
    public long? ParentId { get; init; }

    /// <summary>Its params.</summary>
    public IReadOnlyList<KeyText> Params { get; init; } = [];

    /// <summary>Its tags.</summary>
    public IReadOnlyList<KeyText> Tags { get; init; } = [];

    /// <summary>Makes the call safe to repeat.</summary>
    public string? ClientToken { get; init; }
}

/// <summary>A change of a run; what is null stays as it is, unless <see cref="TakenAway"/> names it.</summary>
public sealed record UpdateRunRequest
{
    /// <summary>The run's internal id.</summary>
    public required long RunId { get; init; }

    /// <summary>The new name.</summary>
    public string? Name { get; init; }

    /// <summary>The new status.</summary>
    public string? Status { get; init; }

    /// <summary>When it ended; now, where null and the new status ends a run.</summary>
    public DateTimeOffset? EndTime { get; init; }

    /// <summary>Inputs that were given as null, by their names: <c>endTime</c> is taken away, anything else cannot be.</summary>
    public IReadOnlyList<string> TakenAway { get; init; } = [];

    /// <summary>The version that the change was decided by; null for any.</summary>
    public long? Version { get; init; }

    /// <summary>Makes the call safe to repeat.</summary>
    public string? ClientToken { get; init; }
}

/// <summary>A metric point as a caller gives it.</summary>
public readonly record struct MetricInput()
{
    /// <summary>The metric's key.</summary>
    public required string Key { get; init; }

    /// <summary>The value, NaN and infinities included.</summary>
    public required double Value { get; init; }

    /// <summary>The step.</summary>
    public long Step { get; init; }

    /// <summary>When it was measured; now if null. Kept in milliseconds.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>What it describes.</summary>
    public MetricScope Scope { get; init; }

    /// <summary>The label, empty for the total.</summary>
    public string Label { get; init; } = "";

    /// <summary>The worker that reports it.</summary>
    public int Rank { get; init; }

    /// <summary>The epoch, for points of batches.</summary>
    public long Epoch { get; init; }
}

/// <summary>Metric points, params and tags to add to one run.</summary>
public sealed record LogBatchRequest
{
    /// <summary>The run's internal id.</summary>
    public required long RunId { get; init; }

    /// <summary>Its points.</summary>
    public IReadOnlyList<MetricInput> Metrics { get; init; } = [];

    /// <summary>Its params.</summary>
    public IReadOnlyList<KeyText> Params { get; init; } = [];

    /// <summary>Its tags.</summary>
    public IReadOnlyList<KeyText> Tags { get; init; } = [];

    /// <summary>Makes the call safe to repeat.</summary>
    public string? ClientToken { get; init; }
}

/// <summary>What a batch came to.</summary>
/// <param name="RunId">The run's internal id.</param>
/// <param name="NewPoints">How many of its points were not there before.</param>
/// <param name="Points">How many points it had.</param>
public sealed record LogBatchResult(long RunId, int NewPoints, int Points = 0);
