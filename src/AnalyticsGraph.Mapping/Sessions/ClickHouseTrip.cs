using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Observability;

namespace AnalyticsGraph.Mapping.Sessions;

/// <summary>A query to ClickHouse as an entry of its request's profile. Its span is the client's, and is told here for whom it is. There is none while nobody listens.</summary>
internal sealed class ClickHouseTrip
{
    private readonly RoundTripTrace _trace;
    private readonly StatementTrace _statement;
    private readonly IReadOnlyList<StepTrace> _steps;
    private bool _hasEnded;

    private ClickHouseTrip(RequestTrace request, string sql, IReadOnlyList<StepTrace> steps)
    {
        _steps = steps;
        _trace = request.BeginRoundTrip("clickhouse");
        _statement = _trace.Add(sql, steps);
    }

    /// <summary>Begins.</summary>
    public static ClickHouseTrip? Begin(RequestTrace? request, string sql, IReadOnlyList<StepTrace> steps) => request is null ? null : new ClickHouseTrip(request, sql, steps);

    /// <summary>The query with what its span tells besides.</summary>
    public ClickHouseQuery Describe(ClickHouseQuery query) => query with { TraceTags = [new("graphql.field.paths", _steps.Select(step => step.Path).Distinct().ToArray())] };

    /// <summary>The answer was read, or as much of it as was wanted.</summary>
    public void End(ClickHouseResult result, long rows)
    {
        if (_hasEnded)
        {
            return;
        }

        _hasEnded = true;
        _statement.Rows = rows;
        _statement.Bytes = result.BytesRead;
        _trace.Read(result.Summary.ReadRows, result.Summary.ReadBytes);
        _trace.End();
    }

    /// <summary>There is no answer, or no whole one.</summary>
    public void Fail(Exception fault)
    {
        if (!_hasEnded)
        {
            _hasEnded = true;
            var cause = fault is GraphQLException { InnerException: { } inner } ? inner : fault;
            _trace.End(cause is ClickHouseException { Code: > 0 } error ? error.ErrorName : cause.GetType().FullName);
        }
    }
}
