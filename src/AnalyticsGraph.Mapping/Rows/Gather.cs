namespace AnalyticsGraph.Mapping.Rows;

/// <summary>Chosen rows of a column, as a column.</summary>
internal static class Gather
{
    public static RowValues Rows(RowValues values, ReadOnlySpan<int> rows)
    {
        var nulls = Nulls(values, rows);
        switch (values)
        {
            case Int64Values integers:
                return new Int64Values(Take(integers.Values, rows), rows.Length, nulls);
            case DoubleValues doubles:
                return new DoubleValues(Take(doubles.Values, rows), rows.Length, nulls);
            case BooleanValues booleans:
                return new BooleanValues(Take(booleans.Values, rows), rows.Length, nulls);
            case UuidValues uuids:
                return new UuidValues(Take(uuids.Values, rows), rows.Length, nulls);
            case TextValues texts:
                return Texts(texts, rows, nulls);
            default:
                return Arrays((ArrayValues)values, rows, nulls);
        }
    }

    private static TextValues Texts(TextValues texts, ReadOnlySpan<int> rows, bool[]? nulls)
    {
        var offsets = new int[rows.Length + 1];
        for (var i = 0; i < rows.Length; i++)
        {
            offsets[i + 1] = checked(offsets[i] + texts[rows[i]].Length);
        }

        var utf8 = new byte[offsets[^1]];
        for (var i = 0; i < rows.Length; i++)
        {
            texts[rows[i]].CopyTo(utf8.AsSpan(offsets[i]));
        }

        return new TextValues(utf8, offsets, nulls);
    }

    private static ArrayValues Arrays(ArrayValues arrays, ReadOnlySpan<int> rows, bool[]? nulls)
    {
        var offsets = new int[rows.Length + 1];
        var items = new List<int>();
        for (var i = 0; i < rows.Length; i++)
        {
            for (var item = arrays.Offsets[rows[i]]; item < arrays.Offsets[rows[i] + 1]; item++)
            {
                items.Add(item);
            }

            offsets[i + 1] = items.Count;
        }

        return new ArrayValues(offsets, Rows(arrays.Items, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(items)), nulls);
    }

    private static T[] Take<T>(T[] values, ReadOnlySpan<int> rows)
    {
        var result = new T[rows.Length];
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = values[rows[i]];
        }

        return result;
    }

    private static bool[]? Nulls(RowValues values, ReadOnlySpan<int> rows) => values.Nulls is null ? null : Take(values.Nulls, rows);
}
