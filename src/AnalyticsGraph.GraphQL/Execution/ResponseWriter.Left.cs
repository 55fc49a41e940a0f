using System.Runtime.InteropServices;

namespace AnalyticsGraph.GraphQL.Execution;

/// <content>
/// Long lists of plain values are not written before the response is sent: their columns are there anyhow, and their text would take twice as much memory. They count for the limit with the most that
/// they could take.
/// </content>
public sealed partial class ResponseWriter
{
    private const int FewestLeft = 20_000;
    private const int ItemsOfPiece = 4096;

    private List<LeftList>? _left;
    private long _leftBytes;

    /// <summary>Whether lists may be left.</summary>
    internal bool MayLeave { get; init; }

    /// <summary>Whether any is left: <see cref="Written"/> would write them now, <see cref="Pieces"/> one after another.</summary>
    internal bool HasLeft => _left is { Count: > 0 };

    /// <summary>Leaves the items of a list, if they are many and may be, for later.</summary>
    /// <param name="items">Their column; it must not change before they are written.</param>
    /// <param name="start">The first row.</param>
    /// <param name="end">Just past the last row.</param>
    /// <returns>False if they must be written now.</returns>
    internal bool TryLeave(LeafColumn items, int start, int end)
    {
        var most = (long)(end - start) * (items.MostBytes + 1);
        if (!MayLeave || end - start < FewestLeft || items.MostBytes == 0 || _length + _leftBytes + most > _limit)
        {
            return false;
        }

        (_left ??= []).Add(new LeftList(_length, items, start, end, most));
        _leftBytes += most;
        return true;
    }

    /// <summary>All of it, piece by piece.</summary>
    /// <returns>The pieces, each valid until the next one.</returns>
    internal IEnumerable<ReadOnlyMemory<byte>> Pieces()
    {
        var at = 0;
        using var piece = new ResponseWriter();
        foreach (var list in _left ?? [])
        {
            yield return _buffer.AsMemory(at, list.At - at);
            at = list.At;
            for (var row = list.Start; row < list.End; row += ItemsOfPiece)
            {
                piece.Truncate(0);
                if (row > list.Start)
                {
                    piece.WriteByte((byte)',');
                }

                list.Items.WriteRange(row, Math.Min(row + ItemsOfPiece, list.End), piece);
                yield return piece.Written;
            }
        }

        yield return _buffer.AsMemory(at, _length - at);
    }

    private void WriteLeft()
    {
        if (!HasLeft)
        {
            return;
        }

        var whole = new ResponseWriter((int)Math.Min(_length + _leftBytes, Array.MaxLength));
        foreach (var piece in Pieces())
        {
            whole.WriteRaw(piece.Span);
        }

        Return(_buffer);
        (_buffer, _length, _left, _leftBytes) = (whole._buffer, whole._length, null, 0);
    }

    private void ForgetLeft(int length)
    {
        while (_left is [.., var last] && last.At > length)
        {
            _left.RemoveAt(_left.Count - 1);
            _leftBytes -= last.MostBytes;
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct LeftList(int At, LeafColumn Items, int Start, int End, long MostBytes);
}
