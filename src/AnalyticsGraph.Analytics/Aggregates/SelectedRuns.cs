using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Analytics.Aggregates;

/// <summary>The runs that a field's <c>where</c> means, as a statement of ClickHouse knows them: by a condition, and by a table with the numbers of what they are grouped by.</summary>
internal sealed class SelectedRuns
{
    // More experiments than these are not worth telling: the key's first column tells parts of the table apart no better then.
    private const int MostExperiments = 1000;

    private readonly SentRows? _sent;
    private readonly long[] _experiments;

    private SelectedRuns(SentRows? sent, long[] experiments, CodedValues[] codes) => (_sent, _experiments, Codes) = (sent, experiments, codes);

    /// <summary>For each of the values asked for, its numbers.</summary>
    public IReadOnlyList<CodedValues> Codes { get; }

    /// <summary>Selects the runs in PostgreSQL, unless all are meant and nothing of them is asked.</summary>
    /// <param name="mapped">Reads entities.</param>
    /// <param name="request">The request.</param>
    /// <param name="where">A coerced <c>RunFilterInput</c>, or null.</param>
    /// <param name="dimensions">What of the runs is grouped by.</param>
    /// <param name="limits">How many runs there may be.</param>
    public static async Task<SelectedRuns> ReadAsync(MappedResolvers mapped, RequestContext request, ArgumentValues? where, IReadOnlyList<MetricDimension> dimensions, AggregateLimits limits)
    {
        var filter = await mapped.FilterAsync(request, "Run", where).ConfigureAwait(false);
        if (filter.IsEverything && dimensions.Count == 0)
        {
            return new SelectedRuns(null, [], []);
        }

        var rows = await mapped.SelectAsync(request, "Run", filter, [new RowColumn("experiment_id"), .. dimensions.Select(dimension => dimension.OfRun!)], limits.MaxRuns).ConfigureAwait(false);
        if (rows.HasMore)
        {
            throw ArgumentErrors.Limit("where", $"More than {limits.MaxRuns} runs are meant; narrow them with `where`.");
        }

        CodedValues[] codes = [.. dimensions.Select((dimension, i) => dimension.Code(rows, i + 1))];
        var columns = codes.Select((coded, i) => ClickHouseColumn.Create($"c{i}", "UInt32", coded.Codes)).Prepend(ClickHouseColumn.Create("id", "Int64", rows.Keys));
        long[] experiments = [.. rows.Integers(0).Select(experiment => experiment!.Value).Distinct().Take(MostExperiments + 1)];
        return new SelectedRuns(new SentRows("runs", request.Get<MappingLimits>(), [.. columns]), experiments, codes);
    }

    /// <summary>Appends <c> AND ...</c> on points.</summary>
    /// <param name="sql">A statement of ClickHouse, with the points as <c>p</c>.</param>
    public void AppendAnd(SqlBuilder sql)
    {
        if (_sent is null)
        {
            return;
        }

        // Where the runs are joined, the join alone decides: the conditions only tell which parts of the table to read, and of many runs the experiments tell that well enough.
        var isJoined = Codes.Count > 0;
        if (!isJoined || !_sent.IsTable)
        {
            sql.Append(isJoined ? " AND indexHint(p.run_id IN " : " AND (p.run_id IN ").Append(_sent.Keys).Append(')');
        }

        if (_experiments.Length <= MostExperiments)
        {
            sql.Append(isJoined ? " AND indexHint(p.experiment_id IN " : " AND (p.experiment_id IN ").AppendParameter(_experiments, SqlType.Int64, isArray: true).Append(')');
        }
    }

    /// <summary>Appends the table of the numbers as <c>r</c>, joined to points or series as <c>p</c>; nothing where there are none.</summary>
    public void AppendJoin(SqlBuilder sql)
    {
        if (Codes.Count > 0)
        {
            sql.Append(" JOIN ").Append(_sent!.Table).Append(" AS r ON r.id = p.run_id");
        }
    }

    /// <summary>The query with what it needs of the runs.</summary>
    public ClickHouseQuery AddTo(ClickHouseQuery query) => _sent?.AddTo(query) ?? query;
}
