using System.Buffers.Text;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Mapping.Resolvers;

/// <summary>Cursors, made while they are written from the order's values behind the layout's.</summary>
/// <param name="rows">The rows.</param>
/// <param name="rowOf">For each item its row, -1 for none; null if item i is row i.</param>
/// <param name="count">The number of items.</param>
internal sealed class CursorColumn(ParentRows rows, int[]? rowOf, int count) : LeafColumn
{
    // A response is written by one thread at a time, so a column can keep its scratch.
    private byte[] _plain = new byte[64];
    private byte[] _encoded = new byte[96];

    public override int Count => count;

    public override bool MayHaveNulls => rowOf is not null;

    public override bool IsNull(int row) => rowOf is not null && rowOf[row] < 0;

    public override void Write(int row, ResponseWriter writer)
    {
        var values = rows.Rows.Values.AsSpan(rows.Rows.Layout.Items.Length, rows.CursorLength);
        var length = Cursor.Write(ref _plain, rows.Signature, values, rowOf is null ? row : rowOf[row]);
        var size = Base64Url.GetEncodedLength(length) + 2;
        if (_encoded.Length < size)
        {
            _encoded = new byte[size * 2];
        }

        _encoded[0] = (byte)'"';
        var written = Base64Url.EncodeToUtf8(_plain.AsSpan(0, length), _encoded.AsSpan(1));
        _encoded[written + 1] = (byte)'"';
        writer.WriteRaw(_encoded.AsSpan(0, written + 2));
    }
}
