using AnalyticsGraph.Tracking.Points;
using AnalyticsGraph.Tracking.Rules;
using AnalyticsGraph.Tracking.Writing;
using Npgsql;

namespace AnalyticsGraph.Tracking.Staging;

/// <summary>The columns of datasets that a load's rows name.</summary>
internal static class StagedColumns
{
    /// <summary>Adds those that a dataset does not have, behind the ones it has. The caller holds the datasets.</summary>
    /// <returns>What is wrong, told by the place among all of the columns; nothing was added then.</returns>
    public static async Task<IReadOnlyList<UserError>> AddAsync(NpgsqlConnection connection, IReadOnlyList<StagedColumn> columns, CancellationToken ct)
    {
        var rules = new InputRules();
        var added = new List<(long Dataset, IReadOnlyList<ColumnInput> Columns)>();
        foreach (var dataset in columns.Index().GroupBy(column => column.Item.DatasetId, column => (column.Index, column.Item.Column)))
            added.Add((dataset.Key, await DatasetColumns.FindNewAsync(connection, dataset.Key, dataset, rules, ct).ConfigureAwait(false)));

        // All datasets first: the transaction is committed even where the load is refused.
        if (rules.Errors.Count > 0)
            return rules.Errors;
        foreach (var (dataset, its) in added)
            await DatasetColumns.InsertAsync(connection, dataset, its, ct).ConfigureAwait(false);
        return [];
    }
}
