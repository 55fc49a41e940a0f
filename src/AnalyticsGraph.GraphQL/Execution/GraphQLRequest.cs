using System.Text.Json;
using AnalyticsGraph.GraphQL.Observability;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>A request, whatever transport brought it.</summary>
public sealed class GraphQLRequest
{
    /// <summary>The document in UTF-8; empty if <see cref="DocumentId"/> or the extension <c>persistedQuery</c> names it.</summary>
    public ReadOnlyMemory<byte> Query { get; init; }

    /// <summary>The identifier of a trusted document, by its hash or the name of an operation; null for none.</summary>
    public string? DocumentId { get; init; }

    /// <summary>The operation to run; null if the document has one alone.</summary>
    public string? OperationName { get; init; }

    /// <summary>The variables as they came: an object; null or JSON null for none.</summary>
    public JsonElement? Variables { get; init; }

    /// <summary>
    /// The variables as JSON in UTF-8, in place of <see cref="Variables"/>: known to be well formed, all of it text. Read before the first step, so that it may be a slice of a
    /// buffer; empty for none.
    /// </summary>
    public ReadOnlyMemory<byte> VariablesUtf8 { get; init; }

    /// <summary>The request's extensions; the engine reads <c>persistedQuery</c> (automatic persisted queries, version 1).</summary>
    public JsonElement? Extensions { get; init; }

    /// <summary>Whether a mutation may run; false for HTTP GET. A mutation then is a request error of the code <see cref="Errors.ErrorCodes.OperationNotAllowed"/>.</summary>
    public bool AllowMutations { get; init; } = true;

    /// <summary>
    /// Whether the response may come in parts: <c>@defer</c> and <c>@stream</c> count then, and the result may be an <see cref="IncrementalResult"/>. Else they are passed over, and all
    /// is one part.
    /// </summary>
    public bool AllowParts { get; init; }

    /// <summary>Whether the response tells in <c>extensions.operationCost</c> what the operation may cost at most.</summary>
    public bool ReportCost { get; init; }

    /// <summary>What the response reports of its making. That the caller may know it is for the transport to make sure: a profile shows the statements that the stores are asked.</summary>
    public ProfileDetail Profile { get; init; }

    /// <summary>Prepares the request before its first step: the caller, the stores' sessions.</summary>
    public Action<RequestContext>? Configure { get; init; }
}
