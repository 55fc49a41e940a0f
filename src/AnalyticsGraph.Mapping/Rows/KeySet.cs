using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Mapping.Rows;

/// <summary>The distinct keys of a batch of rows, each with a slot from 0, and the slot of every row.</summary>
internal sealed class KeySet
{
    private readonly Dictionary<long, int>? _integers;
    private readonly Dictionary<string, int>? _texts;

    private KeySet(int[] slotOf, ImmutableArray<SqlType> types, Array[] columns, Dictionary<long, int>? integers, Dictionary<string, int>? texts)
    {
        (SlotOf, Types, Columns, _integers, _texts) = (slotOf, types, columns, integers, texts);
        Count = integers?.Count ?? texts!.Count;
    }

    /// <summary>The number of distinct keys.</summary>
    public int Count { get; }

    /// <summary>The slot of each row; -1 where a part of its key is null, which belongs to nothing.</summary>
    public int[] SlotOf { get; }

    /// <summary>The types of the key's columns.</summary>
    public ImmutableArray<SqlType> Types { get; }

    /// <summary>Each key column's values by slot, typed as parameters are.</summary>
    public Array[] Columns { get; }

    /// <summary>Takes the keys of rows.</summary>
    /// <param name="values">The key's columns.</param>
    /// <param name="types">Their types.</param>
    /// <param name="count">The number of rows.</param>
    public static KeySet From(ReadOnlySpan<RowValues> values, ImmutableArray<SqlType> types, int count)
    {
        var slotOf = new int[count];
        var firstRows = new List<int>(count);
        Dictionary<long, int>? integers = null;
        Dictionary<string, int>? texts = null;
        if (values is [Int64Values single] && types[0] == SqlType.Int64)
        {
            integers = new Dictionary<long, int>(count);
            for (var row = 0; row < count; row++)
            {
                slotOf[row] = single.IsNull(row) ? -1 : Slot(integers, single.Values[row], row, firstRows);
            }
        }
        else
        {
            texts = new Dictionary<string, int>(count, StringComparer.Ordinal);
            for (var row = 0; row < count; row++)
            {
                slotOf[row] = Encode(values, row) is { } key ? Slot(texts, key, row, firstRows) : -1;
            }
        }

        var columns = new Array[values.Length];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = Take(values[i], types[i], firstRows);
        }

        return new KeySet(slotOf, types, columns, integers, texts);
    }

    /// <summary>One set out of several of the same columns. Its <see cref="SlotOf"/> is empty: no rows belong to it.</summary>
    public static KeySet Union(IReadOnlyList<KeySet> sets)
    {
        if (sets.Count == 1)
        {
            return sets[0];
        }

        var values = new object[sets[0].Columns.Length][];
        var types = sets[0].Types;
        var all = sets.SelectMany(set => Enumerable.Range(0, set.Count).Select(slot => set.Columns.Select(column => column.GetValue(slot)!).ToArray()))
            .DistinctBy(Encode)
            .ToList();
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = [.. all.Select(key => key[i])];
        }

        var columns = values.Select((column, i) => FilterValues.ToArray(column, types[i])).ToArray();
        return types is [SqlType.Int64]
            ? new KeySet([], types, columns, all.Select((key, slot) => ((long)key[0], slot)).ToDictionary(pair => pair.Item1, pair => pair.slot), null)
            : new KeySet([], types, columns, null, all.Select((key, slot) => (Encode(key), slot)).ToDictionary(pair => pair.Item1, pair => pair.slot, StringComparer.Ordinal));
    }

    /// <summary>A set of keys that stand as parameters, one for each row; null belongs to nothing.</summary>
    public static KeySet FromKeys(IReadOnlyList<object[]?> keys, ImmutableArray<SqlType> types)
    {
        var slotOf = new int[keys.Count];
        var texts = new Dictionary<string, int>(StringComparer.Ordinal);
        var distinct = new List<object[]>();
        for (var row = 0; row < slotOf.Length; row++)
        {
            if (keys[row] is not { } key)
            {
                slotOf[row] = -1;
                continue;
            }

            if (!texts.TryGetValue(Encode(key), out slotOf[row]))
            {
                slotOf[row] = distinct.Count;
                texts.Add(Encode(key), distinct.Count);
                distinct.Add(key);
            }
        }

        var columns = types.Select((type, i) => FilterValues.ToArray(distinct.Select(key => key[i]), type)).ToArray();
        var integers = types is [SqlType.Int64] ? distinct.Select((key, slot) => ((long)key[0], slot)).ToDictionary(pair => pair.Item1, pair => pair.slot) : null;
        return new KeySet(slotOf, types, columns, integers, integers is null ? texts : null);
    }

    /// <summary>The slot of a row's key, or -1.</summary>
    public int Find(ReadOnlySpan<RowValues> values, int row)
    {
        if (_integers is not null)
        {
            return values[0].IsNull(row) ? -1 : _integers.GetValueOrDefault(((Int64Values)values[0]).Values[row], -1);
        }

        return Encode(values, row) is { } key ? _texts!.GetValueOrDefault(key, -1) : -1;
    }

    /// <summary>The slot of another set's key, or -1.</summary>
    public int FindKey(KeySet other, int slot)
    {
        if (_integers is not null && other.Columns[0] is long[] keys)
        {
            return _integers.GetValueOrDefault(keys[slot], -1);
        }

        return _texts is null ? -1 : _texts.GetValueOrDefault(Encode(Array.ConvertAll(other.Columns, column => column.GetValue(slot)!)), -1);
    }

    private static int Slot<T>(Dictionary<T, int> slots, T key, int row, List<int> firstRows)
        where T : notnull
    {
        if (!slots.TryGetValue(key, out var slot))
        {
            slot = firstRows.Count;
            slots.Add(key, slot);
            firstRows.Add(row);
        }

        return slot;
    }

    private static Array Take(RowValues values, SqlType type, List<int> rows)
    {
        switch (values)
        {
            case Int64Values integers when type == SqlType.Int64:
                return Map(row => integers.Values[row]);
            case Int64Values times when type == SqlType.Timestamp:
                return Map(row => Timestamps.ToDateTime(times.Values[row]));
            case Int64Values spans:
                return Map(row => new TimeSpan(spans.Values[row]));
            case DoubleValues doubles:
                return Map(row => doubles.Values[row]);
            case BooleanValues booleans:
                return Map(row => booleans.Values[row]);
            case UuidValues uuids:
                return Map(row => uuids.Values[row]);
            default:
                return Map(row => Encoding.UTF8.GetString(((TextValues)values)[row]));
        }

        T[] Map<T>(Func<int, T> select)
        {
            var result = new T[rows.Count];
            for (var i = 0; i < result.Length; i++)
            {
                result[i] = select(rows[i]);
            }

            return result;
        }
    }

    /// <summary>A key of several columns, or of one that is no integer, as text: each part with its length before it.</summary>
    private static string? Encode(ReadOnlySpan<RowValues> values, int row)
    {
        if (values is [TextValues single])
        {
            return single.IsNull(row) ? null : Encoding.UTF8.GetString(single[row]);
        }

        var key = new StringBuilder();
        foreach (var column in values)
        {
            if (column.IsNull(row))
            {
                return null;
            }

            Append(key, column switch
            {
                Int64Values integers => integers.Values[row].ToString(CultureInfo.InvariantCulture),
                DoubleValues doubles => doubles.Values[row].ToString("R", CultureInfo.InvariantCulture),
                BooleanValues booleans => booleans.Values[row] ? "1" : "0",
                UuidValues uuids => uuids.Values[row].ToString(),
                _ => Encoding.UTF8.GetString(((TextValues)column)[row]),
            }, values.Length);
        }

        return key.ToString();
    }

    private static string Encode(object[] parts)
    {
        if (parts is [string single])
        {
            return single;
        }

        var key = new StringBuilder();
        foreach (var part in parts)
        {
            Append(key, part switch
            {
                long integer => integer.ToString(CultureInfo.InvariantCulture),
                double number => number.ToString("R", CultureInfo.InvariantCulture),
                bool boolean => boolean ? "1" : "0",
                DateTime time => Timestamps.FromDateTime(time).ToString(CultureInfo.InvariantCulture),
                TimeSpan span => span.Ticks.ToString(CultureInfo.InvariantCulture),
                _ => part.ToString()!,
            }, parts.Length);
        }

        return key.ToString();
    }

    private static void Append(StringBuilder key, string part, int parts)
    {
        if (parts > 1)
        {
            key.Append(part.Length).Append(':');
        }

        key.Append(part);
    }
}
