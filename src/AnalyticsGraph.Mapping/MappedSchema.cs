// The mapping: schema-first SDL with the directives of schema/mapping.graphql becomes an executable schema over PostgreSQL and ClickHouse.
//
//   Model        what the directives say, typed            Generation   the public SDL: connections, filters, sorts, without the directives
//   Catalog      the real tables, and what does not fit     Sql          statements from fragments; cursors and keyset pages; policies
//   Rows         typed columns of rows, keys, layouts       Sessions     one request's questions to each store, a level's together
//   Resolvers    a step for each kind of mapped field
//
// How a query runs: when a plan is bound, each step finds in the selections below it which columns are needed (RowLayout). When a level runs, each step composes its
// statement for all parents together and registers it with the store's session; the level's PostgreSQL statements go in one batch. Rows are read into typed columns
// (RowSet), which the leaves below hand on as they are.
//
// What holds everywhere:
// * a value never enters SQL text; names come from the SDL alone and are quoted
// * every read of a mapped type carries its policy: lists, counts, look-ups, nodes, relations, and the rows that filters and orders reach through
// * conditions are true or not: an n-operator is the exact complement, rows without a value included
// * order: class first (number 0, NaN 1, missing 2) in both directions, then the value, at last the key; cursors carry class and value
// * a to-one relation is a statement of its own for the distinct keys of all parents, never a join: many parents share few targets, and a row that the request has read
//   with all that is wanted is not read again, unless a mutation's next root field may have changed it. A to-many relation is one LATERAL statement (PostgreSQL) or one scan with LIMIT n BY (ClickHouse)
// * an order by a value of a related row (@orderBy) does not join and sort all rows: its page is put together of the order's classes, numbers by an index (LeadingOrder)
// * rows of one parent whose list streams are read on a connection of their own and sent as they come (RowFeed); all others in the level's round trip
// * what is read below rows that were read as of a time is read as of that time (RowSet.AsOf): the tables come with their histories (HistorySource), and the time is part of the policy
// * aggregates group in a statement within, so that having and order are conditions on columns like any; of nested lists it is one LATERAL (PostgreSQL) or groups by the parents' keys, too
//   (ClickHouse). What is grouped and compared has one form in both stores (AggregateValue): texts by their bytes, an enum by its first spelling, one NaN, one zero
// * a filter that reaches into the other store asks that one first for the keys that meet the condition
using System.Collections.Immutable;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.Mapping.Catalog;
using AnalyticsGraph.Mapping.Generation;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Sessions;
using AnalyticsGraph.Mapping.Sql;
using Npgsql;

namespace AnalyticsGraph.Mapping;

/// <summary>What a mapped schema is built from.</summary>
public sealed class MappedSchemaOptions
{
    /// <summary>The SDL files: names for messages, and texts. <c>schema/mapping.graphql</c> may be among them, and is known without.</summary>
    public required IEnumerable<(string Name, string Sdl)> Files { get; init; }

    /// <summary>PostgreSQL.</summary>
    public required NpgsqlDataSource Postgres { get; init; }

    /// <summary>ClickHouse; null where no mapped type lives there.</summary>
    public ClickHouseClient? ClickHouse { get; init; }

    /// <summary>
    /// Brings what is acknowledged, but still on its way to ClickHouse, there; run before mapped tables are read from it, once for the statements of a level. Null where
    /// writers write to ClickHouse directly.
    /// </summary>
    public Func<CancellationToken, Task>? CatchUpClickHouse { get; init; }

    /// <summary>Binds the fields that C# resolves; is given what the mapping offers to such resolvers.</summary>
    public Action<SchemaBindings, MappedResolvers>? Bind { get; init; }

    /// <summary>Who may see which rows.</summary>
    public IPolicyProvider Policies { get; init; } = AllowAllPolicy.Instance;

    /// <summary>What one request may ask.</summary>
    public MappingLimits Limits { get; init; } = new();

    /// <summary>Scalars of the application's own.</summary>
    public IReadOnlyDictionary<string, ScalarCoercion>? Scalars { get; init; }
}

/// <summary>An executable schema over the tables of both stores: SDL with mapping directives, expanded, checked and bound.</summary>
public sealed class MappedSchema
{
    private readonly MappedSchemaOptions _options;
    private readonly PostgresServer _postgres;
    private readonly StreamPlaces _streams;

    private MappedSchema(MappedSchemaOptions options, ExecutableSchema schema, DocumentNode document, MappedResolvers resolvers, ImmutableArray<MappingProblem> warnings)
    {
        _options = options;
        _postgres = new PostgresServer(options.Postgres);
        _streams = new StreamPlaces(options.Limits.MaxStreams);
        Schema = schema;
        Document = document;
        Resolvers = resolvers;
        Warnings = warnings;
    }

    /// <summary>The schema, every field bound.</summary>
    public ExecutableSchema Schema { get; }

    /// <summary>The public SDL as a document, without mapping directives.</summary>
    public DocumentNode Document { get; }

    /// <summary>What C# can ask of the mapping.</summary>
    public MappedResolvers Resolvers { get; }

    /// <summary>The way of all requests to ClickHouse; null where none is configured.</summary>
    public ClickHouseReads? ClickHouse => Resolvers.ClickHouse;

    /// <summary>What works, but not well: relations without an index.</summary>
    public ImmutableArray<MappingProblem> Warnings { get; }

    /// <summary>Reads the SDL, checks it against the real tables, and binds every field.</summary>
    /// <param name="options">From what.</param>
    /// <param name="cancellationToken">Ends the reading of the catalogues.</param>
    /// <exception cref="GraphQLSyntaxException">A file is no SDL.</exception>
    /// <exception cref="SchemaException">The SDL breaks a rule of section 3.</exception>
    /// <exception cref="MappingException">SDL and tables do not fit; every mismatch is named.</exception>
    /// <exception cref="SchemaBindingException">A field has no resolver, or one that does not fit; all are named.</exception>
    public static async Task<MappedSchema> BuildAsync(MappedSchemaOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var read = MappedSdl.Read(options.Files, options.Limits, options.Scalars);
        var problems = new List<MappingProblem>(read.Problems);
        StartupChecks.Run(read.Model, await ReadCatalogsAsync(options, read.Model, cancellationToken).ConfigureAwait(false), problems);
        if (problems.Exists(problem => !problem.IsWarning))
        {
            throw new MappingException(problems.Where(problem => !problem.IsWarning));
        }

        var resolvers = new MappedResolvers(read.Model, options.ClickHouse is null ? null : new ClickHouseReads(options.ClickHouse, options.Limits));
        var bindings = new SchemaBindings();
        MappedBindings.Add(bindings, read.Schema, read.Model, options.Limits);
        options.Bind?.Invoke(bindings, resolvers);
        return new MappedSchema(options, ExecutableSchema.Create(read.Schema, bindings), read.Document, resolvers, [.. problems]);
    }

    /// <summary>Prepares a request: gives it sessions with both stores. To be called from <see cref="GraphQLRequest.Configure"/>.</summary>
    /// <param name="request">The request.</param>
    /// <param name="counters">What counts the request's statements; null for a new one, which is found in the request.</param>
    public void Configure(RequestContext request, SessionCounters? counters = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        counters ??= new SessionCounters();
        var postgres = new PostgresSession(_postgres, request, _options.Policies, _options.Limits, counters);
        var clickHouse = ClickHouse is null ? null : new ClickHouseSession(ClickHouse, _options.CatchUpClickHouse, request, _options.Policies, _options.Limits, counters);
        request.Set(counters);
        request.Set(_options.Limits);
        request.Set(_streams);
        request.Set(new StoreSessions(postgres, clickHouse));
        request.AddDispatcher(postgres);
        if (clickHouse is not null)
        {
            request.AddDispatcher(clickHouse);
        }
    }

    private static async Task<Dictionary<Store, StoreCatalog>> ReadCatalogsAsync(MappedSchemaOptions options, MappingModel model, CancellationToken cancellationToken)
    {
        var catalogs = new Dictionary<Store, StoreCatalog> { [Store.Postgres] = await PostgresCatalog.ReadAsync(options.Postgres, cancellationToken).ConfigureAwait(false) };
        if (options.ClickHouse is not null && model.Tables.Values.Any(table => table.Store == Store.ClickHouse))
        {
            catalogs.Add(Store.ClickHouse, await ClickHouseCatalog.ReadAsync(options.ClickHouse, cancellationToken).ConfigureAwait(false));
        }

        return catalogs;
    }
}
