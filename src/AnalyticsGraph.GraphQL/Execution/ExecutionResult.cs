using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Errors;

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

    /// <summary>The array of errors alone, as JSON in UTF-8, of a response that is a request error; valid until <see cref="Dispose"/>.</summary>
    /// <exception cref="InvalidOperationException">It is none.</exception>
    public ReadOnlyMemory<byte> ErrorsBody => IsRequestError ? Body["{\"errors\":".Length..^1] : throw new InvalidOperationException("The response has more than errors.");

    /// <summary>Gives the buffer back.</summary>
    public void Dispose()
    {
        _writer.Dispose();
        GC.SuppressFinalize(this);
    }
}
