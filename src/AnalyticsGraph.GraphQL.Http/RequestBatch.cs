using System.Buffers;
using AnalyticsGraph.GraphQL.Execution;
using Microsoft.AspNetCore.Http;

namespace AnalyticsGraph.GraphQL.Http;

/// <summary>
/// Several executions of one HTTP request: a list of requests, or one request with a list of variables. All run at the same time, within a bound, and are answered in the order in which
/// they were asked; what is wrong with one is told in its place.
/// </summary>
internal sealed class RequestBatch : IDisposable
{
    private readonly List<BatchEntry> _entries = [];
    private readonly GraphQLHttpOptions _options;
    private readonly bool _isList;
    private int _size;

    private RequestBatch(GraphQLHttpOptions options, bool isList) => (_options, _isList) = (options, isList);

    /// <summary>A request whose variables are a list.</summary>
    /// <exception cref="HttpFaultException">The list is empty or too long.</exception>
    public static RequestBatch OfVariables(RequestParameters parameters, GraphQLHttpOptions options)
    {
        var batch = new RequestBatch(options, isList: false);
        try
        {
            batch.Add(new BatchEntry(parameters));
            return batch;
        }
        catch
        {
            batch.Dispose();
            throw;
        }
    }

    /// <summary>Reads a list of requests.</summary>
    /// <exception cref="HttpFaultException">The body is no JSON, or the list is empty or too long.</exception>
    public static RequestBatch Read(ReadOnlyMemory<byte> body, GraphQLHttpOptions options)
    {
        var batch = new RequestBatch(options, isList: true);
        try
        {
            foreach (var entry in RequestJson.Split(body, options.Batch.MaxSize))
            {
                batch.Add(BatchEntry.Read(entry));
            }

            return batch._size > 0 ? batch : throw HttpFaultException.BadRequest("The batch is empty; send at least one request in it.");
        }
        catch
        {
            batch.Dispose();
            throw;
        }
    }

    /// <summary>Whether a body is a list of requests.</summary>
    public static bool IsList(ReadOnlySpan<byte> body) => body.TrimStart(" \t\r\n"u8) is [(byte)'[', ..];

    /// <summary>Runs it and writes the answer.</summary>
    public async Task AnswerAsync(HttpContext http, GraphQLExecutor executor, ResponseMediaType mediaType)
    {
        foreach (var entry in _entries)
        {
            entry.Prepare(http, executor, _options);
        }

        // Those that are refused take no place of one that runs.
        var runs = _entries.SelectMany(entry => entry.Runs);
        await Parallel.ForEachAsync(
            runs,
            new ParallelOptions { MaxDegreeOfParallelism = _options.Batch.MaxConcurrency },
            async (run, _) => run.Result = await executor.ExecuteAsync(run.Request, http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
        http.RequestAborted.ThrowIfCancellationRequested();
        await WriteAsync(http, mediaType).ConfigureAwait(false);
    }

    public void Dispose()
    {
        foreach (var entry in _entries)
        {
            entry.Dispose();
        }
    }

    private void Add(BatchEntry entry)
    {
        _entries.Add(entry);
        _size += entry.Size;
        if (_size > _options.Batch.MaxSize)
        {
            throw RequestJson.BatchTooLarge(_options.Batch.MaxSize);
        }
    }

    private async Task WriteAsync(HttpContext http, ResponseMediaType mediaType)
    {
        var response = http.Response;
        response.ContentType = mediaType.ContentType;
        response.ContentLength = _entries.Exists(entry => entry.IsLong) ? null : _entries.Sum(entry => entry.Length) + (_isList ? _entries.Count + 1 : 0);
        response.Headers.Vary = "Accept";
        RequestProfile.WriteTimings(response, _entries.SelectMany(entry => entry.Timings));
        for (var i = 0; i < _entries.Count; i++)
        {
            if (_isList)
            {
                response.BodyWriter.Write(i == 0 ? "["u8 : ","u8);
            }

            await _entries[i].WriteAsync(response, http.RequestAborted).ConfigureAwait(false);
        }

        if (_isList)
        {
            response.BodyWriter.Write("]"u8);
        }

        await response.BodyWriter.FlushAsync(http.RequestAborted).ConfigureAwait(false);
    }
}
