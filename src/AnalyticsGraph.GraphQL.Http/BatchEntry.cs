using System.Buffers;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Observability;
using Microsoft.AspNetCore.Http;

namespace AnalyticsGraph.GraphQL.Http;

/// <summary>A request of a batch: one execution, or a list of them for a list of variables; or the fault that keeps it from being a request.</summary>
internal sealed class BatchEntry : IDisposable
{
    private readonly RequestParameters _parameters;
    private readonly ExecutionResult? _refused;

    public BatchEntry(RequestParameters parameters) => _parameters = parameters;

    private BatchEntry(HttpFaultException fault) => _refused = ExecutionResult.Refuse(new GraphQLError(fault.Message, fault.Code));

    /// <summary>How many executions it asks for.</summary>
    public int Size => _refused is null && _parameters.HasVariableSets ? _parameters.Variables!.Value.GetArrayLength() : 1;

    /// <summary>What it asks for, once it is prepared.</summary>
    public IReadOnlyList<BatchRun> Runs { get; private set; } = [];

    /// <summary>Whether long lists of its answer are written when it is sent.</summary>
    public bool IsLong => Results.Any(result => result.IsLong);

    /// <summary>The bytes of its answer. Of one that is long they would all be in memory at once.</summary>
    public long Length => Results.Sum(result => (long)result.Body.Length) + (_parameters.HasVariableSets ? Runs.Count + 1 : 0);

    /// <summary>How long the phases of its executions took, if that was asked for.</summary>
    public IEnumerable<PhaseTiming> Timings => Results.SelectMany(result => result.Timings);

    private IEnumerable<ExecutionResult> Results => _refused is null ? Runs.Select(run => run.Result).OfType<ExecutionResult>() : [_refused];

    /// <summary>Reads a request; what is wrong with it is told by its answer.</summary>
    public static BatchEntry Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            return new BatchEntry(RequestJson.Read(json));
        }
        catch (HttpFaultException fault)
        {
            return new BatchEntry(fault);
        }
    }

    /// <summary>Makes the requests to execute.</summary>
    public void Prepare(HttpContext http, GraphQLExecutor executor, GraphQLHttpOptions options)
    {
        if (_refused is not null)
        {
            return;
        }

        if (!_parameters.HasVariableSets)
        {
            Runs = [new BatchRun(_parameters.ToRequest(http, options, allowMutations: true, allowParts: false))];
            return;
        }

        Runs = [.. _parameters.Variables!.Value.EnumerateArray().Select(variables => new BatchRun((_parameters with { Variables = variables }).ToRequest(http, options, allowMutations: true, allowParts: false)))];
        executor.Warm(Runs[0].Request);
    }

    /// <summary>Writes the answer, and lets go of each of its parts that is written.</summary>
    public async ValueTask WriteAsync(HttpResponse response, CancellationToken cancellationToken)
    {
        var first = true;
        foreach (var result in Results)
        {
            if (_parameters.HasVariableSets)
            {
                response.BodyWriter.Write(first ? "["u8 : ","u8);
                first = false;
            }

            await WholeResponse.WriteAsync(response.BodyWriter, result, cancellationToken).ConfigureAwait(false);
            result.Dispose();
        }

        if (_parameters.HasVariableSets)
        {
            response.BodyWriter.Write("]"u8);
        }
    }

    public void Dispose()
    {
        foreach (var result in Results)
        {
            result.Dispose();
        }

        _parameters.Return();
    }
}
