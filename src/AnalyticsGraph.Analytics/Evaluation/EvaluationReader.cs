using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Sessions;

namespace AnalyticsGraph.Analytics.Evaluation;

/// <summary>Counts predictions against targets in ClickHouse: one query for all sets of a level.</summary>
internal static class EvaluationReader
{
    // A probability of 0 for what turned out true would make the loss infinite: the least that counts is a double's epsilon, as in scikit-learn.
    private const string Sql =
        """
        SELECT
            p.prediction_set_id AS set_id,
            if(p.class IS NOT NULL AND t.class IS NOT NULL, assumeNotNull(toString(t.class)), '') AS actual,
            if(p.class IS NOT NULL AND t.class IS NOT NULL, assumeNotNull(toString(p.class)), '') AS predicted,
            p.class IS NOT NULL AND t.class IS NOT NULL AS classified,
            count() AS n,
            countIf(t.class IS NOT NULL AND notEmpty(p.probabilities)) AS loss_n,
            sumIf(-log(greatest(p.probabilities[assumeNotNull(toString(t.class))], 2.220446049250313e-16)), t.class IS NOT NULL AND notEmpty(p.probabilities)) AS loss,
            countIf(isFinite(p.value - t.value)) AS number_n,
            ifNull(sumIf(abs(p.value - t.value), isFinite(p.value - t.value)), 0) AS absolute,
            ifNull(sumIf(pow(p.value - t.value, 2), isFinite(p.value - t.value)), 0) AS squared,
            ifNull(varPopStableIf(t.value, isFinite(p.value - t.value)) * number_n, 0) AS deviation
        FROM (SELECT * FROM prediction FINAL WHERE prediction_set_id IN {sets:Array(Int64)}) AS p
        LEFT JOIN (
            SELECT dataset_id, sample_index, argMin(tuple(class), target_index).1 AS class, argMin(tuple(value), target_index).1 AS value
            FROM target FINAL WHERE dataset_id IN {datasets:Array(Int64)} GROUP BY dataset_id, sample_index) AS t
            ON t.dataset_id = p.dataset_id AND t.sample_index = p.sample_index
        GROUP BY set_id, actual, predicted, classified
        SETTINGS join_use_nulls = 1
        """;

    /// <summary>Evaluates sets.</summary>
    /// <param name="request">The request.</param>
    /// <param name="sets">Their ids.</param>
    /// <param name="datasets">The ids of their datasets.</param>
    public static async Task<Dictionary<long, Evaluation>> ReadAsync(RequestContext request, long[] sets, long[] datasets)
    {
        var query = new ClickHouseQuery(Sql).With("sets", "Array(Int64)", sets).With("datasets", "Array(Int64)", datasets);
        var groups = new List<(long Set, bool IsClassified, ConfusionCell Cell, double Loss, long Losses, NumberErrors Numbers)>();
        await request.Get<StoreSessions>().ClickHouse!.ReadCaughtUpAsync(query, Read, request.CancellationToken).ConfigureAwait(false);
        var bySet = groups.ToLookup(group => group.Set);
        return sets.Distinct().ToDictionary(set => set, set => new Evaluation(
            set,
            bySet[set].Sum(group => group.Cell.Count),
            [.. bySet[set].Where(group => group.IsClassified).Select(group => group.Cell)],
            (bySet[set].Sum(group => group.Loss), bySet[set].Sum(group => group.Losses)),
            // Predictions without classes, so numbers among them, are one group.
            bySet[set].Where(group => !group.IsClassified).Select(group => group.Numbers).FirstOrDefault()));

        void Read(Block block)
        {
            for (var row = 0; row < block.RowCount; row++)
            {
                groups.Add((
                    block.Column<long>("set_id")[row],
                    block.Column<byte>("classified")[row] != 0,
                    new ConfusionCell(block.Column<string>("actual")[row], block.Column<string>("predicted")[row], (long)block.Column<ulong>("n")[row]),
                    block.Column<double>("loss")[row],
                    (long)block.Column<ulong>("loss_n")[row],
                    new NumberErrors((long)block.Column<ulong>("number_n")[row], block.Column<double>("absolute")[row], block.Column<double>("squared")[row], block.Column<double>("deviation")[row])));
            }
        }
    }
}
