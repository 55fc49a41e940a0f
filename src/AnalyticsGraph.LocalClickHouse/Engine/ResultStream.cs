using AnalyticsGraph.LocalClickHouse.Native;

namespace AnalyticsGraph.LocalClickHouse.Engine;

/// <summary>
/// A running statement whose result is pulled block by block, so that nothing larger than a block is held. Disposing it before
/// the end leaves the statement unfinished: its connection must then be disposed, which ends it.
/// </summary>
internal sealed class ResultStream(Connection connection, NativeResult stream) : IDisposable
{
    /// <summary>Whether the engine has said that there is nothing more.</summary>
    internal bool Ended { get; private set; }

    /// <summary>Waits for the next block; false at the end. The caller disposes the block before the next call.</summary>
    /// <exception cref="Errors.ServerException">The statement failed or was killed.</exception>
    internal bool Next(out NativeResult block)
    {
        block = NativeResult.Take(Chdb.StreamFetch(connection.Handle, stream.Handle));
        if (Chdb.ResultLength(block.Handle) > 0) return true;
        block.Dispose();
        Ended = true;
        return false;
    }

    public void Dispose() => stream.Dispose();
}
