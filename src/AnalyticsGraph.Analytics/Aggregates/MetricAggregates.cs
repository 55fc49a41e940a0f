namespace AnalyticsGraph.Analytics.Aggregates;

/// <summary>A page of groups.</summary>
/// <param name="question">What was asked.</param>
/// <param name="groups">The groups.</param>
/// <param name="page">Makes their cursors.</param>
/// <param name="hasNextPage">Whether there are more.</param>
internal sealed class MetricAggregates(MetricQuestion question, IReadOnlyList<MetricGroup> groups, MetricPage page, bool hasNextPage)
{
    public int Count => groups.Count;

    public bool HasNextPage => hasNextPage;

    public string? EndCursor => groups.Count == 0 ? null : page.CursorOf(groups[^1]);

    public IEnumerable<MetricAggregateRow> Rows => groups.Select(group => new MetricAggregateRow(question, group, page));

    public IEnumerable<DataColumn> Columns =>
    [
        .. question.Dimensions.Select((dimension, i) => new DataColumn(dimension.Name, dimension.Kind, dimension.TypeName, [.. groups.Select(group => group.Keys[i])])),
        .. question.Measures.Select((measure, i) => new DataColumn(measure.Name, DataColumnKind.Number, null, [.. groups.Select(group => (object?)group.Values[i])])),
    ];
}

/// <summary>A group as an object.</summary>
internal sealed class MetricAggregateRow(MetricQuestion question, MetricGroup group, MetricPage page)
{
    public string Cursor => page.CursorOf(group);

    public IEnumerable<DataValue> Keys => question.Dimensions.Select((dimension, i) => new DataValue(dimension.Name, dimension.Kind, dimension.TypeName, group.Keys[i]));

    public IEnumerable<double?> Values => group.Values;
}
