using System.Buffers;
using System.Globalization;
using AnalyticsGraph.GraphQL.Errors;

namespace AnalyticsGraph.Tracking.Ingest;

/// <summary>What is read of a body and not yet taken: grows until a piece (a line, a record) is whole.</summary>
internal sealed class PieceBuffer(Stream body, int most) : IDisposable
{
    private byte[] _data = ArrayPool<byte>.Shared.Rent(128 << 10);
    private int _start;
    private int _end;

    /// <summary>Whether the body has nothing more than <see cref="Rest"/>.</summary>
    public bool IsAtEnd { get; private set; }

    public ReadOnlySpan<byte> Rest => _data.AsSpan(_start, _end - _start);

    public void Take(int length) => _start += length;

    /// <summary>Reads on.</summary>
    /// <returns>Whether there was more.</returns>
    /// <exception cref="IngestException">The piece is too long.</exception>
    public async ValueTask<bool> MoreAsync(CancellationToken ct)
    {
        if (IsAtEnd)
            return false;
        if (_start > 0)
        {
            Rest.CopyTo(_data);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _data.Length)
        {
            if (_end >= most)
                throw new IngestException(ErrorCodes.LimitExceeded, string.Create(CultureInfo.InvariantCulture, $"A line or record has more than {most} bytes (Ingest:MaxPieceBytes)."));
            var larger = ArrayPool<byte>.Shared.Rent(_data.Length * 2);
            Rest.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_data);
            _data = larger;
        }

        var read = await body.ReadAsync(_data.AsMemory(_end), ct).ConfigureAwait(false);
        _end += read;
        IsAtEnd = read == 0;
        return read > 0;
    }

    public void Dispose()
    {
        if (_data.Length > 0)
            ArrayPool<byte>.Shared.Return(_data);
        _data = [];
        _start = _end = 0;
    }
}
