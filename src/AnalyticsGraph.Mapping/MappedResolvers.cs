using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Resolvers;
using AnalyticsGraph.Mapping.Rows;
using AnalyticsGraph.Mapping.Sessions;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Mapping;

/// <summary>What C# resolvers can ask of the mapping: entities by key, and which rows a filter means.</summary>
public sealed class MappedResolvers
{
    private readonly SqlTextCache _texts = new();

    internal MappedResolvers(MappingModel model, ClickHouseReads? clickHouse) => (Model, ClickHouse) = (model, clickHouse);

    /// <summary>What the mapping directives say.</summary>
    public MappingModel Model { get; }

    /// <summary>The way of all requests to ClickHouse; null where none is configured.</summary>
    public ClickHouseReads? ClickHouse { get; }

    /// <summary>A field of a mapped type, whose object is found by a key of one integer that the parent knows.</summary>
    /// <typeparam name="TSource">The CLR type of the parents: their batch's source is a <c>TSource[]</c>.</typeparam>
    /// <param name="typeName">The mapped type.</param>
    /// <param name="key">The key, or null for no object.</param>
    /// <exception cref="ArgumentException">No mapped type of that name with such a key.</exception>
    public FieldResolver ByKey<TSource>(string typeName, Func<TSource, long?> key) => new ByKeyResolver<TSource>(TableOf(typeName), key);

    /// <summary>
    /// The keys of the rows that a filter means, in an order: what an analytic field does with its <c>where: RunFilterInput</c>. Asked in the level's round trip; under the
    /// caller's policy.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="typeName">The mapped type, with a key of one integer.</param>
    /// <param name="where">A coerced filter input of the type, or null for all rows.</param>
    /// <param name="order">Coerced sort inputs, or null for the key's order.</param>
    /// <param name="limit">The most keys.</param>
    /// <returns>The keys, and whether there are more than <paramref name="limit"/>.</returns>
    public async Task<(long[] Keys, bool HasMore)> SelectKeysAsync(RequestContext request, string typeName, ArgumentValues? where, object?[]? order, int limit)
    {
        ArgumentNullException.ThrowIfNull(request);
        var table = TableOf(typeName);
        var session = request.Get<StoreSessions>().For(table.Store);
        var foreign = await ForeignFilters.ResolveAsync(request, table, where, asOf: null).ConfigureAwait(false);
        var query = new RowsQuery(new LayoutBuilder(table).Build(), where, order, [], new PageRequest(limit, false, null, null), false);
        var statement = RowsStatement.ComposeRoot(session.NewScope(foreign), query, _texts);
        var question = new StoreQuestion(statement.Statement, statement.Shapes) { Limit = limit, Expected = Math.Min(limit, 1024) };
        var result = await (foreign is null ? session.Ask(question) : session.AskNow(question)).ConfigureAwait(false);
        return (((Int64Values)result.Values[0]).Values[..result.Count], result.Groups!.HasMoreAt(0));
    }

    /// <summary>Makes a filter ready to stand in a statement of C#: what it needs from the other store is asked there.</summary>
    /// <param name="request">The request.</param>
    /// <param name="typeName">The mapped type.</param>
    /// <param name="where">A coerced filter input of the type, or null for all rows.</param>
    /// <exception cref="GraphQL.Errors.GraphQLException">A store could not answer, or a condition is beyond a limit.</exception>
    public async Task<MappedFilter> FilterAsync(RequestContext request, string typeName, ArgumentValues? where)
    {
        ArgumentNullException.ThrowIfNull(request);
        var table = Model.Tables[typeName];
        return new MappedFilter(request.Get<StoreSessions>().For(table.Store), table, where, await ForeignFilters.ResolveAsync(request, table, where, asOf: null).ConfigureAwait(false));
    }

    /// <summary>
    /// The rows of a type of PostgreSQL that a filter means, in no order, with values of theirs and of rows related to them: what analytic fields group by, and hand to ClickHouse
    /// (<see cref="SentRows"/>).
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="typeName">The mapped type, with a key of one integer.</param>
    /// <param name="filter">The filter, of <see cref="FilterAsync"/>.</param>
    /// <param name="columns">The values to read.</param>
    /// <param name="limit">The most rows.</param>
    /// <exception cref="GraphQL.Errors.GraphQLException">PostgreSQL could not answer, or a condition is beyond a limit.</exception>
    public async Task<SelectedRows> SelectAsync(RequestContext request, string typeName, MappedFilter filter, IReadOnlyList<RowColumn> columns, int limit)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentNullException.ThrowIfNull(columns);
        var table = TableOf(typeName);
        var session = request.Get<StoreSessions>().For(table.Store);
        var statement = new SelectionStatement(session.NewScope(), table);
        var sql = statement.Compose(filter, columns, limit);
        var result = await session.AskNow(new StoreQuestion(sql, [.. statement.Shapes]) { Expected = 1024 }).ConfigureAwait(false);
        var hasMore = result.Count > limit;
        return new SelectedRows(((Int64Values)result.Values[0]).Values[..Math.Min(result.Count, limit)], [.. result.Values.Skip(1)], hasMore);
    }

    private TableModel TableOf(string typeName) =>
        Model.Tables.TryGetValue(typeName, out var table) && table is { Key.Length: 1 } && table.Columns.GetValueOrDefault(table.Key[0])?.Kind is null or ColumnKind.Integer
            ? table
            : throw new ArgumentException($"{typeName} is no mapped type with a key of one integer.", nameof(typeName));
}
