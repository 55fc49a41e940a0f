namespace AnalyticsGraph.GraphQL.Errors;

/// <summary>The codes of <c>extensions.code</c>: stable, one table, documented on the README's error page.</summary>
public static class ErrorCodes
{
    /// <summary>The document is no GraphQL.</summary>
    public const string Syntax = "GRAPHQL_SYNTAX_ERROR";

    /// <summary>The document breaks a validation rule of section 5.</summary>
    public const string Validation = "GRAPHQL_VALIDATION_FAILED";

    /// <summary>A variable's or an argument's value does not fit its type.</summary>
    public const string BadUserInput = "BAD_USER_INPUT";

    /// <summary>No operation of that name, or a name is needed.</summary>
    public const string OperationNotFound = "OPERATION_NOT_FOUND";

    /// <summary>The operation may not run this way: a mutation by GET, a subscription without a stream.</summary>
    public const string OperationNotAllowed = "OPERATION_NOT_ALLOWED";

    /// <summary>No document has that identifier or hash; for automatic persisted queries: send it with its document once.</summary>
    public const string PersistedQueryNotFound = "PERSISTED_QUERY_NOT_FOUND";

    /// <summary>Automatic persisted queries are off.</summary>
    public const string PersistedQueryNotSupported = "PERSISTED_QUERY_NOT_SUPPORTED";

    /// <summary>Trusted documents alone are executed, and this is none.</summary>
    public const string DocumentNotTrusted = "DOCUMENT_NOT_TRUSTED";

    /// <summary>The HTTP request is no GraphQL request.</summary>
    public const string BadRequest = "BAD_REQUEST";

    /// <summary>A limit (tokens, depth, size, time, page) was exceeded.</summary>
    public const string LimitExceeded = "LIMIT_EXCEEDED";

    /// <summary>What was named does not exist or may not be seen.</summary>
    public const string NotFound = "NOT_FOUND";

    /// <summary>The change contradicts the present state (a taken name, an immutable value, a wrong version).</summary>
    public const string Conflict = "CONFLICT";

    /// <summary>A store could not answer; try again later.</summary>
    public const string StoreUnavailable = "STORE_UNAVAILABLE";

    /// <summary>A bound was reached (log, memory, concurrency); try again later.</summary>
    public const string ResourceExhausted = "RESOURCE_EXHAUSTED";

    /// <summary>A subscriber took its events too slowly and would have missed some.</summary>
    public const string SubscriptionOverflow = "SUBSCRIPTION_OVERFLOW";

    /// <summary>The request was cancelled or ran out of time.</summary>
    public const string Cancelled = "CANCELLED";

    /// <summary>A non-null field had no value.</summary>
    public const string NonNullViolation = "NON_NULL_VIOLATION";

    /// <summary>A fault of the server; its log has the details.</summary>
    public const string Internal = "INTERNAL_SERVER_ERROR";
}
