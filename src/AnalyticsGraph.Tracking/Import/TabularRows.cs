namespace AnalyticsGraph.Tracking.Import;

/// <summary>What ClickHouse has of datasets, as temporary tables.</summary>
internal static class TabularRows
{
    public static Task ReadSamplesAsync(SeriesTransfer series, string name, IReadOnlyList<long> datasets, CancellationToken ct) => series.ReadAsync(
        $"{name} (dataset_id bigint, sample_index bigint, original_id text, features jsonb, texts jsonb, version bigint)",
        """
        dataset_id, sample_index, original_id,
        replaceRegexpAll(replaceRegexpAll(toJSONString(features), ':"nan"([,}])', ':"NaN"\\1'), ':"(-?)inf"([,}])', ':"\\1Infinity"\\2'), toJSONString(texts), version
        """,
        "FROM sample FINAL WHERE dataset_id IN {ids:Array(Int64)}", datasets, ct);

    /// <summary>Targets or predictions: owner, place, sample_index, original_id, class.</summary>
    public static Task ReadAsync(SeriesTransfer series, string name, string table, string owner, string place, IReadOnlyList<long> owners, CancellationToken ct) => series.ReadAsync(
        $"{name} (owner bigint, place bigint, sample_index bigint, original_id text, class text, version bigint)",
        $"{owner}, {place}, sample_index, original_id, coalesce(class, toString(value)), version",
        $"FROM {table} FINAL WHERE {owner} IN {{ids:Array(Int64)}}", owners, ct);
}
