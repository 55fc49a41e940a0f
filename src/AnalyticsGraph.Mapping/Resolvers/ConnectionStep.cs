using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Planning;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.Mapping.Rows;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Mapping.Resolvers;

/// <summary>A Relay connection: one statement for the rows of its page if they are selected, one for the total if it is.</summary>
/// <param name="source">Where the rows come from; null for a relation of the parent's type by the field's name.</param>
/// <param name="limits">How many rows a page may have.</param>
internal sealed class ConnectionResolver(RowsSource? source, MappingLimits limits) : FieldResolver
{
    public override FieldStep Bind(FieldBinding binding)
    {
        var (from, keys) = RowsSources.Of(source, binding);
        var type = (ObjectType)binding.Field.Definition.Type.Named;
        var selections = binding.Field.SelectionsFor(type);
        var nodeType = (ObjectType)binding.Schema.Types[from.Table.TypeName];
        var layout = LayoutBuilder.For(from.Table, ConnectionSelections.Nodes(selections, nodeType));
        return new ConnectionStep(new RowsStep(from, layout, keys), type, selections, limits);
    }
}

internal sealed class ConnectionStep : FieldStep
{
    private readonly RowsStep _rows;
    private readonly MappingLimits _limits;
    private readonly ObjectType _type;
    private readonly PlannedSelectionSet? _selections;
    private readonly PlannedField[] _rowFields;
    private readonly PlannedField[] _rowFieldsAtOnce;
    private readonly PlannedField[] _totalFieldsAtOnce;
    private readonly bool _hasDeferred;
    private readonly bool _withCursors;
    private readonly ConnectionContext _context;

    public ConnectionStep(RowsStep rows, ObjectType type, PlannedSelectionSet? selections, MappingLimits limits)
    {
        (_rows, _type, _limits, _selections) = (rows, type, limits, selections);
        var fields = selections?.Fields ?? [];
        _rowFields = [.. fields.Where(field => field.Definition.Name is "edges" or "nodes" or "pageInfo")];
        _rowFieldsAtOnce = [.. _rowFields.Where(field => !StepContext.IsDeferred(field, selections!))];
        _totalFieldsAtOnce = [.. fields.Where(field => field.Definition.Name == "totalCount" && !StepContext.IsDeferred(field, selections!))];
        _hasDeferred = fields.Any(field => StepContext.IsDeferred(field, selections!));
        _withCursors = ConnectionSelections.HasCursors(selections);
        _context = new ConnectionContext(new RowContext(rows.Layout, rows.Table, ""));
    }

    public override object ChildContext => _context;

    public override int? MaxListSize => _limits.MaxPage;

    public override bool NeedsKeysAlone => _rows.NeedsKeysAlone;

    public override async ValueTask<Column> ExecuteAsync(ObjectBatch parents, StepContext context)
    {
        var page = PageRequest.OfConnection(context.Arguments, _limits);
        var asked = await _rows.AskedAsync(parents, context).ConfigureAwait(false);

        // Both are asked before either is awaited: they share the level's round trip. What only deferred fields want is asked when these have their turn.
        var streamed = InitialCount(context);
        var feed = streamed < 0 ? null : _rows.TryOpen(context, asked, page, _withCursors);
        var rows = feed is null && Array.Exists(_rowFieldsAtOnce, context.Includes) ? _rows.ReadAsync(context, asked, page, _withCursors) : null;
        var totals = Array.Exists(_totalFieldsAtOnce, context.Includes) ? _rows.CountAsync(context, asked) : null;
        if (feed is not null)
        {
            await feed.StartAsync(streamed).ConfigureAwait(false);
        }

        var connection = new ConnectionRows(feed?.Current ?? (rows is null ? null : await rows.ConfigureAwait(false)), totals is null ? null : await totals.ConfigureAwait(false))
        {
            Feed = feed is { IsComplete: false } ? feed : null,
            Deferred = _hasDeferred ? new DeferredConnection(_rows, context, asked, page, _withCursors) : null,
        };
        return new ObjectColumn(new ObjectBatch(_type, parents.Count, connection));
    }

    // The rows can be sent as they come if all that is selected of them streams. What tells of the page's end needs the whole page, but may come later (as Relay asks: deferred).
    private int InitialCount(StepContext context)
    {
        var initialCount = -1;
        foreach (var field in _rowFields.Where(context.Includes))
        {
            if (context.IsStreamed(field, _selections, out var count))
            {
                initialCount = Math.Max(initialCount, count);
            }
            else if (field.Definition.Name != "pageInfo" || !StepContext.IsDeferred(field, _selections!))
            {
                return -1;
            }
        }

        return initialCount;
    }
}

/// <summary>What a connection's fields are read from.</summary>
/// <param name="rows">The page of each parent; null if nobody asked yet.</param>
/// <param name="totals">The total of each parent; null if nobody asked yet.</param>
internal sealed class ConnectionRows(ParentRows? rows, long[]? totals)
{
    /// <summary>The page of each parent.</summary>
    public ParentRows Rows => rows!;

    /// <summary>The total of each parent.</summary>
    public long[] Totals => totals!;

    /// <summary>Where the rows come from as they are delivered; null if all are here.</summary>
    public RowFeed? Feed { get; init; }

    /// <summary>Asks for what deferred fields want; null if there are none.</summary>
    public DeferredConnection? Deferred { get; init; }

    /// <summary>Makes sure that the rows are there, or their feed.</summary>
    public async ValueTask LoadRowsAsync() => rows ??= await Deferred!.RowsAsync().ConfigureAwait(false);

    /// <summary>Makes sure that the totals are there.</summary>
    public async ValueTask LoadTotalsAsync() => totals ??= await Deferred!.TotalsAsync().ConfigureAwait(false);
}

/// <summary>What the fields of a page info are read from.</summary>
/// <param name="First">Rows that begin with the page's first one, of each parent.</param>
/// <param name="Last">Rows that end with the page's last one; the same where all are here.</param>
internal sealed record PageEnds(ParentRows First, ParentRows Last);

/// <summary>What a connection's fields know when they are bound.</summary>
internal sealed record ConnectionContext(RowContext Node)
{
    public static ConnectionContext Of(FieldBinding binding) => (ConnectionContext)binding.ParentContext!;
}

/// <summary>What is selected below a connection.</summary>
internal static class ConnectionSelections
{
    /// <summary>Every selection set on the connection's rows.</summary>
    public static IEnumerable<PlannedSelectionSet?> Nodes(PlannedSelectionSet? connection, ObjectType node)
    {
        foreach (var field in connection?.Fields ?? [])
        {
            if (field.Definition.Name == "nodes")
            {
                yield return field.SelectionsFor(node);
            }
            else if (field.Definition.Name == "edges")
            {
                foreach (var edge in field.SelectionSets.SelectMany(set => set.Fields).Where(edge => edge.Definition.Name == "node"))
                {
                    yield return edge.SelectionsFor(node);
                }
            }
        }
    }

    public static bool HasCursors(PlannedSelectionSet? connection) => (connection?.Fields ?? []).Any(field =>
        field.Definition.Name is "edges" or "pageInfo"
        && field.SelectionSets.Any(set => set.Fields.Any(inner => inner.Definition.Name is "cursor" or "startCursor" or "endCursor")));
}
