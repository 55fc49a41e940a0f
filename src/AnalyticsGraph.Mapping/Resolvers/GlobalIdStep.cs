using System.Buffers.Text;
using System.Globalization;
using System.Text;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Rows;

namespace AnalyticsGraph.Mapping.Resolvers;

/// <summary>The Relay global id of a row.</summary>
internal sealed class GlobalIdResolver : FieldResolver
{
    public override FieldStep Bind(FieldBinding binding)
    {
        var layout = RowContext.Of(binding).Layout;
        return new GlobalIdStep(layout.Table, [.. layout.KeyOrdinals]);
    }
}

internal sealed class GlobalIdStep(TableModel table, int[] ordinals) : ImmediateStep
{
    private readonly byte[] _prefix = Prefix(table);

    /// <summary>The ids of rows by their keys; null where a key is.</summary>
    public static GlobalIdColumn ToColumn(TableModel table, RowValues[] key, int count) => new(Prefix(table), key, count);

    public override Column Execute(ObjectBatch parents)
    {
        var rows = (RowSet)parents.Source;
        return new GlobalIdColumn(_prefix, Array.ConvertAll(ordinals, ordinal => rows.Values[ordinal]), parents.Count);
    }

    private static byte[] Prefix(TableModel table) => Encoding.UTF8.GetBytes(table.TypeName + ":");
}

/// <summary>Global ids, made while they are written.</summary>
internal sealed class GlobalIdColumn(byte[] prefix, RowValues[] key, int count) : LeafColumn
{
    // A response is written by one thread at a time, so a column can keep its scratch.
    private byte[] _plain = [.. prefix, .. new byte[64]];
    private byte[] _encoded = new byte[128];

    public override int Count => count;

    public override bool MayHaveNulls { get; } = key[0].Nulls is not null;

    public override bool IsNull(int row) => key[0].IsNull(row);

    public override void Write(int row, ResponseWriter writer)
    {
        var length = prefix.Length;
        for (var i = 0; i < key.Length; i++)
        {
            if (i > 0)
            {
                Put(":"u8, ref length);
            }

            PutPart(key[i], row, ref length);
        }

        var size = Base64.GetMaxEncodedToUtf8Length(length);
        if (_encoded.Length < size + 2)
        {
            _encoded = new byte[size + 2];
        }

        _encoded[0] = (byte)'"';
        Base64.EncodeToUtf8(_plain.AsSpan(0, length), _encoded.AsSpan(1), out _, out var written);
        _encoded[written + 1] = (byte)'"';
        writer.WriteRaw(_encoded.AsSpan(0, written + 2));
    }

    private void PutPart(RowValues values, int row, ref int length)
    {
        Span<byte> number = stackalloc byte[36];
        switch (values)
        {
            case Int64Values integers:
                Utf8Formatter.TryFormat(integers.Values[row], number, out var digits);
                Put(number[..digits], ref length);
                break;
            case UuidValues uuids:
                uuids.Values[row].TryFormat(number, out var hex);
                Put(number[..hex], ref length);
                break;
            case BooleanValues booleans:
                Put(booleans.Values[row] ? "true"u8 : "false"u8, ref length);
                break;
            case DoubleValues doubles:
                Put(Encoding.UTF8.GetBytes(doubles.Values[row].ToString("R", CultureInfo.InvariantCulture)), ref length);
                break;
            case TextValues texts when key.Length == 1:
                Put(texts[row], ref length);
                break;
            case TextValues texts:
                foreach (var b in texts[row])
                {
                    Put(b == (byte)':' ? "%3A"u8 : b == (byte)'%' ? "%25"u8 : [b], ref length);
                }

                break;
        }
    }

    private void Put(ReadOnlySpan<byte> bytes, ref int length)
    {
        if (_plain.Length < length + bytes.Length)
        {
            Array.Resize(ref _plain, Math.Max(_plain.Length * 2, length + bytes.Length));
        }

        bytes.CopyTo(_plain.AsSpan(length));
        length += bytes.Length;
    }
}
