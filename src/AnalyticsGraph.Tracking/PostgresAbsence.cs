using Npgsql;

namespace AnalyticsGraph.Tracking;

/// <summary>When a write fails because PostgreSQL is away or out of means, rather than because of what was written.</summary>
public static class PostgresAbsence
{
    /// <summary>Whether the same write may succeed later as it is.</summary>
    /// <param name="fault">The error.</param>
    public static bool IsCause(Exception fault) => fault is TimeoutException or NpgsqlException and (not PostgresException or { IsTransient: true });

    /// <summary>What to tell the caller, as the part of a sentence after "could not be stored: ".</summary>
    /// <param name="fault">An error that <see cref="IsCause"/> knows.</param>
    /// <returns>One line without a stop at its end, and without a word of PostgreSQL's.</returns>
    public static string Reason(Exception fault) => (fault as PostgresException)?.SqlState switch
    {
        PostgresErrorCodes.DiskFull => "PostgreSQL's disk is full, so space must be freed first",
        PostgresErrorCodes.TooManyConnections => "PostgreSQL takes no more connections",
        PostgresErrorCodes.OutOfMemory => "PostgreSQL is out of memory",
        _ => "PostgreSQL does not answer",
    };
}
