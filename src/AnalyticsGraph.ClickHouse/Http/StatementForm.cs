using System.Buffers;
using System.Net.Http.Headers;
using System.Text;

namespace AnalyticsGraph.ClickHouse.Http;

/// <summary>
/// A statement as <c>multipart/form-data</c>: with external tables (each a file), or with parameters too long for a URL (each a field). What describes the tables
/// stays in the URL, for the server must know it when it meets them.
/// </summary>
internal static class StatementForm
{
    /// <param name="query">The statement.</param>
    /// <param name="beside">What goes along.</param>
    /// <param name="limit">Ends the wait for the answer; while rows are waited for that are to be sent, it does not.</param>
    /// <param name="timeout">How long the server may take.</param>
    public static (string Url, HttpContent Form) Of(ClickHouseQuery query, RequestQuery beside, CancellationTokenSource limit, TimeSpan timeout)
    {
        var url = new RequestQuery();
        var form = new MultipartFormDataContent();
        Add(form, "query", new ByteArrayContent(Encoding.UTF8.GetBytes(query.Sql)), file: null);
        foreach (var (name, value) in beside.Values)
        {
            if (name.StartsWith("param_", StringComparison.Ordinal))
                Add(form, name, new ByteArrayContent(Encoding.UTF8.GetBytes(value)), file: null);
            else
                url.Add(name, value);
        }
        foreach (var table in query.ExternalTables)
        {
            Add(form, table.Name, table.More is { } more ? new BlockContent(All(table.Rows, more, limit, timeout), ClickHouseCompression.None) : Whole(table.Rows), file: table.Name);
        }
        foreach (var table in query.ExternalStreams)
            Add(form, table.Name, new CallersStreamContent(table.Data), file: table.Name);
        return (url.Encode(), form);
    }

    private static ReadOnlyMemoryContent Whole(Block block)
    {
        var rows = new ArrayBufferWriter<byte>(64 * 1024);
        block.Encode(rows);
        return new ReadOnlyMemoryContent(rows.WrittenMemory);
    }

    private static async IAsyncEnumerable<Block> All(Block first, IAsyncEnumerable<Block> more, CancellationTokenSource limit, TimeSpan timeout)
    {
        yield return first;

        // The server's time runs only while it is the one that is waited for.
        limit.CancelAfter(Timeout.InfiniteTimeSpan);
        await foreach (var block in more.ConfigureAwait(false))
        {
            limit.CancelAfter(timeout);
            yield return block;
            limit.CancelAfter(Timeout.InfiniteTimeSpan);
        }

        limit.CancelAfter(timeout);
    }

    private static void Add(MultipartFormDataContent form, string name, HttpContent content, string? file)
    {
        content.Headers.ContentDisposition = new ContentDispositionHeaderValue("form-data") { Name = $"\"{name}\"", FileName = file is null ? null : $"\"{file}\"" };
        form.Add(content);
    }
}
