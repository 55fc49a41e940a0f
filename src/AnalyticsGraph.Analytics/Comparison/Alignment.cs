namespace AnalyticsGraph.Analytics.Comparison;

/// <summary>What the points of several runs are laid beside each other by.</summary>
internal enum Alignment
{
    /// <summary>Steps; of batches their ordinals over all epochs.</summary>
    Step,

    /// <summary>Epochs.</summary>
    Epoch,

    /// <summary>Milliseconds since the run's first point.</summary>
    RelativeTime,

    /// <summary>Unix milliseconds.</summary>
    WallTime,
}

/// <summary>What stands for several points of a run in one place.</summary>
internal enum AlignedSample
{
    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>The least.</summary>
    Min,

    /// <summary>The greatest.</summary>
    Max,

    /// <summary>The first.</summary>
    First,

    /// <summary>The last.</summary>
    Last,
}

/// <summary>What runs are grouped by.</summary>
internal enum GroupKind
{
    /// <summary>Nothing: all are one group.</summary>
    None,

    /// <summary>The value of a param.</summary>
    Param,

    /// <summary>The value of a tag.</summary>
    Tag,

    /// <summary>The experiment's name.</summary>
    Experiment,

    /// <summary>Who ran it.</summary>
    User,

    /// <summary>How far it is.</summary>
    Status,
}
