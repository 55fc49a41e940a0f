using AnalyticsGraph.Analytics.Series;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping;
using AnalyticsGraph.Mapping.Sessions;

namespace AnalyticsGraph.Analytics.Aggregates;

/// <summary>Answers <c>metricAggregates</c>: the runs from PostgreSQL where they are filtered or grouped by something of theirs, then one query of ClickHouse.</summary>
internal sealed class MetricAggregateReader(MappedResolvers mapped, IPendingPoints pending, AggregateLimits limits)
{
    /// <summary>Reads a page.</summary>
    public async ValueTask<MetricAggregates> ReadAsync(StepContext context)
    {
        var question = MetricQuestion.Read(context.Arguments, limits);
        var selecting = SelectedRuns.ReadAsync(mapped, context.Request, context.Arguments.Get<ArgumentValues>("where"), question.OfRuns, limits);
        var points = await mapped.FilterAsync(context.Request, "MetricPoint", context.Arguments.Get<ArgumentValues>("points")).ConfigureAwait(false);
        var runs = await selecting.ConfigureAwait(false);
        var page = new MetricPage(question, runs.Codes);
        var groups = new List<MetricGroup>();
        var sql = new MetricAggregateSql(question, runs, points, page);
        await context.Request.Get<StoreSessions>().ClickHouse!.ReadCaughtUpAsync(
            sql.Compose(), block => Add(block, question, runs, groups), context.Request.CancellationToken, sql.IsOfStoredSummaries ? pending.CopySummariesAsync : null).ConfigureAwait(false);
        var hasMore = groups.Count > question.First;
        return new MetricAggregates(question, hasMore ? groups[..question.First] : groups, page, hasMore);
    }

    private static void Add(Block block, MetricQuestion question, SelectedRuns runs, List<MetricGroup> groups)
    {
        var coded = 0;
        var keys = question.Dimensions.Select((dimension, i) => KeysOf(block, $"d{i}", dimension, dimension.OfRun is null ? null : runs.Codes[coded++])).ToArray();
        var measures = question.Measures.Select((_, i) => block.Column<double>($"m{i}")).ToArray();
        for (var row = 0; row < block.RowCount; row++)
        {
            groups.Add(new MetricGroup(Array.ConvertAll(keys, key => key(row)), Array.ConvertAll(measures, column => column.IsNull(row) ? (double?)null : column[row])));
        }
    }

    private static Func<int, object?> KeysOf(Block block, string name, MetricDimension dimension, CodedValues? codes)
    {
        if (codes is not null)
        {
            var numbers = block.Column<uint>(name);
            return row => codes.Values[numbers[row]];
        }

        if (dimension.Kind == DataColumnKind.Text)
        {
            var texts = block.Column<string>(name);
            return row => texts[row];
        }

        var integers = block.Column<long>(name);
        return row => dimension.ZeroIsNone && integers[row] == 0 ? null : integers[row];
    }
}
