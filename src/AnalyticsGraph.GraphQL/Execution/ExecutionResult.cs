using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Observability;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>A response (section 7). Holds a pooled buffer until it is disposed.</summary>
public class ExecutionResult : IDisposable
{
    private readonly ResponseWriter _writer;

    private protected ExecutionResult(ExecutionResult other) => (_writer, IsRequestError, Errors) = (other._writer, other.IsRequestError, other.Errors);

    internal ExecutionResult(ResponseWriter writer, bool isRequestError, ImmutableArray<GraphQLError> errors) =>
        (_writer, IsRequestError, Errors) = (writer, isRequestError, errors);

    /// <summary>The response to a request that is refused before the engine sees it.</summary>
    /// <param name="errors">Why, at least one.</param>
    public static ExecutionResult Refuse(params ImmutableArray<GraphQLError> errors) => ResponseAssembly.RequestError(errors);

    /// <summary>Section 7.1.2: nothing was executed and the response has no <c>data</c>: the document, the operation or the variables are at fault.</summary>
    public bool IsRequestError { get; }

    /// <summary>The errors of the response, as many as it tells; empty when all went well.</summary>
    public ImmutableArray<GraphQLError> Errors { get; }

    /// <summary>The whole response as JSON in UTF-8, <c>errors</c> first where there are any; valid until <see cref="Dispose"/>.</summary>
    public ReadOnlyMemory<byte> Body => _writer.Written;

    /// <summary>Whether long lists of the response are not written yet: <see cref="Pieces"/> then are better than <see cref="Body"/>, which has all of it in memory at once.</summary>
    public bool IsLong => _writer.HasLeft;

    /// <summary>The same as <see cref="Body"/>, piece by piece; each is valid until the next one, the last until <see cref="Dispose"/>.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Pieces => _writer.Pieces();

    /// <summary>The array of errors alone, as JSON in UTF-8, of a response that is a request error; valid until <see cref="Dispose"/>.</summary>
    /// <exception cref="InvalidOperationException">It is none.</exception>
    public ReadOnlyMemory<byte> ErrorsBody => IsRequestError ? Body["{\"errors\":".Length..ErrorsEnd] : throw new InvalidOperationException("The response has more than errors.");

    /// <summary>How long its phases took, if the request asked for it (<see cref="GraphQLRequest.Profile"/>); else empty. Of a response in parts: until its first part was ready.</summary>
    public ImmutableArray<PhaseTiming> Timings { get; internal set; } = [];

    /// <summary>Whether the request came to nothing: it was not executed, or failed as a whole.</summary>
    internal bool IsRefused => IsRequestError || HasFailed;

    /// <summary>Whether the request failed as a whole after it was begun.</summary>
    internal bool HasFailed { get; init; }

    /// <summary>Where the array of errors ends in the body of a request error.</summary>
    internal int ErrorsEnd { get; init; }

    /// <summary>Gives the buffer back.</summary>
    public void Dispose()
    {
        _writer.Dispose();
        GC.SuppressFinalize(this);
    }
}
