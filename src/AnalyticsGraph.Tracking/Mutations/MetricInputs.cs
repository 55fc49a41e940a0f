using System.Collections;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Tracking.Points;
using AnalyticsGraph.Tracking.Writing;

namespace AnalyticsGraph.Tracking.Mutations;

/// <summary>A list of <c>MetricInput</c>, whose points are made of its columns as they are asked for.</summary>
internal sealed class MetricInputs(InputColumns columns) : IReadOnlyList<MetricInput>
{
    private readonly InputColumn<string> _keys = columns.Column<string>("key");
    private readonly InputColumn<double> _values = columns.Column<double>("value");
    private readonly InputColumn<long> _steps = columns.Column<long>("step");
    private readonly InputColumn<DateTimeOffset> _times = columns.Column<DateTimeOffset>("time");
    private readonly InputColumn<string> _scopes = columns.Column<string>("scope");
    private readonly InputColumn<string> _labels = columns.Column<string>("label");
    private readonly InputColumn<int> _ranks = columns.Column<int>("rank");
    private readonly InputColumn<long> _epochs = columns.Column<long>("epoch");

    public int Count => columns.Count;

    public MetricInput this[int index] => new()
    {
        Key = _keys[index]!,
        Value = _values[index],
        Step = _steps[index],
        Time = _times.HasValue(index) ? _times[index] : null,
        Scope = MetricScopes.Parse(_scopes[index]!),
        Label = _labels[index]!,
        Rank = _ranks[index],
        Epoch = _epochs[index],
    };

    public IEnumerator<MetricInput> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
