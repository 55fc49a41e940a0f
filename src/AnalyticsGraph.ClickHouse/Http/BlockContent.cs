using System.IO.Pipelines;
using System.Net;

namespace AnalyticsGraph.ClickHouse.Http;

/// <summary>
/// Blocks as a request's body, written while they come: memory holds one column of one block at a time. An error of the caller's own sequence is kept,
/// because HTTP would report it as a failure of the connection.
/// </summary>
internal sealed class BlockContent(IAsyncEnumerable<Block> blocks, ClickHouseCompression compression) : HttpContent
{
    /// <summary>What the blocks' source threw.</summary>
    public Exception? SourceError { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var body = BodyCompression.Compress(stream, compression);
        await using var enumerator = blocks.GetAsyncEnumerator(cancellationToken);
        var writer = PipeWriter.Create(body, new StreamPipeWriterOptions(leaveOpen: true, minimumBufferSize: 64 * 1024));
        while (await NextAsync(enumerator).ConfigureAwait(false))
        {
            var block = enumerator.Current;
            if (block.RowCount == 0)
                continue;
            block.EncodeHeader(writer);
            for (var i = 0; i < block.Columns.Count; i++)
            {
                block.EncodeColumn(writer, i);
                await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        await writer.CompleteAsync().ConfigureAwait(false);
        if (!ReferenceEquals(body, stream))
            await body.DisposeAsync().ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    private async ValueTask<bool> NextAsync(IAsyncEnumerator<Block> enumerator)
    {
        try
        {
            return await enumerator.MoveNextAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            SourceError = e;
            throw;
        }
    }
}
