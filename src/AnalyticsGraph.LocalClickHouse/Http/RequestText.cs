using System.Buffers;
using System.Text;
using AnalyticsGraph.LocalClickHouse.Errors;
using AnalyticsGraph.LocalClickHouse.Sql;

namespace AnalyticsGraph.LocalClickHouse.Http;

/// <summary>
/// A statement and, for an INSERT, its rows. The statement may stand in the URL, in the body, or half in each (joined by a line
/// break, as a server does); an INSERT's rows are what follows its head and are read piece by piece.
/// </summary>
internal sealed class RequestText : IDisposable
{
    // Longer texts are refused by the engine's own max_query_size unless the client raised it; this bounds memory in any case.
    private const int LongestText = 64 << 20;
    private const int FirstRead = 16 << 10;

    // A piece for the engine: large enough that handing it over costs nothing, small enough to hold for every request.
    private const int Piece = 512 << 10;

    private readonly Stream _body;
    private byte[] _text = [];
    private int _length;
    private bool _ended;

    private RequestText(Stream body) => _body = body;

    /// <summary>The statement; without FORMAT and rows where <see cref="Insert"/> is not null.</summary>
    internal ReadOnlySpan<byte> Statement => _text.AsSpan(0, Insert?.StatementLength ?? _length);

    /// <summary>Set for an INSERT that brings rows.</summary>
    internal InsertHead? Insert { get; private set; }

    /// <summary>Reads as much of the body as the statement takes.</summary>
    /// <exception cref="ServerException">The text is too long.</exception>
    internal static RequestText Read(string query, Stream body)
    {
        var text = new RequestText(body);
        try
        {
            text.Append(query);
            text.ReadStatement();
            return text;
        }
        catch
        {
            text.Dispose();
            throw;
        }
    }

    /// <summary>Hands over the rows of an INSERT, piece by piece, to the end of the body.</summary>
    internal void ForEachPiece(Action<byte[], int, int> take)
    {
        var start = Insert!.DataStart;
        while (true)
        {
            if (_length - start > 0) take(_text, start, _length - start);
            start = _length = 0;
            if (_ended) return;
            if (_text.Length < Piece) Resize(Piece);
            while (_length < Piece && ReadMore())
            {
            }
        }
    }

    public void Dispose()
    {
        if (_text.Length > 0) ArrayPool<byte>.Shared.Return(_text);
        _text = [];
    }

    private void Append(string query)
    {
        if (query.Length == 0) return;
        Resize(Encoding.UTF8.GetMaxByteCount(query.Length) + 1);
        _length = Encoding.UTF8.GetBytes(query, _text);
    }

    private void ReadStatement()
    {
        var fromUrl = _length;
        while (true)
        {
            if (_length == _text.Length) Resize(Math.Max(FirstRead, _text.Length * 2));
            var more = ReadMore();
            if (fromUrl > 0 && _length > fromUrl)
            {
                // The body has something: the break between the two halves.
                if (_length == _text.Length) Resize(_text.Length + 1);
                _text.AsSpan(fromUrl, _length - fromUrl).CopyTo(_text.AsSpan(fromUrl + 1));
                _text[fromUrl] = (byte)'\n';
                _length++;
                fromUrl = 0;
            }
            var head = InsertHead.Find(_text.AsSpan(0, _length));
            // A head that reaches to the end of what is read may go on: FORMAT Nat|ive.
            if (head is not null && (!more || head.DataStart < _length))
            {
                Insert = head;
                return;
            }
            if (!more) return;
            if (_length > LongestText)
            {
                throw ServerException.Create(ErrorCode.QueryIsTooLarge, $"The statement is longer than {LongestText} bytes; send large lists as external data");
            }
        }
    }

    private bool ReadMore()
    {
        if (_ended) return false;
        var n = _body.Read(_text, _length, _text.Length - _length);
        _length += n;
        _ended = n == 0;
        return !_ended;
    }

    private void Resize(int size)
    {
        var larger = ArrayPool<byte>.Shared.Rent(size);
        _text.AsSpan(0, _length).CopyTo(larger);
        if (_text.Length > 0) ArrayPool<byte>.Shared.Return(_text);
        _text = larger;
    }
}
