using AnalyticsGraph.GraphQL.Cost;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Observability;
using AnalyticsGraph.GraphQL.Validation;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>The limits of an executor, and where it tells what callers must not see.</summary>
public sealed record GraphQLExecutorOptions
{
    /// <summary>How large a document may be.</summary>
    public ParserLimits ParserLimits { get; init; } = new();

    /// <summary>How many errors a response tells; a last one says how many were left out.</summary>
    public int MaxErrors { get; init; } = 100;

    /// <summary>How long a request may run, or each part of a response that comes in parts; <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long steps may take to end after the request was cancelled, before it is answered without them.</summary>
    public TimeSpan CancellationGrace { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The largest response in bytes.</summary>
    public int MaxResponseBytes { get; init; } = 256 * 1024 * 1024;

    /// <summary>How deep a response may nest, lists not counted.</summary>
    public int MaxDepth { get; init; } = 100;

    /// <summary>How many fields a plan may have, after fragments are resolved for every possible type.</summary>
    public int MaxPlannedFields { get; init; } = 20_000;

    /// <summary>How documents are validated: how many errors are told, whether names of the schema are suggested, how much work a document may cost.</summary>
    public ValidationOptions Validation { get; init; } = new();

    /// <summary>Whether anybody may know the schema: introspection is on, and not refused as untrusted.</summary>
    public bool ServesSchema => Validation.AllowIntrospection && (!TrustedDocumentsOnly || AllowUntrustedIntrospection);

    /// <summary>How many requests may wait for their stores at once; more are refused with <see cref="Errors.ErrorCodes.ResourceExhausted"/>, so that those under way end in time.</summary>
    public int MaxConcurrentRequests { get; init; } = 1_000;

    /// <summary>How much an operation may cost.</summary>
    public CostOptions Cost { get; init; } = new();

    /// <summary>How many documents are kept planned.</summary>
    public int MaxCachedDocuments { get; init; } = 1_000;

    /// <summary>How many bytes of documents are kept planned; a plan takes some fifty times its document.</summary>
    public int MaxCachedDocumentBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>How many automatic persisted queries are kept; 0 for none.</summary>
    public int MaxPersistedQueries { get; init; } = 1_000;

    /// <summary>How many bytes of documents are kept as automatic persisted queries; a plan takes some fifty times its document.</summary>
    public int MaxPersistedQueryBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Whether trusted documents alone are executed; others are refused with <see cref="Errors.ErrorCodes.DocumentNotTrusted"/>.</summary>
    public bool TrustedDocumentsOnly { get; init; }

    /// <summary>Whether the schema may be asked for by any document where otherwise trusted documents alone are executed.</summary>
    public bool AllowUntrustedIntrospection { get; init; }

    /// <summary>Whether responses may come in parts where a client takes them so; else <c>@defer</c> and <c>@stream</c> are passed over.</summary>
    public bool DeliverParts { get; init; } = true;

    /// <summary>What spans tell beyond what is always safe.</summary>
    public TelemetryOptions Telemetry { get; init; } = new();

    /// <summary>Told of every fault of the server: exceptions that are no <see cref="Errors.GraphQLException"/>, of which callers see the trace id alone, and those of the code <see cref="Errors.ErrorCodes.Internal"/>.</summary>
    public Action<UnexpectedError>? OnUnexpectedError { get; init; }
}
