using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Errors;
using Npgsql;

namespace AnalyticsGraph.Mapping.Sessions;

/// <summary>What a failing store means for the fields that asked it.</summary>
internal static class StoreErrors
{
    public static Exception FromPostgres(Exception exception, MappingLimits limits, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Cancelled(exception);
        }

        return exception switch
        {
            GraphQLException known => known,
            PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } => Timeout("PostgreSQL", limits, exception),
            NpgsqlException { InnerException: TimeoutException } => Timeout("PostgreSQL", limits, exception),
            TimeoutException => Timeout("PostgreSQL", limits, exception),

            // 22003 numeric_value_out_of_range: the sum of an aggregate.
            PostgresException { SqlState: PostgresErrorCodes.NumericValueOutOfRange } => Overflow(exception),

            // Class 08 connection, 53 resources, 57 operator intervention, 58 system; and whatever is no answer of the server at all.
            PostgresException { SqlState: ['0', '8', ..] or ['5', '3', ..] or ['5', '7', ..] or ['5', '8', ..] } => Unavailable("PostgreSQL", exception),
            PostgresException => Fault("PostgreSQL", exception),
            NpgsqlException or IOException or System.Net.Sockets.SocketException or OperationCanceledException => Unavailable("PostgreSQL", exception),

            // A fault of ours: the executor logs it and gives it its code.
            _ => exception,
        };
    }

    public static Exception FromClickHouse(Exception exception, MappingLimits limits, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Cancelled(exception);
        }

        return exception switch
        {
            GraphQLException known => known,

            // 159 TIMEOUT_EXCEEDED; the client's own timeout is a cancellation that the caller did not ask for.
            ClickHouseException { Code: 159 } => Timeout("ClickHouse", limits, exception),
            OperationCanceledException or { InnerException: TimeoutException or OperationCanceledException } => Timeout("ClickHouse", limits, exception),

            // 70 CANNOT_CONVERT_TYPE: the sum of an aggregate.
            ClickHouseException { Code: 70 } => Overflow(exception),

            // 241 MEMORY_LIMIT_EXCEEDED, 202 TOO_MANY_SIMULTANEOUS_QUERIES, 394 QUERY_WAS_CANCELLED
            ClickHouseTransportException or IOException or ClickHouseException { Code: 241 or 202 or 394 } => Unavailable("ClickHouse", exception),
            OverflowException => new GraphQLException(new GraphQLError("A stored integer does not fit into 64 bits with sign.", ErrorCodes.Internal), exception),
            ClickHouseException => Fault("ClickHouse", exception),
            _ => exception,
        };
    }

    public static GraphQLException Cancelled(Exception? inner) => new(new GraphQLError("The request was cancelled before its data were read.", ErrorCodes.Cancelled), inner);

    public static GraphQLException Timeout(string store, MappingLimits limits, Exception inner) => new(
        new GraphQLError($"{store} took longer than {limits.StatementTimeout.TotalSeconds:0} s; narrow the filter or read fewer rows.", ErrorCodes.LimitExceeded), inner);

    public static GraphQLException Unavailable(string store, Exception inner) => new(
        new GraphQLError($"{store} cannot be reached or cannot answer at the moment; try again later.", ErrorCodes.StoreUnavailable), inner);

    public static GraphQLException Overflow(Exception inner) => new(
        new GraphQLError("A sum or another number that was computed is too large for its type; narrow the rows that are added up.", ErrorCodes.LimitExceeded), inner);

    public static GraphQLException Fault(string store, Exception inner) => new(
        new GraphQLError($"{store} refused the statement; the server's log has the details.", ErrorCodes.Internal), inner);
}
