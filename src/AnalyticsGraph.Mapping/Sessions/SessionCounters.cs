namespace AnalyticsGraph.Mapping.Sessions;

/// <summary>What one request asked of the stores. Counts are exact once the request has ended.</summary>
public sealed class SessionCounters
{
    private int _postgresRoundTrips;
    private int _postgresStatements;
    private int _clickHouseQueries;

    /// <summary>How often PostgreSQL was asked and waited for.</summary>
    public int PostgresRoundTrips => _postgresRoundTrips;

    /// <summary>How many statements went along.</summary>
    public int PostgresStatements => _postgresStatements;

    /// <summary>How many queries ClickHouse ran.</summary>
    public int ClickHouseQueries => _clickHouseQueries;

    /// <summary>The texts of all statements in the order they were sent, if <see cref="RecordsStatements"/>.</summary>
    public IReadOnlyList<string> Statements => _statements;

    /// <summary>Whether the texts are kept: for tests and diagnosis.</summary>
    public bool RecordsStatements { get; init; }

    private readonly List<string> _statements = [];

    /// <summary>Counts a round trip to PostgreSQL, made by the mapping or by a resolver that shares the request.</summary>
    /// <param name="statements">How many statements it carried.</param>
    public void CountPostgres(int statements)
    {
        Interlocked.Increment(ref _postgresRoundTrips);
        Interlocked.Add(ref _postgresStatements, statements);
    }

    /// <summary>Counts a query to ClickHouse.</summary>
    public void CountClickHouse() => Interlocked.Increment(ref _clickHouseQueries);

    internal void Record(string text)
    {
        if (RecordsStatements)
        {
            lock (_statements)
            {
                _statements.Add(text);
            }
        }
    }
}
