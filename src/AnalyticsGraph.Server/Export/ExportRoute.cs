using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.Server.Export;

/// <summary>Something that can be exported under <c>/export/{name}</c>.</summary>
internal abstract class ExportRoute
{
    /// <summary>All of them, by their names.</summary>
    public static IReadOnlyDictionary<string, ExportRoute> All { get; } = new Dictionary<string, ExportRoute>
    {
        ["series"] = new SeriesRoute(),
        ["runs"] = new RunsRoute(),
        ["compare"] = new CompareRoute(),
        ["aggregate"] = new ColumnsRoute("metricAggregates", isPaged: true),
        ["leaderboard"] = new ColumnsRoute("leaderboard", "wide", "long"),
        ["pareto"] = new ColumnsRoute("paretoFront"),
        ["correlations"] = new CorrelationsRoute(),
        ["histogram"] = new HistogramRoute(),
    };

    /// <summary>The arguments it takes: those of fields of the graph, and its own.</summary>
    /// <param name="schema">The schema.</param>
    public abstract IReadOnlyDictionary<string, GraphQLType> ArgumentsOf(Schema schema);

    /// <summary>The query whose result is exported.</summary>
    /// <param name="call">The export.</param>
    /// <exception cref="GraphQL.Errors.GraphQLException">It cannot be.</exception>
    public abstract Task<ClickHouseQuery> ComposeAsync(ExportCall call);

    /// <summary>The arguments that say which runs are meant, in which order.</summary>
    protected static IEnumerable<KeyValuePair<string, GraphQLType>> Runs(Schema schema) =>
        [new("runIds", ListOf(schema, "ID")), .. Of(schema.Query, "runs").Where(argument => argument.Key is "where" or "order"), new("first", schema.Types["Int"])];

    /// <summary>The arguments of a field.</summary>
    protected static IEnumerable<KeyValuePair<string, GraphQLType>> Of(ComplexType type, string field) =>
        type.Fields[field].Arguments.Select(argument => KeyValuePair.Create(argument.Key, argument.Value.HasDefault ? argument.Value.Type.Nullable : argument.Value.Type));

    /// <summary>A list of a scalar.</summary>
    protected static GraphQLType ListOf(Schema schema, string scalar) => new ListType(new NonNullType(schema.Types[scalar]));
}
