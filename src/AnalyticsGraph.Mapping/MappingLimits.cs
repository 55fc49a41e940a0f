namespace AnalyticsGraph.Mapping;

/// <summary>What one request may ask of the mapping. Beyond a limit the field has an error that names it (<c>LIMIT_EXCEEDED</c>).</summary>
public sealed record MappingLimits
{
    /// <summary>How much longer than <see cref="StatementTimeout"/> a store is waited for, which shall end the statement itself then; one that says nothing until then does not answer.</summary>
    internal static readonly TimeSpan AnswerGrace = TimeSpan.FromSeconds(3);

    /// <summary>Rows of a connection's page where neither <c>first</c> nor <c>last</c> is given.</summary>
    public int DefaultPage { get; init; } = 50;

    /// <summary>The most rows of a connection's page.</summary>
    public int MaxPage { get; init; } = 1000;

    /// <summary>The most rows of a plain list, for each parent.</summary>
    public int MaxList { get; init; } = 10_000;

    /// <summary>How many rows a plain list without <c>first</c> is assumed to have when an operation's cost is judged; says nothing of how many it may have.</summary>
    public int AssumedList { get; init; } = 20;

    /// <summary>The most rows that one field may read for all its parents of a level together.</summary>
    public int MaxRowsPerField { get; init; } = 1_000_000;

    /// <summary>The most conditions in one filter, and the most values in one <c>in</c>.</summary>
    public int MaxConditions { get; init; } = 1000;

    /// <summary>The most levels of one filter: relations, <c>and</c>, <c>or</c>.</summary>
    public int MaxFilterDepth { get; init; } = 24;

    /// <summary>The most ids in one <c>nodes(ids:)</c>.</summary>
    public int MaxIds { get; init; } = 1000;

    /// <summary>The most rows that the conditions of one filter may find in the other store, all together.</summary>
    public int MaxForeignKeys { get; init; } = 1_000_000;

    /// <summary>The most keys that a query of ClickHouse gets as arrays in its parameters; more are sent as a table of that query (external data), which costs more to begin with and far less for each key.</summary>
    public int MaxArrayKeys { get; init; } = 5_000;

    /// <summary>The most entries of one <c>order</c>.</summary>
    public int MaxOrderTerms { get; init; } = 16;

    /// <summary>
    /// How many statements may have their rows sent while PostgreSQL still reads, over all requests: each has a connection of its own for as long as it runs. Beyond it rows are read whole, and sent in parts then.
    /// </summary>
    public int MaxStreams { get; init; } = 16;

    /// <summary>The longest time a statement may run: less than a request may take, so that of a request whose one store hangs only the fields fail that need it. 25 s by default.</summary>
    public TimeSpan StatementTimeout { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>What queries may use of ClickHouse.</summary>
    public ClickHouseLimits ClickHouse { get; init; } = new();
}
