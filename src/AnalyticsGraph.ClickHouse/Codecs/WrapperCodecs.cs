using System.Buffers;
using AnalyticsGraph.ClickHouse.Native;

namespace AnalyticsGraph.ClickHouse.Codecs;

/// <summary>Nullable: a flag a row, then the values with placeholders.</summary>
internal sealed class NullableCodec(ClickHouseType type, ColumnCodec inner) : ColumnCodec(type)
{
    public override ValueTask ReadPrefixAsync(NativeReader reader, CancellationToken ct) => inner.ReadPrefixAsync(reader, ct);

    public override async ValueTask<ClickHouseColumn> ReadAsync(NativeReader reader, int rows, CancellationToken ct)
    {
        var nulls = await reader.ReadArrayAsync<bool>(rows, ct).ConfigureAwait(false);
        var column = await inner.ReadAsync(reader, rows, ct).ConfigureAwait(false);
        return column.WithNulls(Type, nulls, rented: true);
    }

    public override ClickHouseColumn FromObjects(IReadOnlyList<object?> values)
    {
        var nulls = new bool[values.Count];
        for (var row = 0; row < nulls.Length; row++)
            nulls[row] = values[row] is null;
        return inner.FromObjects(values).WithNulls(Type, nulls, rented: false);
    }

    public override ClickHouseColumn? FromArray<T>(T[] values) => inner.FromArray(values)?.WithNulls(Type, null, rented: false);
}

/// <summary>LowCardinality: distinct values, then an index a row. Each block brings its own dictionary.</summary>
internal sealed class LowCardinalityCodec(ClickHouseType type, ColumnCodec inner, string column) : ColumnCodec(type)
{
    private const ulong SharedDictionary = 1 << 8;
    private const ulong HasKeys = 1 << 9;

    public override async ValueTask ReadPrefixAsync(NativeReader reader, CancellationToken ct)
    {
        var version = await reader.ReadUInt64Async(ct).ConfigureAwait(false);
        if (version != 1)
            throw new ClickHouseFormatException($"Column '{column}' ({Type}) has the unknown LowCardinality version {version}.");
    }

    public override async ValueTask<ClickHouseColumn> ReadAsync(NativeReader reader, int rows, CancellationToken ct)
    {
        // Nothing at all stands on the wire where an array column holds no item.
        if (rows == 0)
            return (await inner.ReadAsync(reader, 0, ct).ConfigureAwait(false)).WrapDictionary(Type, [], 0, rented: false);
        var kind = await reader.ReadUInt64Async(ct).ConfigureAwait(false);
        if ((kind & SharedDictionary) != 0 || (kind & HasKeys) == 0)
            throw new ClickHouseFormatException($"Column '{column}' ({Type}) comes with a dictionary shared between blocks, which the Native format does not use.");
        var keys = NativeReader.CheckedCount(await reader.ReadUInt64Async(ct).ConfigureAwait(false));
        var dictionary = await inner.ReadAsync(reader, keys, ct).ConfigureAwait(false);
        var count = await reader.ReadUInt64Async(ct).ConfigureAwait(false);
        if (count != (ulong)rows)
            throw new ClickHouseFormatException($"Column '{column}' ({Type}) has {count} values in a block of {rows} rows.");
        var indices = (kind & 0xFF) switch
        {
            0 => Widen(await reader.ReadArrayAsync<byte>(rows, ct).ConfigureAwait(false), rows, static value => value),
            1 => Widen(await reader.ReadArrayAsync<ushort>(rows, ct).ConfigureAwait(false), rows, static value => value),
            2 => await reader.ReadArrayAsync<int>(rows, ct).ConfigureAwait(false),
            3 => Widen(await reader.ReadArrayAsync<ulong>(rows, ct).ConfigureAwait(false), rows, static value => checked((int)value)),
            var width => throw new ClickHouseFormatException($"Column '{column}' ({Type}) has indices of the unknown width {width}."),
        };
        foreach (var index in indices.AsSpan(0, rows))
        {
            if ((uint)index >= (uint)keys)
                throw new ClickHouseFormatException($"Column '{column}' ({Type}) refers to entry {index} of a dictionary of {keys}.");
        }
        return dictionary.WrapDictionary(Type, indices, rows, rented: true);
    }

    public override ClickHouseColumn FromObjects(IReadOnlyList<object?> values)
    {
        // Entry 0 is what ClickHouse puts there: NULL's placeholder, or the type's default.
        var distinct = new List<object?> { null };
        var entries = new Dictionary<object, int>();
        var indices = new int[values.Count];
        for (var row = 0; row < indices.Length; row++)
        {
            if (values[row] is not { } value)
                continue;
            if (!entries.TryGetValue(value, out indices[row]))
            {
                indices[row] = entries[value] = distinct.Count;
                distinct.Add(value);
            }
        }
        return inner.FromObjects(distinct).WrapDictionary(Type, indices, indices.Length, rented: false);
    }

    private static int[] Widen<T>(T[] narrow, int count, Func<T, int> widen)
    {
        var wide = ArrayPool<int>.Shared.Rent(count);
        for (var i = 0; i < count; i++)
            wide[i] = widen(narrow[i]);
        ArrayPool<T>.Shared.Return(narrow);
        return wide;
    }
}
