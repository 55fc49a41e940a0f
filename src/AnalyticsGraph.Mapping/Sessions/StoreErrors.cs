using System.Collections.Immutable;
using System.Globalization;
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

            // 159 TIMEOUT_EXCEEDED, 160 TOO_SLOW. ClickHouse itself watches the time of a query; when the client's own has passed, it is ClickHouse that does not answer.
            ClickHouseException { Code: 159 or 160 } => Timeout("ClickHouse", limits, exception),
            OperationCanceledException or { InnerException: TimeoutException or OperationCanceledException } => Unavailable("ClickHouse", exception),

            // 70 CANNOT_CONVERT_TYPE: the sum of an aggregate.
            ClickHouseException { Code: 70 } => Overflow(exception),

            // 158 TOO_MANY_ROWS, 307 TOO_MANY_BYTES: of what is read. 396 TOO_MANY_ROWS_OR_BYTES: of the result. 241 MEMORY_LIMIT_EXCEEDED: the query's, or else that of the whole server.
            ClickHouseException { Code: 158 or 307 } => Limit(
                nameof(ClickHouseLimits.MaxRowsRead), limits.ClickHouse.MaxRowsRead, "ClickHouse would have to read more than {0} rows", "Narrow the filter: name experiments, runs or keys.", exception),
            ClickHouseException { Code: 396 } when exception.Message.Contains("rows", StringComparison.Ordinal) => Limit(
                nameof(ClickHouseLimits.MaxResultRows), limits.ClickHouse.MaxResultRows, "The result has more than {0} rows", "Narrow the filter, thin series with `sample`, or group more coarsely.", exception),
            ClickHouseException { Code: 396 } => Limit(
                nameof(ClickHouseLimits.MaxResultBytes), limits.ClickHouse.MaxResultBytes, "The result has more than {0} bytes", "Select fewer fields, narrow the filter, or group more coarsely.", exception),
            ClickHouseException { Code: 241 } when !exception.Message.Contains("(total)", StringComparison.Ordinal) => Limit(
                nameof(ClickHouseLimits.MaxMemory), limits.ClickHouse.MaxMemory, "ClickHouse would need more than {0} bytes of memory", "Narrow the filter, or group by what has fewer values.", exception),

            // 202 TOO_MANY_SIMULTANEOUS_QUERIES, 394 QUERY_WAS_CANCELLED
            ClickHouseTransportException or IOException or ClickHouseException { Code: 241 or 202 or 394 } => Unavailable("ClickHouse", exception),
            OverflowException => new GraphQLException(new GraphQLError("A stored integer does not fit into 64 bits with sign.", ErrorCodes.Internal), exception),
            ClickHouseException => Fault("ClickHouse", exception),
            _ => exception,
        };
    }

    public static GraphQLException TooManyQueries(ClickHouseLimits limits) => new(new GraphQLError(
        string.Create(CultureInfo.InvariantCulture, $"{limits.MaxQueries} queries run in ClickHouse, as many as may at once, and none ended within {limits.QueueTimeout.TotalSeconds:0.#} s. Try again a little later, with pauses that grow."),
        ErrorCodes.ResourceExhausted)
    {
        Extensions = Named(nameof(ClickHouseLimits.MaxQueries), limits.MaxQueries),
    });

    public static GraphQLException Cancelled(Exception? inner) => new(new GraphQLError("The request was cancelled before its data were read.", ErrorCodes.Cancelled), inner);

    public static GraphQLException Timeout(string store, MappingLimits limits, Exception inner) => new(
        new GraphQLError($"{store} took longer than {limits.StatementTimeout.TotalSeconds:0} s; narrow the filter or read fewer rows.", ErrorCodes.LimitExceeded), inner);

    // The text says which limit of the server's configuration it is, so that its operator can raise it.
    private static GraphQLException Limit(string setting, long limit, string what, string remedy, Exception inner) => new(
        new GraphQLError($"{string.Format(CultureInfo.InvariantCulture, what, limit)} (Mapping:ClickHouse:{setting}). {remedy}", ErrorCodes.LimitExceeded) { Extensions = Named(setting, limit) }, inner);

    private static ImmutableDictionary<string, object?> Named(string setting, long limit) =>
        ImmutableDictionary<string, object?>.Empty.Add("setting", $"Mapping:ClickHouse:{setting}").Add("limit", limit);

    public static GraphQLException Unavailable(string store, Exception inner) => new(
        new GraphQLError($"{store} cannot be reached or cannot answer at the moment; try again later.", ErrorCodes.StoreUnavailable), inner);

    public static GraphQLException Overflow(Exception inner) => new(
        new GraphQLError("A sum or another number that was computed is too large for its type; narrow the rows that are added up.", ErrorCodes.LimitExceeded), inner);

    public static GraphQLException Fault(string store, Exception inner) => new(
        new GraphQLError($"{store} refused the statement; the server's log has the details.", ErrorCodes.Internal), inner);
}
