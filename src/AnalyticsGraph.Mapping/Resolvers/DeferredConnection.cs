using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Mapping.Resolvers;

/// <summary>What of a connection only deferred fields want: asked once, with the first of them.</summary>
/// <param name="step">Reads the rows.</param>
/// <param name="context">The connection's request and arguments.</param>
/// <param name="asked">For whom.</param>
/// <param name="page">The page.</param>
/// <param name="withCursors">Whether cursors are wanted.</param>
internal sealed class DeferredConnection(RowsStep step, StepContext context, RowsAsked asked, PageRequest page, bool withCursors)
{
    private Task<ParentRows>? _rows;
    private Task<long[]>? _totals;

    public Task<ParentRows> RowsAsync() => _rows ??= step.ReadAsync(context, asked, page, withCursors);

    public Task<long[]> TotalsAsync() => _totals ??= step.CountAsync(context, asked);
}
