using AnalyticsGraph.ClickHouse.Codecs;

namespace AnalyticsGraph.ClickHouse;

/// <summary>Columns for writing, from arrays.</summary>
internal static class ColumnFactory
{
    public static ClickHouseColumn Create<T>(string name, ClickHouseType type, T[] values, bool[]? nulls)
    {
        if (nulls is not null && type.Kind != ClickHouseTypeKind.Nullable)
            throw new ClickHouseFormatException($"Column '{name}': null flags were given, but {type} is not Nullable(...). LowCardinality(Nullable(...)) takes null values.");
        var codec = CodecTable.For(type, name);
        try
        {
            var direct = codec.FromArray(values);
            if (direct is not null)
                return Named(nulls is null ? direct : direct.WithNulls(type, nulls, rented: false), name);
        }
        catch (ClickHouseFormatException e)
        {
            throw new ClickHouseFormatException($"Column '{name}': {e.Message}", e);
        }
        var objects = new object?[values.Length];
        for (var i = 0; i < objects.Length; i++)
            objects[i] = nulls is not null && nulls[i] ? null : values[i];
        return FromObjects(name, type, objects);
    }

    public static ClickHouseColumn FromObjects(string name, ClickHouseType type, IReadOnlyList<object?> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var codec = CodecTable.For(type, name);
        try
        {
            if (!type.IsNullable && type.Kind is not (ClickHouseTypeKind.Nothing or ClickHouseTypeKind.Variant))
                RefuseNulls(type, values);
            return Named(codec.FromObjects(values), name);
        }
        catch (ClickHouseFormatException e)
        {
            throw new ClickHouseFormatException($"Column '{name}': {e.Message}", e);
        }
    }

    private static void RefuseNulls(ClickHouseType type, IReadOnlyList<object?> values)
    {
        for (var row = 0; row < values.Count; row++)
        {
            if (values[row] is null)
                throw new ClickHouseFormatException($"Row {row} is null, but {type} is not nullable.");
        }
    }

    private static ClickHouseColumn Named(ClickHouseColumn column, string name)
    {
        column.Name = name;
        return column;
    }
}
