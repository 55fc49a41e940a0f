using System.Buffers;
using AnalyticsGraph.ClickHouse.Native;

namespace AnalyticsGraph.ClickHouse.Codecs;

/// <summary>Nothing: a meaningless byte a row.</summary>
internal sealed class NothingCodec(ClickHouseType type) : ColumnCodec(type)
{
    public override async ValueTask<ClickHouseColumn> ReadAsync(NativeReader reader, int rows, CancellationToken ct)
    {
        await SkipAsync(reader, rows, ct).ConfigureAwait(false);
        return new NothingColumn(Type, rows);
    }

    public override ClickHouseColumn FromObjects(IReadOnlyList<object?> values) => new NothingColumn(Type, values.Count);

    internal static async ValueTask SkipAsync(NativeReader reader, int rows, CancellationToken ct) =>
        ArrayPool<byte>.Shared.Return(await reader.ReadArrayAsync<byte>(rows, ct).ConfigureAwait(false));
}

/// <summary>Variant: for each row which type, then each type's values without gaps.</summary>
internal sealed class VariantCodec(ClickHouseType type, ColumnCodec[] parts) : ColumnCodec(type)
{
    public override async ValueTask ReadPrefixAsync(NativeReader reader, CancellationToken ct)
    {
        var version = await reader.ReadUInt64Async(ct).ConfigureAwait(false);
        if (version != 0)
            throw new ClickHouseFormatException($"A column of {Type} has the unknown serialization {version}.");
        foreach (var part in parts)
            await part.ReadPrefixAsync(reader, ct).ConfigureAwait(false);
    }

    public override async ValueTask<ClickHouseColumn> ReadAsync(NativeReader reader, int rows, CancellationToken ct)
    {
        var read = await reader.ReadArrayAsync<byte>(rows, ct).ConfigureAwait(false);
        var kinds = read.AsSpan(0, rows).ToArray();
        ArrayPool<byte>.Shared.Return(read);
        var counts = new int[parts.Length];
        foreach (var kind in kinds)
        {
            if (kind == VariantColumn.Null)
                continue;
            if (kind >= parts.Length)
                throw new ClickHouseFormatException($"A column of {Type} refers to its type {kind}.");
            counts[kind]++;
        }
        var columns = new ClickHouseColumn[parts.Length];
        for (var i = 0; i < columns.Length; i++)
            columns[i] = await parts[i].ReadAsync(reader, counts[i], ct).ConfigureAwait(false);
        return new VariantColumn(Type, kinds, columns);
    }

    /// <summary>Each value goes to the first type that takes it, exact .NET types before convertible ones.</summary>
    public override ClickHouseColumn FromObjects(IReadOnlyList<object?> values)
    {
        var kinds = new byte[values.Count];
        var lists = Array.ConvertAll(parts, _ => new List<object?>());
        for (var row = 0; row < kinds.Length; row++)
        {
            if (values[row] is not { } value)
            {
                kinds[row] = VariantColumn.Null;
                continue;
            }
            var kind = Array.FindIndex(parts, part => Takes(part, value, exactly: true));
            if (kind < 0)
                kind = Array.FindIndex(parts, part => Takes(part, value, exactly: false));
            if (kind < 0)
                throw Unfit(value, row);
            kinds[row] = (byte)kind;
            lists[kind].Add(value);
        }
        return new VariantColumn(Type, kinds, [.. parts.Select((part, i) => part.FromObjects(lists[i]))]);
    }

    private static bool Takes(ColumnCodec part, object value, bool exactly)
    {
        try
        {
            var column = part.FromObjects([value]);
            return !exactly || column.ValueType == value.GetType();
        }
        catch (ClickHouseFormatException)
        {
            // Not this type: the question was asked by trying.
            return false;
        }
    }
}
