namespace AnalyticsGraph.Analytics.Series;

/// <summary>Rows of <see cref="RollupSql"/>, and how what they have is written.</summary>
/// <param name="Source">What stands behind FROM.</param>
/// <param name="Position">The bucket's first step, or the point's.</param>
/// <param name="LastStep">The last step.</param>
/// <param name="Moment">The least time.</param>
/// <param name="Points">How many points.</param>
/// <param name="NaNs">How many of them are NaN.</param>
/// <param name="Finite">How many are finite.</param>
/// <param name="Total">The finite ones' sum.</param>
/// <param name="Low">The least finite value.</param>
/// <param name="High">The greatest.</param>
internal sealed record RollupRows(
    string Source, string Position, string LastStep, string Moment, string Points, string NaNs, string Finite, string Total, string Low, string High)
{
    /// <summary>Rows of a table of <see cref="RollupSql.Rows"/>.</summary>
    /// <param name="rows">The table.</param>
    public static RollupRows Of(string rows) => new(rows, "s", "s1", "t0", "n", "nan_points", "finite", "total", "least.1", "most.1");
}
