using AnalyticsGraph.Tracking.Writing;

namespace AnalyticsGraph.Tracking.Staging;

/// <summary>What is recorded of a call when it asks to publish its load, so that whoever completes it can.</summary>
/// <param name="Rows">How many rows its body had.</param>
/// <param name="Operation">What its token is of.</param>
/// <param name="Token">Makes it safe to repeat; null for none.</param>
/// <param name="Hash">A hash of its content; null without a token.</param>
/// <param name="Columns">The columns that its rows of datasets name, in order.</param>
internal sealed record StagedCall(long Rows, string Operation, string? Token, byte[]? Hash, IReadOnlyList<StagedColumn> Columns)
{
    /// <summary>No call: rows that another part of the server brings.</summary>
    public static StagedCall None { get; } = new(0, "", null, null, []);
}

/// <summary>A column of a dataset that rows name.</summary>
/// <param name="DatasetId">The dataset's internal id.</param>
/// <param name="Column">The column.</param>
internal readonly record struct StagedColumn(long DatasetId, ColumnInput Column);

/// <summary>What a call came to.</summary>
/// <param name="Rows">How many rows its body had.</param>
/// <param name="NewRows">How many of them were not there before; of series that replace each other, all.</param>
internal sealed record StagedAnswer(long Rows, long NewRows);
