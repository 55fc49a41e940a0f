using System.Globalization;

namespace AnalyticsGraph.ClickHouse;

/// <summary>An error of ClickHouse, or on the way to it (then <see cref="Code"/> is 0 and the exception is of a derived class).</summary>
public class ClickHouseException : Exception
{
    /// <summary>An error with a message alone.</summary>
    public ClickHouseException(string message) : base(message) => ErrorName = "CLIENT_ERROR";

    /// <summary>An error with its cause.</summary>
    public ClickHouseException(string message, Exception? inner) : base(message, inner) => ErrorName = "CLIENT_ERROR";

    /// <summary>A server's error.</summary>
    /// <param name="code">ClickHouse's code, e.g. 60.</param>
    /// <param name="message">The server's own words.</param>
    /// <param name="queryId">Which query, when known.</param>
    /// <param name="errorName">The server's own name of the code; null takes it from the table of known codes.</param>
    public ClickHouseException(int code, string message, string? queryId = null, string? errorName = null)
        : base(message)
    {
        Code = code;
        QueryId = queryId;
        ErrorName = errorName ?? ClickHouseErrorNames.Of(code) ?? "CODE_" + code.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>ClickHouse's error code; 0 when the error is not the server's.</summary>
    public int Code { get; }

    /// <summary>The code's name, e.g. UNKNOWN_TABLE for 60.</summary>
    public string ErrorName { get; }

    /// <summary>The id of the query that failed, when known: find it in <c>system.query_log</c>.</summary>
    public string? QueryId { get; internal set; }

    /// <summary>Whether blocks of the result had been handed out before the error came.</summary>
    public bool IsMidStream { get; internal set; }
}

/// <summary>The connection failed, was lost, or was too slow; whether the server did the work is unknown unless <see cref="WasNotSent"/>.</summary>
public sealed class ClickHouseTransportException : ClickHouseException
{
    /// <summary>A transport error.</summary>
    public ClickHouseTransportException(string message, Exception? inner = null, bool wasNotSent = false) : base(message, inner) => WasNotSent = wasNotSent;

    /// <summary>True when no byte reached the server (connection refused): repeating is safe whatever the statement.</summary>
    public bool WasNotSent { get; }
}

/// <summary>Bytes, a type or a value that the Native format or this client does not have.</summary>
public sealed class ClickHouseFormatException : ClickHouseException
{
    /// <summary>A format error.</summary>
    public ClickHouseFormatException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}
