using AnalyticsGraph.Tracking.Points;
using AnalyticsGraph.Tracking.Rules;
using Npgsql;

namespace AnalyticsGraph.Tracking.Staging;

/// <summary>The columns of datasets that a load's rows name.</summary>
internal static class StagedColumns
{
    /// <summary>Adds those that a dataset does not have, behind the ones it has. The caller holds the datasets.</summary>
    /// <returns>What is wrong; nothing was added then.</returns>
    public static async Task<IReadOnlyList<UserError>> AddAsync(NpgsqlConnection connection, IReadOnlyList<StagedColumn> columns, CancellationToken ct)
    {
        var errors = new InputRules();
        foreach (var dataset in columns.GroupBy(column => column.DatasetId, column => column.Column))
            await DatasetColumns.AddAsync(connection, dataset.Key, [.. dataset], errors, ct).ConfigureAwait(false);
        return errors.Errors;
    }
}
