namespace AnalyticsGraph.Mapping.Sql;

/// <summary>How the conditions of a filter are met.</summary>
internal enum FilterUse
{
    /// <summary>As the planner sees fit.</summary>
    Planned,

    /// <summary>As the planner sees fit, and it may take them for rare: indexes of short texts are searched.</summary>
    Searched,

    /// <summary>Of one row after another, as the rows come: conditions on related rows look those up.</summary>
    Probed,
}
