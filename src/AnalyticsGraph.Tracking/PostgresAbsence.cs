using System.Net.Sockets;
using Npgsql;

namespace AnalyticsGraph.Tracking;

/// <summary>When a write fails because PostgreSQL is away or out of means, rather than because of what was written.</summary>
public static class PostgresAbsence
{
    /// <summary>Whether the same write may succeed later as it is.</summary>
    /// <param name="fault">The error.</param>
    public static bool IsCause(Exception fault) => fault is TimeoutException or NpgsqlException and (not PostgresException or { IsTransient: true });

    /// <summary>Whether what failed so may be stored all the same.</summary>
    /// <param name="fault">The error of a write.</param>
    public static bool LeavesDoubt(Exception fault) => IsCause(fault) && !WasRefused(fault);

    /// <summary>What to tell the caller of what became of a write. Unless it was refused, its commit may have been lost on the way there, or the answer to it on the way back.</summary>
    /// <param name="what">What was written, as a sentence begins with it.</param>
    /// <param name="fault">An error that <see cref="IsCause"/> knows.</param>
    /// <returns>A sentence.</returns>
    public static string Outcome(string what, Exception fault) => $"{what} {(WasRefused(fault) ? "could not be stored" : "may have been stored or not")}: {Reason(fault)}.";

    /// <summary>Why a write fails, as the part of a sentence after a colon.</summary>
    /// <param name="fault">An error that <see cref="IsCause"/> knows.</param>
    /// <returns>One line without a stop at its end, and without a word of PostgreSQL's.</returns>
    public static string Reason(Exception fault) => (fault as PostgresException)?.SqlState switch
    {
        PostgresErrorCodes.DiskFull => "PostgreSQL's disk is full, so space must be freed first",
        PostgresErrorCodes.TooManyConnections => "PostgreSQL takes no more connections",
        PostgresErrorCodes.OutOfMemory => "PostgreSQL is out of memory",
        PostgresErrorCodes.LockNotAvailable => "a longer call, such as a body that is being published, holds what it would change",
        _ => "PostgreSQL does not answer",
    };

    // Without a connection nothing was sent; and who shuts PostgreSQL down may end a session whose commit is made and not answered yet.
    private static bool WasRefused(Exception fault) => fault is PostgresException { SqlState: not (PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown) }
        || fault.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.AddressNotAvailable };
}
