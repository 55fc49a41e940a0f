using System.Buffers;
using System.Collections;
using System.Runtime.CompilerServices;
using AnalyticsGraph.ClickHouse.Native;

namespace AnalyticsGraph.ClickHouse.Codecs;

/// <summary>Array: the end of each row, then all items.</summary>
internal sealed class ArrayCodec(ClickHouseType type, ColumnCodec items) : ColumnCodec(type)
{
    public override ValueTask ReadPrefixAsync(NativeReader reader, CancellationToken ct) => items.ReadPrefixAsync(reader, ct);

    public override async ValueTask<ClickHouseColumn> ReadAsync(NativeReader reader, int rows, CancellationToken ct)
    {
        var offsets = await ReadOffsetsAsync(reader, rows, Type, ct).ConfigureAwait(false);
        var column = await items.ReadAsync(reader, offsets.Span[rows], ct).ConfigureAwait(false);
        return column.WrapArray(Type, offsets);
    }

    public override ClickHouseColumn FromObjects(IReadOnlyList<object?> values)
    {
        var offsets = new int[values.Count + 1];
        var all = new List<object?>();
        for (var row = 0; row < values.Count; row++)
        {
            if (values[row] is string or not (null or IEnumerable))
                throw Unfit(values[row], row);
            foreach (var item in (IEnumerable?)values[row] ?? Array.Empty<object>())
                all.Add(item);
            offsets[row + 1] = all.Count;
        }
        return items.FromObjects(all).WrapArray(Type, new PooledOffsets(offsets, values.Count, rented: false));
    }

    internal static async ValueTask<PooledOffsets> ReadOffsetsAsync(NativeReader reader, int rows, ClickHouseType type, CancellationToken ct)
    {
        var ends = await reader.ReadArrayAsync<ulong>(rows, ct).ConfigureAwait(false);
        var offsets = ArrayPool<int>.Shared.Rent(rows + 1);
        offsets[0] = 0;
        for (var row = 0; row < rows; row++)
        {
            offsets[row + 1] = NativeReader.CheckedCount(ends[row]);
            if (offsets[row + 1] < offsets[row])
                throw new ClickHouseFormatException($"A column of {type} has rows that end before they begin: the data is damaged.");
        }
        ArrayPool<ulong>.Shared.Return(ends);
        return new PooledOffsets(offsets, rows, rented: true);
    }
}

/// <summary>Map: as an array of keys beside an array of values.</summary>
internal sealed class MapCodec(ClickHouseType type, ColumnCodec keys, ColumnCodec items) : ColumnCodec(type)
{
    public override async ValueTask ReadPrefixAsync(NativeReader reader, CancellationToken ct)
    {
        await keys.ReadPrefixAsync(reader, ct).ConfigureAwait(false);
        await items.ReadPrefixAsync(reader, ct).ConfigureAwait(false);
    }

    public override async ValueTask<ClickHouseColumn> ReadAsync(NativeReader reader, int rows, CancellationToken ct)
    {
        var offsets = await ArrayCodec.ReadOffsetsAsync(reader, rows, Type, ct).ConfigureAwait(false);
        var count = offsets.Span[rows];
        var keyColumn = await keys.ReadAsync(reader, count, ct).ConfigureAwait(false);
        return keyColumn.WrapMap(Type, offsets, await items.ReadAsync(reader, count, ct).ConfigureAwait(false));
    }

    public override ClickHouseColumn FromObjects(IReadOnlyList<object?> values)
    {
        var offsets = new int[values.Count + 1];
        var allKeys = new List<object?>();
        var allItems = new List<object?>();
        for (var row = 0; row < values.Count; row++)
        {
            if (values[row] is { } map)
            {
                foreach (var (key, item) in Pairs.Of(map) ?? throw Unfit(map, row))
                {
                    allKeys.Add(key);
                    allItems.Add(item);
                }
            }
            offsets[row + 1] = allKeys.Count;
        }
        return keys.FromObjects(allKeys).WrapMap(Type, new PooledOffsets(offsets, values.Count, rented: false), items.FromObjects(allItems));
    }
}

/// <summary>Tuple: each element's column in turn.</summary>
internal sealed class TupleCodec(ClickHouseType type, ColumnCodec[] elements) : ColumnCodec(type)
{
    public override async ValueTask ReadPrefixAsync(NativeReader reader, CancellationToken ct)
    {
        foreach (var element in elements)
            await element.ReadPrefixAsync(reader, ct).ConfigureAwait(false);
    }

    public override async ValueTask<ClickHouseColumn> ReadAsync(NativeReader reader, int rows, CancellationToken ct)
    {
        var columns = new ClickHouseColumn[elements.Length];
        for (var i = 0; i < columns.Length; i++)
            columns[i] = await elements[i].ReadAsync(reader, rows, ct).ConfigureAwait(false);
        if (columns.Length == 0)
            await NothingCodec.SkipAsync(reader, rows, ct).ConfigureAwait(false);
        return new ClickHouseTupleColumn(Type, rows, columns);
    }

    public override ClickHouseColumn FromObjects(IReadOnlyList<object?> values)
    {
        var columns = new ClickHouseColumn[elements.Length];
        for (var i = 0; i < columns.Length; i++)
        {
            var column = new object?[values.Count];
            for (var row = 0; row < column.Length; row++)
                column[row] = Element(values[row], i, row);
            columns[i] = elements[i].FromObjects(column);
        }
        return new ClickHouseTupleColumn(Type, values.Count, columns);
    }

    private object? Element(object? value, int index, int row) => value switch
    {
        null => null,
        ITuple tuple when tuple.Length == elements.Length => tuple[index],
        IList list when list.Count == elements.Length => list[index],
        _ => throw Unfit(value, row),
    };
}

/// <summary>Reads maps of whatever shape as pairs.</summary>
internal static class Pairs
{
    public static IEnumerable<(object Key, object? Value)>? Of(object map) => map switch
    {
        IDictionary dictionary => Entries(dictionary),
        IEnumerable<KeyValuePair<object, object?>> pairs => pairs.Select(pair => (pair.Key, pair.Value)),
        string => null,
        IEnumerable items => items.Cast<object>().Select(Split),
        _ => null,
    };

    private static IEnumerable<(object Key, object? Value)> Entries(IDictionary dictionary)
    {
        // As a mere IEnumerable a Dictionary<,> yields its own pairs; as an IDictionary, entries.
        foreach (DictionaryEntry entry in dictionary)
            yield return (entry.Key, entry.Value);
    }

    private static (object Key, object? Value) Split(object pair)
    {
        if (pair is ITuple { Length: 2 } tuple)
            return (tuple[0]!, tuple[1]);
        var type = pair.GetType();
        if (!type.IsGenericType || type.GetGenericTypeDefinition() != typeof(KeyValuePair<,>))
            throw new ClickHouseFormatException($"A map's entries are pairs, not {type}.");
        return (type.GetProperty("Key")!.GetValue(pair)!, type.GetProperty("Value")!.GetValue(pair));
    }
}
